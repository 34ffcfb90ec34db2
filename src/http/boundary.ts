/** Where errors become answers: `/v1` and health get problems (RFC 9457), `/oauth2` the OAuth error object, people a page. */
import type { Context, Middleware } from 'koa'
import { isDatabaseUnavailable } from '../platform/database-unavailable.ts'
import { isUnstorableText } from '../platform/unstorable-text.ts'
import type { RequestState } from './entrance.ts'
import { errorStatus, showError } from './error-page.ts'
import { Problem, problemBody, problems, type ProblemCode, type ProblemLinks } from './problem.ts'
import type { Views } from './views.ts'

/** How soon a client may come back after an outage, in seconds. */
const outageRetrySeconds = 2

export function boundary({ views, links }: { views: Views; links: ProblemLinks }): Middleware {
  return async (ctx, next) => {
    try {
      await next()
      if (ctx.status === 404 && ctx.body === undefined) throw new Problem('not_found')
      if (ctx.status === 405 && !ctx.body) throw new Problem('method_not_allowed')
    } catch (error) {
      const problem = problemOf(error)
      const { log } = ctx.state as RequestState
      if (problem.status >= 500) log.error({ err: problem.cause ?? error }, 'a request failed')
      answer(ctx, problem)
    }
  }

  function answer(ctx: Context, problem: Problem): void {
    // Cookies that go with an answer that isn't given would lose the person's place.
    ctx.remove('set-cookie')
    if (problem.retryAfterSeconds !== null) ctx.set('retry-after', String(problem.retryAfterSeconds))
    const detail = problem.status >= 500 ? null : problem.detail
    if (isApi(ctx.path) || ctx.path.startsWith('/health/')) {
      ctx.set(problem.headers)
      ctx.set('cache-control', 'no-store')
      ctx.status = problem.status
      ctx.type = 'application/problem+json'
      ctx.body = JSON.stringify(problemBody(problem, (ctx.state as RequestState).requestId, links))
      return
    }
    if (ctx.path.startsWith('/oauth2/') && !ctx.accepts('json', 'html')?.toString().includes('html')) {
      ctx.status = problem.status
      ctx.body = { error: oauthError(problem), error_description: detail ?? problems[problem.code].title }
      return
    }
    showError(ctx, views, {
      status: errorStatus(problem.status),
      reason: problem.code === 'form_expired' ? 'form_expired' : 'status',
      detail,
      retryHref: retryHref(ctx, problem),
    })
  }
}

function isApi(path: string): boolean {
  return path === '/v1' || path.startsWith('/v1/')
}

/** What was posted isn't kept; the page that it came from is there to send it again. */
function retryHref({ method, url, state }: Context, { status, code }: Problem): string | null {
  if (status !== 503 && code !== 'form_expired') return null
  return method === 'GET' ? url : ((state as RequestState).goOnAt ?? null)
}

export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (isDatabaseUnavailable(error))
    return new Problem('unavailable', { cause: error, retryAfterSeconds: outageRetrySeconds })
  if (isUnstorableText(error))
    return new Problem('bad_request', {
      cause: error,
      detail: 'The request holds a character that is no text, like NUL.',
    })
  const status = (error as { status?: unknown }).status
  const code = typeof status === 'number' ? byStatus[status] : undefined
  return new Problem(code ?? 'internal_error', { cause: error })
}

/** Errors of the libraries below us carry a status: a body that is too large, or malformed. */
const byStatus: Record<number, ProblemCode> = {
  400: 'bad_request',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
}

function oauthError(problem: Problem): string {
  if (problem.status === 503 || problem.status === 429) return 'temporarily_unavailable'
  return problem.status >= 500 ? 'server_error' : 'invalid_request'
}
