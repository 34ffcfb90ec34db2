/** Routes that show pages: a table of them goes in, a router comes out, and every POST has its form checked on the way. */
import Router from '@koa/router'
import type { Context } from 'koa'
import type { Log } from '../platform/log.ts'
import type { Caller } from './address.ts'
import type { RequestState } from './entrance.ts'
import { fieldsOf, readForm, readUpload, type FormFields, type Forms } from './forms.ts'
import { localeOf, type Locale } from './messages.ts'
import type { PageModels, PageName } from './page-models.ts'
import { Problem } from './problem.ts'
import { account, returnPath, type ReturnPath } from './return-path.ts'
import type { Views } from './views.ts'

/** Who is signed in, as every page needs it. */
export interface Person {
  id: string
  email: string
  /** They have shown that the mailbox is theirs. */
  emailProven: boolean
  name: string | null
  /** The language that they have chosen, or came in. */
  locale: string | null
  administrator: boolean
}

/** The browser's session, if it has one; `uid` is stable over a sign-in of the same person. */
export interface BrowserSession {
  id: string
  uid: string
  signedInAt: Date | null
  /** How (RFC 8176). */
  amr: readonly string[]
  person: Person | null
}

/** One request for a page, with all that a handler may need of it. */
export interface Page {
  ctx: Context
  requestId: string
  caller: Caller
  log: Log
  locale: Locale
  session: BrowserSession | null
  person: Person | null
  params: Readonly<Record<string, string>>
  query: Readonly<Record<string, string>>
  form: FormFields
  show<K extends PageName>(page: K, model: PageModels[K], options?: ShowOptions): void
  redirect(path: ReturnPath | `/${string}`): void
  /** Takes another language for this answer, e.g. by `ui_locales`. */
  speak(locale: Locale): void
}

export interface ShowOptions {
  status?: number
}

/** A page for one signed-in person. */
export type PersonalPage = Page & { person: Person; session: BrowserSession }

export type PageRoute = {
  method: 'GET' | 'POST'
  path: string
  /** Answered on this machine alone; from anywhere else it isn't there. */
  localOnly?: boolean
  /** A POST that may bring a file, as multipart/form-data. */
  uploads?: true
  /** For a POST: where a person goes on if it can't be taken now. Unless said, at the page of the same path. */
  goOnAt?: (posted: Pick<Page, 'params' | 'form'>) => `/${string}`
} & (
  | { access: 'anyone'; handle(page: Page): Promise<void> | void }
  | { access: 'signed-in'; handle(page: PersonalPage): Promise<void> | void }
)

export interface PageServices {
  views: Views
  forms: Forms
  findSession: (ctx: Context) => Promise<BrowserSession | null>
}

export function pageRouter(routes: readonly PageRoute[], services: PageServices): Router {
  const router = new Router()
  const form = readForm()
  const upload = readUpload()
  const shown = new Set(routes.filter(({ method }) => method === 'GET').map(({ path }) => path))
  for (const route of routes) {
    const handle = async (ctx: Context) => {
      const state = ctx.state as RequestState
      if (route.localOnly && !state.local) throw new Problem('not_found')
      if (route.method === 'POST') {
        const own = shown.has(route.path) ? ctx.path : undefined
        state.goOnAt = route.goOnAt?.({ params: paramsOf(ctx), form: fieldsOf(ctx) }) ?? own
      }
      const page = await openPage(ctx, services)
      if (route.method === 'POST') services.forms.verify(ctx, page.session?.uid ?? '')
      if (route.access === 'anyone') return route.handle(page)
      if (page.person === null || page.session === null) {
        // What was posted is gone after a sign-in; a GET goes on where it was.
        const target = route.method === 'GET' ? returnPath(ctx.url) : account
        return page.redirect(`/sign-in?return_to=${encodeURIComponent(target)}`)
      }
      return route.handle(page as PersonalPage)
    }
    if (route.method === 'GET') router.get(route.path, (ctx) => handle(ctx as Context))
    else router.post(route.path, route.uploads ? upload : form, (ctx) => handle(ctx as Context))
  }
  return router
}

/** Reads the session once and binds the answer's tools to it. */
async function openPage(ctx: Context, services: PageServices): Promise<Page> {
  const state = ctx.state as RequestState
  const session = await services.findSession(ctx)
  const chosen = localeOf(session?.person?.locale)
  if (chosen) state.locale = chosen
  const page: Page = {
    ctx,
    requestId: state.requestId,
    caller: state.caller,
    log: state.log,
    locale: state.locale,
    session,
    person: session?.person ?? null,
    params: paramsOf(ctx),
    query: Object.fromEntries(
      Object.entries(ctx.query).map(([name, value]) => [name, (Array.isArray(value) ? value[0] : value) ?? '']),
    ),
    form: fieldsOf(ctx),
    show: (name, model, options = {}) => showPage(ctx, services, page, name, model, options),
    redirect(path) {
      if (!path.startsWith('/') || path.startsWith('//')) throw new Problem('internal_error')
      ctx.status = 303
      ctx.set('cache-control', 'no-store')
      ctx.redirect(path)
    },
    speak(locale) {
      page.locale = locale
    },
  }
  return page
}

function paramsOf(ctx: Context): Record<string, string> {
  return (ctx as { params?: Record<string, string> }).params ?? {}
}

function showPage<K extends PageName>(
  ctx: Context,
  services: PageServices,
  page: Page,
  name: K,
  model: PageModels[K],
  { status = 200 }: ShowOptions,
): void {
  ctx.status = status
  ctx.type = 'text/html; charset=utf-8'
  ctx.set('cache-control', 'no-store')
  ctx.set('vary', 'Cookie, Accept-Language')
  ctx.body = services.views.render(name, model, {
    locale: page.locale,
    csrf: (action: string) => services.forms.token(ctx, action, page.session?.uid ?? ''),
    user: page.person && { email: page.person.email, name: page.person.name },
    requestId: page.requestId,
    path: ctx.path,
  })
}
