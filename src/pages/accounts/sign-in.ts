/** `/sign-in`: one page for consent, the account and everything else that wants to know who is there. */
import { field } from '../../http/forms.ts'
import type { FormError, PageModels } from '../../http/page-models.ts'
import type { Page } from '../../http/pages.ts'
import type { ReturnPath } from '../../http/return-path.ts'
import { checkCredentials } from '../../users/sign-in.ts'
import { parseEmail } from '../../users/user.ts'
import { deviceTokenOf, enter } from './enter.ts'
import { returnOf, throttled, unlessBusy, waitingApp, withReturn, type AccountServices } from './services.ts'

type Faults = FormError<'email' | 'password'>[]
type Notice = PageModels['sign-in']['notice']

const notices: readonly Notice[] = ['password-changed', 'signed-out', 'sign-in-again']

export async function showSignIn(services: AccountServices, page: Page): Promise<void> {
  const returnTo = returnOf(page.query['return_to'] ?? '')
  const notice = notices.find((known) => known === page.query['notice']) ?? null
  // An app may ask for a new sign-in of somebody who is signed in (OIDC Core, 3.1.2.1: prompt=login, max_age).
  const again = returnTo.startsWith('/interaction/') || notice !== null
  if (page.person && !again) return page.redirect(returnTo)
  await showForm(services, page, { returnTo, notice, email: null, errors: [], status: 200 })
}

export async function signIn(services: AccountServices, page: Page): Promise<void> {
  const returnTo = returnOf(field(page.form, 'return_to'))
  const typed = field(page.form, 'email').trim()
  const password = field(page.form, 'password')
  const again = (status: number, errors: Faults) =>
    showForm(services, page, { returnTo, notice: null, email: typed, errors, status })

  const email = parseEmail(typed)
  const faults = faultsOf(typed, email, password)
  if (email === null || faults.length > 0) return again(422, faults)

  const deviceToken = deviceTokenOf(services, page)
  const { address } = page.caller
  const checked = await unlessBusy(checkCredentials(services.users, { email, password, deviceToken, address }))
  if (checked.outcome === 'throttled') {
    page.log.info({ address }, 'sign-in throttled')
    return again(429, [throttled(page, checked.retryAfterSeconds)])
  }
  if (checked.outcome === 'signed_in' && (await enter(services, page, checked.user, ['pwd'], checked.upgrade))) {
    return page.redirect(returnTo)
  }
  page.log.info({ address }, 'sign-in refused')
  return again(422, [{ field: null, code: 'wrong_credentials' }])
}

function faultsOf(typed: string, email: string | null, password: string): Faults {
  const faults: Faults = []
  if (typed === '') faults.push({ field: 'email', code: 'email_required' })
  else if (email === null) faults.push({ field: 'email', code: 'email_invalid' })
  if (password === '') faults.push({ field: 'password', code: 'password_required' })
  return faults
}

interface Form {
  returnTo: ReturnPath
  notice: Notice
  /** What was typed; null where nothing was yet. */
  email: string | null
  errors: Faults
  status: number
}

async function showForm(services: AccountServices, page: Page, form: Form): Promise<void> {
  const { returnTo, notice, errors, status } = form
  const app = await waitingApp(services, page, returnTo)
  const email = form.email ?? parseEmail(app?.loginHint ?? '') ?? page.person?.email ?? ''
  const model: PageModels['sign-in'] = {
    action: '/sign-in',
    returnTo,
    email,
    errors,
    signUpHref: services.signUp() === 'open' ? withReturn('/sign-up', returnTo) : null,
    forgotHref: withReturn('/forgot-password', returnTo),
    continueTo: app && { clientName: app.clientName, host: app.host },
    notice,
  }
  page.show('sign-in', model, { status })
}
