/** The invitations of an organization, as those who administer it see them: never the link itself, which proves a mailbox. */
import { record, type AuditContext } from '../audit/record.ts'
import type { Cursor } from '../http/api/list.ts'
import type { MemberRole } from '../organizations/organization.ts'
import type { Db, Tx } from '../platform/database.ts'
import { issueInvitation, type Invitation, type IssuedInvitation } from './invite.ts'
import type { UserServices } from './services.ts'
import {
  consumeInvitationLinks,
  consumeLinkRow,
  findInvitationLink,
  findUser,
  listInvitationLinks,
  type LinkRow,
} from './store.ts'
import { attempt } from './throttle.ts'
import { emailKey, parseEmail } from './user.ts'

export interface PendingInvitation {
  id: string
  email: string
  role: MemberRole
  createdAt: Date
  expiresAt: Date
}

export type OrganizationInvited =
  | { outcome: 'invited'; invitation: PendingInvitation; send: IssuedInvitation['send'] }
  | { outcome: 'email_invalid' }
  /** So many mails went to this address, or from this organization. */
  | { outcome: 'throttled'; retryAfterSeconds: number }

/** What organizations need of them. */
export interface OrganizationInvitations {
  /** Nothing is mailed until `send` is called, after the commit. `inviterId`: the person whose name the mail gives. */
  issue(
    tx: Tx,
    wanted: Pick<Invitation, 'locale'> & {
      email: string
      organization: { id: string; name: string; role: MemberRole }
      inviterId: string | null
    },
    context: AuditContext,
  ): Promise<OrganizationInvited>
  /** Those that still work, newest first; one more than the limit. */
  list(
    db: Db | Tx,
    page: { organizationId: string; limit: number; cursor?: Cursor | undefined },
  ): Promise<PendingInvitation[]>
  find(tx: Tx, which: { organizationId: string; id: string }): Promise<PendingInvitation | null>
  /** False if it was used or revoked meanwhile. */
  revoke(tx: Tx, which: { organizationId: string; id: string }, context: AuditContext): Promise<boolean>
  revokeTo(tx: Tx, to: { organizationId: string; email: string }, context: AuditContext): Promise<void>
}

export function organizationInvitations(
  services: Pick<UserServices, 'secrets' | 'clock' | 'sendMail' | 'publicUrl'>,
): OrganizationInvitations {
  const { clock } = services
  return {
    async issue(tx, { email: address, organization, inviterId, locale }, context) {
      const email = parseEmail(address)
      if (email === null) return { outcome: 'email_invalid' }
      const allowed = await attempt(tx, services, [
        { rule: 'mail_organization', subject: organization.id },
        { rule: 'mail_address', subject: emailKey(email) },
      ])
      if (!allowed.allowed) return { outcome: 'throttled', retryAfterSeconds: allowed.retryAfterSeconds }
      const inviter = inviterId === null ? null : ((await findUser(tx, inviterId))?.name ?? null)
      const invitation = { email, organization, administrator: false, inviter, locale }
      const { id, createdAt, expiresAt, send } = await issueInvitation(tx, services, invitation, context)
      return { outcome: 'invited', invitation: { id, email, role: organization.role, createdAt, expiresAt }, send }
    },

    async list(db, page) {
      return (await listInvitationLinks(db, { ...page, now: clock.now() })).map(toInvitation)
    },

    async find(tx, which) {
      const link = await findInvitationLink(tx, { ...which, now: clock.now() })
      return link && toInvitation(link)
    },

    async revoke(tx, { organizationId, id }, context) {
      if (!(await consumeLinkRow(tx, id, clock.now()))) return false
      await record(tx, { type: 'invitation.revoked', id, organizationId, data: {} }, context)
      return true
    },

    async revokeTo(tx, { organizationId, email }, context) {
      const ids = await consumeInvitationLinks(tx, { organizationId, email, now: clock.now() })
      if (ids.length === 0) return
      await record(
        tx,
        ids.map((id) => ({ type: 'invitation.revoked', id, organizationId, data: {} })),
        context,
      )
    },
  }
}

/** An invitation into an organization always says as what. */
function toInvitation({ id, email, role, createdAt, expiresAt }: LinkRow): PendingInvitation {
  return { id, email, role: role ?? 'member', createdAt, expiresAt }
}
