/** `/sign-up`: asks for an address and mails a link to it; who has an account already is told so in that mail only. */
import { field } from '../../http/forms.ts'
import type { FormError } from '../../http/page-models.ts'
import type { Page } from '../../http/pages.ts'
import { minute } from '../../platform/clock.ts'
import type { ReturnPath } from '../../http/return-path.ts'
import { linkLifetimes } from '../../users/links.ts'
import { sendSignUpMail } from '../../users/sign-up.ts'
import { parseEmail } from '../../users/user.ts'
import { readAddress, type AddressFault } from './address-form.ts'
import { returnOf, waitingApp, withReturn, type AccountServices } from './services.ts'

export async function showSignUp(services: AccountServices, page: Page): Promise<void> {
  const returnTo = returnOf(page.query['return_to'] ?? '')
  const app = await waitingApp(services, page, returnTo)
  const offered = services.signUp()
  if (offered !== 'open') return showClosed(offered, page, returnTo)
  showForm(page, { returnTo, app, email: parseEmail(app?.loginHint ?? '') ?? '', errors: [], status: 200 })
}

export async function signUp(services: AccountServices, page: Page): Promise<void> {
  const returnTo = returnOf(field(page.form, 'return_to'))
  const app = await waitingApp(services, page, returnTo)
  const offered = services.signUp()
  if (offered !== 'open') return showClosed(offered, page, returnTo)
  const read = await readAddress(services, page)
  if (!read.ok) return showForm(page, { returnTo, app, ...read.again })

  const { email } = read
  const { locale } = page
  page.show('check-mail', {
    email,
    purpose: 'sign-up',
    expiresInMinutes: linkLifetimes.sign_up / minute,
    againHref: withReturn('/sign-up', returnTo),
    devMailHref: services.development ? '/dev/mail' : null,
  })
  services.afterwards.start(page.log, () => sendSignUpMail(services.users, { email, returnTo, locale }))
}

function showForm(
  page: Page,
  form: {
    returnTo: ReturnPath
    app: { clientName: string; host: string } | null
    email: string
    errors: FormError<'email'>[]
    status: AddressFault['status'] | 200
  },
): void {
  const { returnTo, app, email, errors, status } = form
  page.show(
    'sign-up',
    {
      action: '/sign-up',
      returnTo,
      email,
      errors,
      signInHref: withReturn('/sign-in', returnTo),
      continueTo: app && { clientName: app.clientName, host: app.host },
    },
    { status },
  )
}

function showClosed(reason: 'invitation' | 'closed', page: Page, returnTo: ReturnPath): void {
  page.show('sign-up-closed', { reason, signInHref: withReturn('/sign-in', returnTo) }, { status: 403 })
}
