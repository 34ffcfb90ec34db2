/** Shows a page from within the provider's own routes, which know nothing of our pages. */
import type { Context } from 'koa'
import type { RequestState } from '../http/entrance.ts'
import { negotiateLocale } from '../http/messages.ts'
import type { PageModels, PageName, SharedModel } from '../http/page-models.ts'
import type { Views } from '../http/views.ts'

/** Leaves the status as the provider set it. These pages have no form of ours, so they need no token of ours. */
export function show<K extends PageName>(ctx: Context, views: Views, page: K, model: PageModels[K]): void {
  const { requestId, locale } = ctx.state as RequestState
  const shared: SharedModel = { locale, csrf: () => '', user: null, requestId, path: ctx.path }
  ctx.type = 'text/html; charset=utf-8'
  ctx.set('cache-control', 'no-store')
  ctx.body = views.render(page, model, shared)
}

/** OIDC Core, 3.1.2.1: `ui_locales` goes before the browser's own languages. */
export function speak(ctx: Context, uiLocales: unknown = ctx.query['ui_locales']): void {
  if (typeof uiLocales !== 'string') return
  const state = ctx.state as RequestState
  state.locale = negotiateLocale({ uiLocales, acceptLanguage: ctx.get('accept-language') })
}
