/**
 * Signing up: an address first, and name and password behind the link that was mailed there. Nothing of an account exists
 * before, so there is none that a stranger could prepare for somebody else.
 */
import type { AuditContext } from '../audit/record.ts'
import type { Locale } from '../http/messages.ts'
import { minute } from '../platform/clock.ts'
import { claimAccount } from './claim-account.ts'
import { personFaults, type LinkAnswer, type LinkInput } from './link-answer.ts'
import { consumeLink, issueLink, linkLifetimes, linkUrl, type Link } from './links.ts'
import type { UserServices } from './services.ts'
import { findUserByEmail } from './store.ts'

/** Runs after the visitor was answered, so that the answer's time can't tell who has an account. */
export async function sendSignUpMail(
  services: Pick<UserServices, 'db' | 'secrets' | 'clock' | 'sendMail' | 'publicUrl'>,
  { email, returnTo, locale }: { email: string; returnTo: string | null; locale: Locale },
): Promise<void> {
  const { db, sendMail, publicUrl } = services
  const user = await findUserByEmail(db, email)
  if (user && user.disabledAt !== null) return
  if (user && user.emailVerifiedAt !== null) {
    const model = { signInHref: `${publicUrl}/sign-in`, resetHref: `${publicUrl}/forgot-password` }
    return sendMail('already-registered', user.email, model, locale)
  }
  // An account that nobody has proven is open to whoever reads its mail: see `claimAccount`.
  const to = user?.email ?? email
  const { token } = await issueLink(db, services, {
    purpose: 'sign_up',
    email: to,
    returnTo,
    ...(user && { userId: user.id }),
  })
  sendMail('sign-up', to, { link: linkUrl(publicUrl, token), expiresInMinutes: linkLifetimes.sign_up / minute }, locale)
}

export async function completeSignUp(
  services: UserServices,
  link: Link,
  { name, password, locale }: LinkInput,
  context: AuditContext,
): Promise<LinkAnswer> {
  const faults = personFaults(services, { email: link.email, name }, password)
  if (faults.length > 0) return { outcome: 'faults', faults }
  const passwordHash = await services.passwords.hash(password)
  return services.db.$transaction(async (tx) => {
    if (!(await consumeLink(tx, link, context.clock))) return { outcome: 'dead' }
    const user = await claimAccount(
      tx,
      services,
      { email: link.email, name, passwordHash, locale, by: 'sign_up' },
      context,
    )
    return user ? { outcome: 'done', userId: user.id, enter: true } : { outcome: 'dead' }
  })
}
