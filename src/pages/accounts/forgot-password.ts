/** `/forgot-password`: the same answer for every address; the mail says whether there is an account. */
import { field } from '../../http/forms.ts'
import type { FormError } from '../../http/page-models.ts'
import type { Page } from '../../http/pages.ts'
import type { ReturnPath } from '../../http/return-path.ts'
import { minute } from '../../platform/clock.ts'
import { linkLifetimes } from '../../users/links.ts'
import { sendResetMail } from '../../users/reset-password.ts'
import { parseEmail } from '../../users/user.ts'
import { readAddress } from './address-form.ts'
import { auditContext, returnOf, waitingApp, withReturn, type AccountServices } from './services.ts'

export async function showForgotPassword(services: AccountServices, page: Page): Promise<void> {
  const returnTo = returnOf(page.query['return_to'] ?? '')
  const app = await waitingApp(services, page, returnTo)
  showForm(page, {
    returnTo,
    email: page.person?.email ?? parseEmail(app?.loginHint ?? '') ?? '',
    errors: [],
    status: 200,
  })
}

export async function forgotPassword(services: AccountServices, page: Page): Promise<void> {
  const returnTo = returnOf(field(page.form, 'return_to'))
  await waitingApp(services, page, returnTo)
  const read = await readAddress(services, page)
  if (!read.ok) return showForm(page, { returnTo, ...read.again })

  const { email } = read
  const request = { email, returnTo, locale: page.locale, signUpOpen: services.signUp() === 'open' }
  const context = auditContext(page, services)
  page.show('check-mail', {
    email,
    purpose: 'reset',
    expiresInMinutes: linkLifetimes.reset / minute,
    againHref: withReturn('/forgot-password', returnTo),
    devMailHref: services.development ? '/dev/mail' : null,
  })
  services.afterwards.start(page.log, () => sendResetMail(services.users, request, context))
}

function showForm(
  page: Page,
  form: { returnTo: ReturnPath; email: string; errors: FormError<'email'>[]; status: number },
): void {
  const { returnTo, email, errors, status } = form
  const signInHref = withReturn('/sign-in', returnTo)
  page.show('forgot-password', { action: '/forgot-password', returnTo, email, errors, signInHref }, { status })
}
