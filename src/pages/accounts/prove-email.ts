/** `POST /account/prove-email`: mails the proof to somebody who is signed in and hasn't shown yet that the address is theirs. */
import type { PersonalPage } from '../../http/pages.ts'
import { Problem } from '../../http/problem.ts'
import { minute } from '../../platform/clock.ts'
import { linkLifetimes } from '../../users/links.ts'
import { sendProofMail } from '../../users/prove-email.ts'
import { findUser } from '../../users/store.ts'
import { mailWait } from './address-form.ts'
import type { AccountServices } from './services.ts'

export async function proveEmail(services: AccountServices, page: PersonalPage): Promise<void> {
  const user = await findUser(services.users.db, page.person.id)
  if (!user || user.emailVerifiedAt !== null) return page.redirect('/account')
  const seconds = await mailWait(services, page, user.email)
  if (seconds !== null) throw new Problem('too_many_requests', { retryAfterSeconds: seconds })
  await sendProofMail(services.users, user, page.locale)
  page.show('check-mail', {
    email: user.email,
    purpose: 'sign-up',
    expiresInMinutes: linkLifetimes.prove_email / minute,
    againHref: '/account',
    devMailHref: services.development ? '/dev/mail' : null,
  })
}
