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

export interface IssuedInvitation {
  id: string
  link: string
  createdAt: Date
  expiresAt: Date
  /** Mails the link: once the transaction has committed. */
  send: () => void
}

type InviteServices = Pick<UserServices, 'secrets' | 'clock' | 'sendMail' | 'publicUrl'>

export async function issueInvitation(
  tx: Tx,
  services: InviteServices,
  invitation: Invitation,
  context: AuditContext,
): Promise<IssuedInvitation> {
  const { email, organization, administrator, inviter, locale } = invitation
  const role = organization?.role ?? null
  const organizationId = organization?.id ?? null
  const issued = await issueLink(tx, services, { purpose: 'invitation', email, organizationId, role, administrator })
  const { id, createdAt, expiresAt } = issued
  await record(tx, { type: 'invitation.created', id, organizationId, data: { role, administrator } }, context)
  const link = linkUrl(services.publicUrl, issued.token)
  const expiresInMinutes = linkLifetimes.invitation / minute
  const send = () =>
    services.sendMail(
      'invitation',
      email,
      { link, inviter, organization: organization?.name ?? null, expiresInMinutes },
      locale,
    )
  return { id, link, createdAt, expiresAt, send }
}

/** Mails the link and returns it, so that the command line can show it where no mail goes out. */
export async function invite(
  services: InviteServices & Pick<UserServices, 'db'>,
  invitation: Invitation,
  context: AuditContext,
): Promise<Omit<IssuedInvitation, 'send'>> {
  const { send, ...issued } = await services.db.$transaction((tx) => issueInvitation(tx, services, invitation, context))
  send()
  return issued
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
