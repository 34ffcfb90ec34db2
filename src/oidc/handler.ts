/**
 * Serves what is oidc-provider's: opens the unit of work, lets the provider answer, mends the few answers that need it,
 * and writes. An answer goes out only after everything it promises is written.
 */
import type { Context, Middleware } from 'koa'
import compose from 'koa-compose'
import type { Provider } from 'oidc-provider'
import { readFormBody } from '../http/form-body.ts'
import { Problem } from '../http/problem.ts'
import { revokeFamily } from './unit/families.ts'
import type { Flushed, RevocationReason, Unit } from './unit/unit.ts'
import type { Units } from './units.ts'

const paths = /^\/(oauth2\/|\.well-known\/(openid-configuration|oauth-authorization-server)$)/

/** What a URL may hold; an authorization request that is longer has to be pushed (RFC 9126). */
const longestRequest = 8 * 1024

export type Mend = (ctx: Context, unit: Unit) => Promise<void> | void

export interface HandlerOptions {
  units: Units
  provider: () => Provider
  /** What is put right in an answer before it goes out, in this order. */
  mends: readonly Mend[]
}

export function providerHandler({ units, provider, mends }: HandlerOptions): Middleware {
  return async (ctx, next) => {
    if (!paths.test(ctx.path)) {
      await next()
      return
    }
    if (ctx.method === 'POST' && (ctx.path === '/oauth2/authorize' || ctx.path === '/oauth2/logout')) {
      await asGet(ctx)
      return
    }
    const clientId = typeof ctx.query['client_id'] === 'string' ? ctx.query['client_id'] : null
    const interactionUid = /^\/oauth2\/authorize\/([\w-]{20,64})$/.exec(ctx.path)?.[1] ?? null
    const about = { clientId, interactionUid, reason: reasonOf(ctx.path) }
    const serve = async (unit: Unit) => {
      await composed(provider())(ctx, nothing)
      const { fault } = ctx.state as { fault?: Error }
      if (fault) throw fault
      for (const mend of mends) await mend(ctx, unit)
      const flushed = await unit.flush().catch(ifParentGone)
      if (flushed === 'parent_gone') askAnew(ctx)
      else if (!flushed.ok) await refuse(ctx, unit, flushed)
      unmatched(ctx)
    }
    await units.run(ctx, serve, about)
  }
}

/** One for each provider there was: a rotated key makes another. */
const compositions = new WeakMap<Provider, Middleware>()

function composed(provider: Provider): Middleware {
  const known = compositions.get(provider) ?? compose(provider.middleware)
  compositions.set(provider, known)
  return known
}

/** The provider revokes without saying why; the route tells. */
function reasonOf(path: string): RevocationReason {
  if (path === '/oauth2/token') return 'replay'
  return path.startsWith('/oauth2/logout') ? 'signed_out' : 'revoked'
}

const nothing = () => Promise.resolve()

/** A guard didn't hold: the code or token was used in the meantime. Nothing was written; now its family ends. */
async function refuse(ctx: Context, unit: Unit, { failed }: Extract<Flushed, { ok: false }>): Promise<void> {
  ctx.remove('set-cookie')
  if (failed.kind === 'waiting') {
    ctx.remove('location')
    const detail = 'Too many requests to sign in were begun from this network and not finished.'
    throw new Problem('too_many_requests', { detail, retryAfterSeconds: failed.retryAfterSeconds })
  }
  if (!('familyId' in failed)) {
    // An assertion that was seen before.
    ctx.status = 401
    ctx.body = { error: 'invalid_client', error_description: 'client authentication failed' }
    return
  }
  revokeFamily(unit, failed.familyId, 'replay')
  await unit.flush()
  ctx.status = 400
  ctx.body = { error: 'invalid_grant', error_description: 'grant request is invalid' }
}

/** What was to be written hangs on a grant, client or person that ended since it was read; nothing was written. */
function ifParentGone(error: unknown): 'parent_gone' {
  // SQLSTATE foreign_key_violation.
  if ((error as { code?: unknown }).code === '23503') return 'parent_gone'
  throw error
}

/** A browser comes again, and finds what is true now; an app is told that what it had is worth nothing. */
function askAnew(ctx: Context): void {
  ctx.remove('set-cookie')
  if (ctx.method === 'GET') {
    ctx.status = 303
    ctx.redirect(ctx.path + ctx.search)
    return
  }
  ctx.status = 400
  ctx.body = { error: 'invalid_grant', error_description: 'grant request is invalid' }
}

/**
 * Requests to authorize (OIDC Core, 3.1.2.1) and to sign out (RP-Initiated Logout 1.0, 2) may be posted. Cookies are
 * SameSite=Lax, so a post from the client's site comes without them; sent on to the same request as a GET, it comes with them.
 */
async function asGet(ctx: Context): Promise<void> {
  // Parsed and written anew, so that what follows is a query and nothing else.
  const parameters = await readFormBody(ctx)
  const target = `${ctx.path}?${parameters.toString()}`
  if (target.length > longestRequest) {
    throw new Problem('payload_too_large', { detail: 'The request is too long to be sent this way.' })
  }
  ctx.status = 303
  ctx.redirect(target)
}

/** The provider's router leaves a 404 without a body; the boundary shows it. */
function unmatched(ctx: Context): void {
  if (ctx.status === 404 && (ctx.body === undefined || ctx.body === null)) throw new Problem('not_found')
}

/** RFC 6749, 5.2: a grant type that the client may not use is `unauthorized_client`. */
export function mendUnauthorizedClient(ctx: Context): void {
  const body = ctx.body as { error?: string; error_description?: string } | null
  if (
    ctx.path === '/oauth2/token' &&
    body?.error_description === 'requested grant type is not allowed for this client'
  ) {
    body.error = 'unauthorized_client'
  }
}
