/** A forgotten password: a link to the mailbox, and a new password behind it. */
import { record, type AuditContext } from '../audit/record.ts'
import { localeOf, type Locale } from '../http/messages.ts'
import { minute } from '../platform/clock.ts'
import type { Tx } from '../platform/database.ts'
import { replaceCredentials } from './claim-account.ts'
import { passwordFaults, type LinkAnswer, type LinkInput } from './link-answer.ts'
import { consumeLink, issueLink, linkLifetimes, linkUrl, type Link } from './links.ts'
import type { UserServices } from './services.ts'
import { findUser, findUserByEmail } from './store.ts'
import { attempt } from './throttle.ts'
import { emailKey, type User } from './user.ts'

/** Runs after the visitor was answered, so that the answer's time can't tell who has an account. */
export async function sendResetMail(
  services: Pick<UserServices, 'db' | 'secrets' | 'clock' | 'sendMail' | 'publicUrl'>,
  request: { email: string; returnTo: string | null; locale: Locale; signUpOpen: boolean },
  context: AuditContext,
): Promise<void> {
  const { db, sendMail, publicUrl } = services
  const { email, returnTo, locale, signUpOpen } = request
  const user = await findUserByEmail(db, email)
  if (!user) {
    const signUpHref = signUpOpen ? `${publicUrl}/sign-up` : null
    return sendMail('reset-unknown', email, { email, signUpHref }, locale)
  }
  if (user.disabledAt !== null) return
  const link = await issueResetLink(services, user, returnTo, context)
  sendMail('reset-password', user.email, link, locale)
}

export type ResetMailed =
  | { outcome: 'mailed' }
  | { outcome: 'disabled' }
  /** So many mails went to this address. */
  | { outcome: 'throttled'; retryAfterSeconds: number }

/** On an administrator's word. Nothing changes until the person has opened the link, and the link goes to nobody else. */
export async function mailResetLink(
  services: Pick<UserServices, 'db' | 'secrets' | 'clock' | 'sendMail' | 'publicUrl'>,
  user: User,
  context: AuditContext,
): Promise<ResetMailed> {
  if (user.disabledAt !== null) return { outcome: 'disabled' }
  const { db, publicUrl, sendMail } = services
  const asked = await db.$transaction(async (tx) => {
    const allowed = await attempt(tx, services, [{ rule: 'mail_address', subject: emailKey(user.email) }])
    if (!allowed.allowed) return allowed
    await record(tx, { type: 'user.password_reset_requested', id: user.id, data: {} }, context)
    return { allowed: true, ...(await issueLink(tx, services, linkOf(user, null))) } as const
  })
  if (!asked.allowed) return { outcome: 'throttled', retryAfterSeconds: asked.retryAfterSeconds }
  const locale = localeOf(user.locale) ?? 'en'
  sendMail('reset-password', user.email, mailed(publicUrl, asked.token), locale)
  return { outcome: 'mailed' }
}

/** The address to open, and for how long; also what the command line gives an operator. */
export async function issueResetLink(
  services: Pick<UserServices, 'db' | 'secrets' | 'clock' | 'publicUrl'>,
  user: User,
  returnTo: string | null,
  context: AuditContext,
): Promise<{ link: string; expiresInMinutes: number }> {
  const { token } = await services.db.$transaction(async (tx) => {
    // Anybody may ask for anybody, so it is noted once an hour and not each time.
    const { allowed } = await attempt(tx, services, [{ rule: 'reset_noted', subject: user.id }])
    if (allowed) await record(tx, { type: 'user.password_reset_requested', id: user.id, data: {} }, context)
    return issueLink(tx, services, linkOf(user, returnTo))
  })
  return mailed(services.publicUrl, token)
}

const linkOf = ({ id, email }: User, returnTo: string | null) =>
  ({ purpose: 'reset', email, userId: id, returnTo }) as const

const mailed = (publicUrl: string, token: string) => ({
  link: linkUrl(publicUrl, token),
  expiresInMinutes: linkLifetimes.reset / minute,
})

/** Whoever set the new password signs in with it, so that a second factor is asked for as ever. */
export async function completeReset(
  services: UserServices,
  link: Link,
  { password }: LinkInput,
  context: AuditContext,
): Promise<LinkAnswer> {
  const userId = link.userId ?? ''
  const before = await findUser(services.db, userId)
  if (!before) return { outcome: 'dead' }
  const faults = passwordFaults(services, before, password)
  if (faults.length > 0) return { outcome: 'faults', faults }
  const passwordHash = await services.passwords.hash(password)
  return services.db.$transaction(async (tx): Promise<LinkAnswer> => {
    if (!(await consumeLink(tx, link, context.clock))) return { outcome: 'dead' }
    const present = await findUser(tx, userId)
    // A link proves the mailbox it was sent to, and that only.
    if (!present || present.disabledAt !== null || emailKey(present.email) !== emailKey(link.email))
      return { outcome: 'dead' }
    await replaceCredentials(tx, services, present, { passwordHash, by: 'reset' }, context)
    await tellOfNewPassword(tx, services, present)
    return { outcome: 'done', userId, enter: false }
  })
}

/** In the transaction that sets it. */
export async function tellOfNewPassword(
  tx: Tx,
  { clock, queueMail, publicUrl }: Pick<UserServices, 'clock' | 'queueMail' | 'publicUrl'>,
  user: Pick<User, 'id'>,
): Promise<void> {
  const model = { at: clock.now(), resetHref: `${publicUrl}/forgot-password` }
  await queueMail(tx, 'password-changed', [{ userId: user.id, model }])
}
