/** Invitations: a link to a mailbox that makes its reader a member, an administrator, or just a person here. */
import { actingAs, record, type AuditContext } from '../audit/record.ts'
import type { Locale } from '../http/messages.ts'
import type { MemberRole } from '../organizations/organization.ts'
import { minute } from '../platform/clock.ts'
import type { Tx } from '../platform/database.ts'
import { claimAccount } from './claim-account.ts'
import { personFaults, type LinkAnswer, type LinkInput } from './link-answer.ts'
import { consumeLink, issueLink, linkLifetimes, linkUrl, type Link } from './links.ts'
import { grantAdministration } from './make-administrator.ts'
import type { UserServices } from './services.ts'
import { findUserByEmail } from './store.ts'
import type { User } from './user.ts'

export interface Invitation {
  email: string
  /** Into which organization, and as what. */
  organization: { id: string; name: string; role: MemberRole } | null
  administrator: boolean
  /** Whose name the mail gives. */
  inviter: string | null
  locale: Locale
}

/** Mails the link and returns it, so that the command line can show it where no mail goes out. */
export async function invite(
  services: Pick<UserServices, 'db' | 'secrets' | 'clock' | 'sendMail' | 'publicUrl'>,
  invitation: Invitation,
  context: AuditContext,
): Promise<{ id: string; link: string; expiresAt: Date }> {
  const { email, organization, administrator, inviter, locale } = invitation
  const { id, token, expiresAt } = await services.db.$transaction(async (tx) => {
    const issued = await issueLink(tx, services, {
      purpose: 'invitation',
      email,
      organizationId: organization?.id ?? null,
      role: organization?.role ?? null,
      administrator,
    })
    await record(
      tx,
      {
        type: 'invitation.created',
        id: issued.id,
        organizationId: organization?.id ?? null,
        data: { role: organization?.role ?? null, administrator },
      },
      context,
    )
    return issued
  })
  const link = linkUrl(services.publicUrl, token)
  const expiresInMinutes = linkLifetimes.invitation / minute
  services.sendMail(
    'invitation',
    email,
    { link, inviter, organization: organization?.name ?? null, expiresInMinutes },
    locale,
  )
  return { id, link, expiresAt }
}

/** Somebody who has a proven account here needs no second password. */
export async function invitationAsksPassword({ db }: Pick<UserServices, 'db'>, link: Link): Promise<boolean> {
  const user = await findUserByEmail(db, link.email)
  return user === null || user.emailVerifiedAt === null
}

export async function acceptInvitation(
  services: UserServices,
  link: Link,
  { name, password, locale }: LinkInput,
  context: AuditContext,
): Promise<LinkAnswer> {
  const asked = await invitationAsksPassword(services, link)
  const faults = asked ? personFaults(services, { email: link.email, name }, password) : []
  if (faults.length > 0) return { outcome: 'faults', faults }
  const passwordHash = asked ? await services.passwords.hash(password) : null
  return services.db.$transaction(async (tx) => {
    if (!(await consumeLink(tx, link, context.clock))) return { outcome: 'dead' }
    const user =
      passwordHash === null
        ? await findProven(tx, link.email)
        : await claimAccount(tx, services, { email: link.email, name, passwordHash, locale, by: 'invitation' }, context)
    if (!user) return { outcome: 'dead' }
    const { organizationId, role, administrator } = link
    const own = actingAs(context, user.id)
    if (organizationId !== null && role !== null) {
      await services.organizations.join(tx, { organizationId, userId: user.id, role }, own)
    }
    if (administrator) await grantAdministration(tx, user, 'invitation', own)
    return { outcome: 'done', userId: user.id, enter: passwordHash !== null }
  })
}

async function findProven(tx: Tx, email: string): Promise<User | null> {
  const user = await findUserByEmail(tx, email)
  return user && user.disabledAt === null && user.emailVerifiedAt !== null ? user : null
}
