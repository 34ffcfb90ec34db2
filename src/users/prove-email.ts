/** Proves the mailbox of somebody who is signed in already. */
import { actingAs, record, type AuditContext } from '../audit/record.ts'
import type { Locale } from '../http/messages.ts'
import { minute } from '../platform/clock.ts'
import { replaceCredentials } from './claim-account.ts'
import { passwordFaults, type LinkAnswer, type LinkInput } from './link-answer.ts'
import { consumeLink, issueLink, linkLifetimes, linkUrl, type Link } from './links.ts'
import type { UserServices } from './services.ts'
import { findUser, updateUser } from './store.ts'
import { emailKey, type User } from './user.ts'

export async function sendProofMail(
  services: Pick<UserServices, 'db' | 'secrets' | 'clock' | 'sendMail' | 'publicUrl'>,
  user: User,
  locale: Locale,
): Promise<void> {
  const { db, sendMail, publicUrl } = services
  const { token } = await issueLink(db, services, { purpose: 'prove_email', email: user.email, userId: user.id })
  const expiresInMinutes = linkLifetimes.prove_email / minute
  sendMail('prove-email', user.email, { link: linkUrl(publicUrl, token), email: user.email, expiresInMinutes }, locale)
}

/**
 * Who is signed in as that person and reads their mail is that person. Who only reads the mail may be another than the
 * one who chose the password and asked for the proof, and chooses a new one.
 */
export function proofAsksPassword(link: Link, signedInAs: string | null): boolean {
  return link.userId === null || link.userId !== signedInAs
}

export async function completeProof(
  services: UserServices,
  link: Link,
  { password, signedInAs }: LinkInput,
  context: AuditContext,
): Promise<LinkAnswer> {
  const userId = link.userId ?? ''
  const asked = proofAsksPassword(link, signedInAs)
  const faults = asked ? passwordFaults(services, { email: link.email, name: null }, password) : []
  if (faults.length > 0) return { outcome: 'faults', faults }
  const passwordHash = asked ? await services.passwords.hash(password) : null
  return services.db.$transaction(async (tx) => {
    if (!(await consumeLink(tx, link, context.clock))) return { outcome: 'dead' }
    const user = await findUser(tx, userId)
    if (!user || user.disabledAt !== null || emailKey(user.email) !== emailKey(link.email)) return { outcome: 'dead' }
    // Proven meanwhile by another route: that one has said what holds.
    if (user.emailVerifiedAt !== null) return { outcome: 'dead' }
    if (passwordHash !== null) {
      await replaceCredentials(tx, services, user, { passwordHash, by: 'prove_email' }, context)
    } else {
      await updateUser(tx, userId, { emailVerifiedAt: context.clock.now() }, context.clock.now())
      await record(
        tx,
        { type: 'user.email_verified', id: userId, data: { by: 'prove_email' } },
        actingAs(context, userId),
      )
    }
    return { outcome: 'done', userId, enter: passwordHash !== null }
  })
}
