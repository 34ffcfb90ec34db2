/** From Koa to the table of routes: credential, scope, and what was sent; the rest is dispatch.ts. */
import Router from '@koa/router'
import type { Context, Middleware } from 'koa'
import type { Clock } from '../../platform/clock.ts'
import type { RequestState } from '../entrance.ts'
import { Problem } from '../problem.ts'
import { checkRequest, dispatch, type DispatchServices } from './dispatch.ts'
import { idempotencyKeyOf } from './idempotency.ts'
import { demandJson, readJsonBody } from './json-body.ts'
import { linesOf, linesType } from './lines.ts'
import { reachOf, type Principal, type Reach } from './principal.ts'
import type { ApiScope } from './scopes.ts'
import type { ActingContext, ApiAnswer, ApiRoute } from './route.ts'

export interface ApiServices extends DispatchServices {
  /**
   * Who calls, by `Authorization` or `X-API-Key`; charges the credential if `charge`, and sets the limits' headers.
   * `anyResource` takes a key that is for another resource alone, too.
   * @throws {Problem} 400 for two credentials, 401, 403, 429 or 503
   */
  authenticate(ctx: Context, options: { charge: boolean; anyResource: boolean }): Promise<Principal>
  /** Whoever calls needs this scope. */
  noteScope(principal: Principal, scope: ApiScope): void
}

export function apiRouter(routes: readonly ApiRoute[], services: ApiServices): Router {
  // `/V1/keys` is not `/v1/keys`: what holds for one by its path (https, no-store, problems) would not hold for the other.
  const router = new Router({ sensitive: true })
  for (const route of routes) {
    const method = route.method.toLowerCase() as Lowercase<ApiRoute['method']>
    router[method](route.path, (ctx) => serve(ctx as Context, route, services))
  }
  return router
}

/** What nobody serves under `/v1` is answered alike, whoever asks. */
export const apiHeaders: Middleware = async (ctx, next) => {
  if (ctx.path.startsWith('/v1/')) ctx.set('cache-control', 'no-store')
  await next()
}

async function serve(ctx: Context, route: ApiRoute, services: ApiServices): Promise<void> {
  const { requestId, caller } = ctx.state as RequestState
  const authorized = await authorize(ctx, route, services)
  const { principal } = authorized
  if (route.signed) demandJson(ctx)
  const demandSigned = await route.signed?.(ctx.headers)
  const { value, bytes } = route.body
    ? await readJsonBody(ctx, route.longestBody, demandSigned)
    : { value: undefined, bytes: Buffer.alloc(0) }
  const request = checkRequest(
    route,
    { params: (ctx as { params?: unknown }).params, query: queryOf(ctx, route), body: value },
    { caller, requestId, context: contextOf(principal, requestId, caller.address, services.clock), ...authorized },
  )
  if (route.lines && wantsLines(ctx)) return sendLines(ctx, await route.lines(request as never))
  const key = route.creates ? idempotencyKeyOf(ctx.get('idempotency-key')) : null
  const repeatable = key === null ? null : { key, method: ctx.method, path: ctx.path, body: bytes }
  send(ctx, route, await dispatch(route, services, request, repeatable))
}

async function authorize(
  ctx: Context,
  route: ApiRoute,
  services: ApiServices,
): Promise<{ principal?: Principal; reach?: Reach }> {
  if (route.access === 'anyone') return {}
  // What a key asks about itself, it may ask whichever resource it is for.
  const anyResource = route.access === 'any-credential' || route.access === 'keys:rotate'
  const principal = await services.authenticate(ctx, { charge: route.charge ?? true, anyResource })
  if (route.access === 'any-credential') return { principal }
  if (route.access !== 'administrator') {
    services.noteScope(principal, route.access)
    return { principal, reach: reachOf(principal, route.access) }
  }
  if (!principal.administrator) {
    throw new Problem('forbidden', { detail: 'This is for administrators of the platform.' })
  }
  return { principal }
}

/** A parameter that comes twice could be read either way. */
function queryOf(ctx: Context, route: ApiRoute): Record<string, string> {
  const entries = Object.entries(ctx.query)
  const unknown = route.query ? [] : entries.map(([name]) => name)
  const repeated = entries.filter(([, value]) => Array.isArray(value)).map(([name]) => name)
  const faults = [
    ...unknown.map((path) => ({ path, code: 'unknown_field', message: 'is not a parameter of this route' })),
    ...repeated.map((path) => ({ path, code: 'repeated', message: 'may be given once' })),
  ]
  if (faults.length > 0)
    throw new Problem('bad_request', { detail: 'The query has faults: see errors.', errors: faults })
  return Object.fromEntries(entries.map(([name, value]) => [name, value as string]))
}

function contextOf(principal: Principal | undefined, requestId: string, address: string, clock: Clock): ActingContext {
  const actor =
    principal && principal.subjectKind !== 'operator'
      ? { kind: principal.subjectKind, id: principal.subject }
      : ({ kind: 'system', id: null } as const)
  return { actor, requestId, address, clock }
}

function wantsLines(ctx: Context): boolean {
  ctx.vary('accept')
  return ctx.accepts('application/json', linesType) === linesType
}

function sendLines(ctx: Context, blocks: AsyncIterable<readonly object[]>): void {
  ctx.status = 200
  ctx.type = linesType
  ctx.body = linesOf(blocks)
}

function send(ctx: Context, route: ApiRoute, answer: ApiAnswer<unknown>): void {
  ctx.status = answer.status
  ctx.set(answer.headers ?? {})
  if (route.answer.body === null) {
    ctx.body = null
    ctx.status = answer.status
    return
  }
  ctx.type = 'application/json'
  ctx.body = JSON.stringify(answer.body)
}
