/** One page for everything that can't be shown: what happened, what to do, and the id to name when asking for help. */
import type { Context } from 'koa'
import type { RequestState } from './entrance.ts'
import type { ErrorReason, ErrorStatus } from './page-models.ts'
import type { Views } from './views.ts'

export interface ErrorPage {
  status: ErrorStatus
  reason?: ErrorReason
  /** The OAuth error, for the app's developer. */
  code?: string | null
  detail?: string | null
  retryHref?: string | null
}

const statuses = new Set([400, 403, 404, 405, 413, 415, 422, 429, 500, 503])

/** The nearest status that has words. */
export function errorStatus(status: number): ErrorStatus {
  if (statuses.has(status)) return status as ErrorStatus
  return status < 500 ? 400 : 500
}

export function showError(
  ctx: Context,
  views: Views,
  { status, reason = 'status', code = null, detail = null, retryHref = null }: ErrorPage,
): void {
  const { requestId, locale } = ctx.state as RequestState
  ctx.status = status
  ctx.type = 'text/html; charset=utf-8'
  ctx.set('cache-control', 'no-store')
  ctx.body = views.render(
    'error',
    { status, reason, code, detail, requestId, retryHref, homeHref: '/' },
    // It has no form, and it must work when the session can't be read.
    { locale, csrf: () => '', user: null, requestId, path: ctx.path },
  )
}
