/** `/links/:token`: what a mailed link opens. Showing it uses nothing up, since mail scanners open links; its button does. */
import { field } from '../../http/forms.ts'
import type { FormError, LinkPurpose as PagePurpose } from '../../http/page-models.ts'
import type { Page } from '../../http/pages.ts'
import { Problem } from '../../http/problem.ts'
import { answerLink, whatLinkAsks } from '../../users/answer-link.ts'
import { findLink, type Link, type LinkPurpose } from '../../users/links.ts'
import { MAX_CHARACTERS, MIN_CHARACTERS } from '../../users/password-text.ts'
import { findUser } from '../../users/store.ts'
import { attempt } from '../../users/throttle.ts'
import { enter, recognise } from './enter.ts'
import {
  auditContext,
  returnOf,
  throttled,
  unlessBusy,
  waitingApp,
  withReturn,
  type AccountServices,
} from './services.ts'

const purposes = {
  sign_up: { page: 'sign-up', again: '/sign-up' },
  invitation: { page: 'invitation', again: null },
  reset: { page: 'reset', again: '/forgot-password' },
  first_administrator: { page: 'first-administrator', again: null },
  prove_email: { page: 'prove-email', again: null },
  change_email: { page: 'change-email', again: null },
} as const satisfies Record<LinkPurpose, { page: PagePurpose; again: `/${string}` | null }>

export async function showLink(services: AccountServices, page: Page): Promise<void> {
  const link = await openLink(services, page)
  if (link) await showForm(services, page, link, { name: '', errors: [], status: 200 })
}

export async function useLink(services: AccountServices, page: Page): Promise<void> {
  const link = await openLink(services, page)
  if (!link) return
  const name = field(page.form, 'name')
  const tried = await attempt(services.users.db, services.users, [{ rule: 'link', subject: link.id }])
  if (!tried.allowed) {
    const errors = [throttled(page, tried.retryAfterSeconds)]
    return showForm(services, page, link, { name, errors, status: 429 })
  }
  const input = {
    name,
    password: field(page.form, 'password'),
    signedInAs: page.person?.id ?? null,
    locale: page.locale,
  }
  const answer = await unlessBusy(answerLink(services.users, link, input, auditContext(page, services)))
  switch (answer.outcome) {
    case 'dead':
      return showDead(page, link)
    case 'faults':
      return showForm(services, page, link, { name, errors: answer.faults, status: 422 })
    case 'done': {
      const returnTo = returnOf(link.returnTo ?? '')
      if (link.purpose === 'reset') {
        await recognise(services, page, answer.userId)
        return page.redirect(withReturn('/sign-in?notice=password-changed', returnTo))
      }
      const user = answer.enter ? await findUser(services.users.db, answer.userId) : null
      if (user) await enter(services, page, user, ['pwd'])
      return page.redirect(returnTo)
    }
  }
}

/** A link that works; null where the page has said already that it doesn't. */
async function openLink(services: AccountServices, page: Page): Promise<Link | null> {
  const found = await findLink(services.users.db, services.users, page.params['token'] ?? '')
  // Never was, or was swept long after its end.
  if (found.state === 'unknown') throw new Problem('not_found')
  await waitingApp(services, page, returnOf(found.link.returnTo ?? ''))
  if (found.state === 'live') return found.link
  showDead(page, found.link)
  return null
}

async function showForm(
  services: AccountServices,
  page: Page,
  link: Link,
  form: { name: string; errors: FormError<'name' | 'password'>[]; status: number },
): Promise<void> {
  const asks = await whatLinkAsks(services.users, link, page.person?.id ?? null)
  page.show(
    'link',
    {
      purpose: purposes[link.purpose].page,
      action: page.ctx.path,
      email: link.email,
      asksName: asks.name,
      asksPassword: asks.password,
      signInHref: asks.signIn ? '/sign-in' : null,
      values: { name: form.name },
      errors: form.errors,
      passwordRules: { minimum: MIN_CHARACTERS, maximum: MAX_CHARACTERS },
    },
    { status: form.status },
  )
}

function showDead(page: Page, link: Link): void {
  const { page: purpose, again } = purposes[link.purpose]
  const returnTo = returnOf(link.returnTo ?? '')
  const againHref = again && withReturn(again, returnTo)
  page.show('link-dead', { purpose, againHref, signInHref: withReturn('/sign-in', returnTo) }, { status: 410 })
}
