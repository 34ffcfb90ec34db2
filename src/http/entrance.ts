/** The first step of every request: its id, its caller, the TLS rule, the pinned host and the headers of every answer. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Context, Middleware } from 'koa'
import type { Log } from '../platform/log.ts'
import { callerOf, trustedProxies, type Caller } from './address.ts'
import { negotiateLocale, type Locale } from './messages.ts'
import { Problem, problemBody, type ProblemLinks } from './problem.ts'

export interface RequestState {
  requestId: string
  caller: Caller
  /** Was this machine asked by a name or address of its own, with nobody unknown in between? */
  readonly local: boolean
  log: Log
  locale: Locale
  /** Where a person goes on whose form can't be taken now. */
  goOnAt?: string | undefined
}

export interface EntranceOptions {
  links: ProblemLinks
  trustedProxies: readonly string[]
  /** Is this host name or address the machine's own? */
  isLoopback: (host: string) => boolean
  /** Looks at a request that is rejected because it came unencrypted. */
  noteUnencrypted: (request: IncomingMessage, caller: Caller) => void
  log: Log
}

/** An incoming request id is kept only if it looks like one and a trusted proxy vouches for it. */
const saneRequestId = /^[A-Za-z0-9._-]{8,128}$/

/** Health answers over plain http too: load balancers ask without TLS. */
const plainHttpPaths = new Set(['/health/live', '/health/ready'])

/** Secrets have leaked already when these come unencrypted, so a redirect would only hide it. */
const refusedUnencrypted = /^\/(v1|oauth2)(\/|$)/

/** Apps open these in a popup and wait for its end, which the opener policy would hide from them. */
const maybeInPopup = /^\/(oauth2\/(authorize|logout)|sign-in|sign-up|forgot-password|links|interaction)(\/|$)/

export const contentSecurityPolicy =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

export function entrance(options: EntranceOptions): Middleware {
  const issuer = new URL(options.links.publicUrl)
  const isTrusted = trustedProxies(options.trustedProxies)
  const https = issuer.protocol === 'https:'
  const headers = {
    'content-security-policy': contentSecurityPolicy,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    ...(https ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  }

  // What is logged of each request is ours and holds no secret; looking for some took longer than many an answer.
  const requests = options.log.child({}, { redact: [] })

  return async (ctx, next) => {
    const caller = callerOf(ctx.req, isTrusted)
    const requestId = requestIdOf(ctx.req, caller)
    ctx.state = stateOf(ctx, requestId, caller, options)
    ctx.set(headers)
    if (!maybeInPopup.test(ctx.path)) ctx.set('cross-origin-opener-policy', 'same-origin')
    ctx.set('x-request-id', requestId)
    const started = process.hrtime.bigint()
    pinHost(ctx, issuer, caller)
    if (https && !caller.encrypted && !plainHttpPaths.has(ctx.path)) {
      options.noteUnencrypted(ctx.req, caller)
      refuseUnencrypted(ctx, options.links)
    } else await next()
    requests.info(
      {
        request_id: requestId,
        method: ctx.method,
        // The pattern, not the path: paths of mailed links and interactions hold secrets.
        route: (ctx as { _matchedRoute?: unknown })._matchedRoute ?? null,
        status: ctx.status,
        address: caller.address,
        ms: Number((process.hrtime.bigint() - started) / 1000n) / 1000,
      },
      'request',
    )
  }
}

/** The log and the rest are made when they are asked for, which most requests of machines never do. */
function stateOf(ctx: Context, requestId: string, caller: Caller, options: EntranceOptions): RequestState {
  // As they came: what follows pins them.
  const { host, forwarded, 'x-forwarded-for': forwardedFor } = ctx.req.headers
  let log: Log | undefined
  let locale: Locale | undefined
  return {
    requestId,
    caller,
    /**
     * Listening on loopback keeps out neither a site whose owner has its name lead to this machine (DNS rebinding: the
     * browser then takes us for that site) nor what a tunnel or a proxy brings from elsewhere.
     */
    get local() {
      const named = URL.parse(`http://${host ?? ''}`)?.hostname
      const direct = caller.viaTrustedProxy || (forwarded ?? forwardedFor) === undefined
      return direct && named !== undefined && options.isLoopback(named)
    },
    get log() {
      return (log ??= options.log.child({ request_id: requestId }))
    },
    get locale() {
      return (locale ??= negotiateLocale({ acceptLanguage: ctx.get('accept-language') }))
    },
    set locale(chosen) {
      locale = chosen
    },
  }
}

/** An incoming one is kept if it is sane and came through a trusted proxy. */
export function requestIdOf({ headers }: IncomingMessage, { viaTrustedProxy }: Caller): string {
  const given = headers['x-request-id']
  return viaTrustedProxy && typeof given === 'string' && saneRequestId.test(given) ? given : randomUUID()
}

/**
 * oidc-provider builds its URLs from the request. So that a forged Host or X-Forwarded-Host changes nothing, nor a request
 * line that names a whole URL (RFC 9112, 3.2.2), the request is given the issuer's host and protocol and the caller's real
 * address before anything else reads it.
 */
function pinHost(ctx: Context, issuer: URL, caller: Caller): void {
  const named = ctx.originalUrl.startsWith('/') ? null : URL.parse(ctx.originalUrl)
  if (named) {
    ctx.url = (named.pathname || '/') + named.search
    ctx.originalUrl = ctx.url
    ctx.request.originalUrl = ctx.url
  }
  const { headers } = ctx.req
  headers.host = issuer.host
  headers['x-forwarded-proto'] = issuer.protocol.replace(':', '')
  headers['x-forwarded-for'] = caller.address
  delete headers['x-forwarded-host']
  delete headers[':authority']
}

function refuseUnencrypted(ctx: Context, links: ProblemLinks): void {
  if (!refusedUnencrypted.test(ctx.path)) {
    ctx.status = 308
    ctx.redirect(links.publicUrl + ctx.url)
    return
  }
  ctx.status = 403
  const detail =
    'This request came unencrypted, so what it carried must be taken as leaked. Use https, and replace the secret that you sent.'
  if (ctx.path.startsWith('/oauth2')) {
    ctx.body = { error: 'https_required', error_description: detail }
    return
  }
  ctx.type = 'application/problem+json'
  ctx.set('cache-control', 'no-store')
  const problem = new Problem('https_required', { detail })
  ctx.body = JSON.stringify(problemBody(problem, (ctx.state as RequestState).requestId, links))
}
