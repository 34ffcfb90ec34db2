/** Makes a person on an administrator's word, and mails them the link with which they choose a password: reading it proves the mailbox. */
import type { AuditContext } from '../audit/record.ts'
import type { Locale } from '../http/messages.ts'
import type { Tx } from '../platform/database.ts'
import { createUser } from './create-user.ts'
import { issueInvitation } from './invite.ts'
import type { UserServices } from './services.ts'
import { attempt } from './throttle.ts'
import { emailKey, type User } from './user.ts'

export type Welcomed =
  /** Nothing is mailed until `send` is called, after the commit. */
  | { outcome: 'added'; user: User; send: () => void }
  | { outcome: 'email_taken' }
  /** So many mails went to this address. */
  | { outcome: 'throttled'; retryAfterSeconds: number }

export async function welcomeUser(
  tx: Tx,
  services: Pick<UserServices, 'secrets' | 'clock' | 'organizations' | 'sendMail' | 'publicUrl'>,
  { email, name, locale }: { email: string; name: string | null; locale: Locale },
  context: AuditContext,
): Promise<Welcomed> {
  const person = { email, name, passwordHash: null, emailVerified: false, administrator: false, locale }
  const user = await createUser(tx, services, { ...person, by: 'operator' }, context)
  if (!user) return { outcome: 'email_taken' }
  const allowed = await attempt(tx, services, [{ rule: 'mail_address', subject: emailKey(email) }])
  if (!allowed.allowed) return { outcome: 'throttled', retryAfterSeconds: allowed.retryAfterSeconds }
  const invitation = { email, organization: null, administrator: false, inviter: null, locale }
  const { send } = await issueInvitation(tx, services, invitation, context)
  return { outcome: 'added', user, send }
}
