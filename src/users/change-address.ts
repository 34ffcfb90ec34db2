/**
 * Another address for an account. Whoever has only a browser that was left open doesn't know the password; whoever knows that
 * too doesn't read the new mailbox, or has to be signed in here to use the link that comes there; and the old mailbox is told.
 */
import { record, type AuditContext } from '../audit/record.ts'
import type { Locale } from '../http/messages.ts'
import { minute } from '../platform/clock.ts'
import { isUniqueConflict } from '../platform/unique-conflict.ts'
import { askPassword, type AskedPassword } from './ask-password.ts'
import type { LinkAnswer, LinkInput } from './link-answer.ts'
import { consumeLink, issueLink, linkLifetimes, linkUrl, type Link } from './links.ts'
import type { UserServices } from './services.ts'
import { consumeLinksOf, findUser, findUserByEmail, updateUser } from './store.ts'
import { attempt, networkCells } from './throttle.ts'
import { emailKey } from './user.ts'

export type AddressAsked =
  | { outcome: 'mailed' }
  | { outcome: 'wrong_password' }
  /** Of the password, or of mails to this address. */
  | { outcome: 'throttled'; retryAfterSeconds: number }

/**
 * Mails a link to the new address, the same whether or not it has an account: who has one there learns it behind the link.
 * An earlier link of this kind is worth nothing any more. Throws `BusyError`.
 */
export async function askForAddress(
  services: UserServices,
  userId: string,
  { email, current, locale }: { email: string; current: AskedPassword; locale: Locale },
  context: AuditContext,
): Promise<AddressAsked> {
  const { db, clock, publicUrl } = services
  const user = await findUser(db, userId)
  if (!user) return { outcome: 'wrong_password' }
  const asked = await askPassword(services, user, current)
  if (asked.outcome === 'throttled') return asked
  if (asked.outcome === 'wrong') return { outcome: 'wrong_password' }
  const mail = await attempt(db, services, [
    ...networkCells('mail', current.address),
    { rule: 'mail_address', subject: emailKey(email) },
  ])
  if (!mail.allowed) return { outcome: 'throttled', retryAfterSeconds: mail.retryAfterSeconds }
  const { token } = await db.$transaction(async (tx) => {
    await consumeLinksOf(tx, { purpose: 'change_email', userId }, clock.now())
    await record(tx, { type: 'user.email_change_requested', id: userId, data: {} }, context)
    return issueLink(tx, services, { purpose: 'change_email', email, userId })
  })
  const expiresInMinutes = linkLifetimes.change_email / minute
  services.sendMail('prove-email', email, { link: linkUrl(publicUrl, token), email, expiresInMinutes }, locale)
  return { outcome: 'mailed' }
}

/**
 * Only whoever is signed in to the account can use the link. Otherwise somebody could have their own account put under a
 * stranger's address by a stranger who presses a button, and read on in what that stranger then takes for theirs.
 */
export function changeAsksSignIn(link: Link, signedInAs: string | null): boolean {
  return link.userId === null || link.userId !== signedInAs
}

export async function completeAddressChange(
  services: UserServices,
  link: Link,
  { signedInAs }: LinkInput,
  context: AuditContext,
): Promise<LinkAnswer> {
  const userId = link.userId ?? ''
  if (changeAsksSignIn(link, signedInAs)) return { outcome: 'faults', faults: [{ field: null, code: 'sign_in_first' }] }
  try {
    return await services.db.$transaction(async (tx) => {
      const holder = await findUserByEmail(tx, link.email)
      if (holder && holder.id !== userId) return taken
      if (!(await consumeLink(tx, link, context.clock))) return { outcome: 'dead' }
      const user = await findUser(tx, userId)
      if (!user || user.disabledAt !== null) return { outcome: 'dead' }
      const at = context.clock.now()
      await updateUser(tx, userId, { email: link.email, emailVerifiedAt: at }, at)
      // They went to a mailbox that says nothing about this account any more.
      await consumeLinksOf(tx, { purpose: 'reset', userId }, at)
      await consumeLinksOf(tx, { purpose: 'prove_email', userId }, at)
      await record(
        tx,
        [
          { type: 'user.updated', id: userId, data: { changed: ['email'] } },
          { type: 'user.email_verified', id: userId, data: { by: 'change_email' } },
        ],
        context,
      )
      const model = { at }
      const before = emailKey(user.email) === emailKey(link.email) ? [] : [{ userId, address: user.email, model }]
      await services.queueMail(tx, 'address-changed', [{ userId, model }, ...before])
      return { outcome: 'done', userId, enter: false }
    })
  } catch (error) {
    // Somebody came to it at the same moment.
    if (isUniqueConflict(error)) return taken
    throw error
  }
}

const taken: LinkAnswer = { outcome: 'faults', faults: [{ field: null, code: 'email_taken' }] }
