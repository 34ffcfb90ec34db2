/** Runs one route of the table, whoever brought the request: its input checked, the work in its transaction, the answer held against its schema. */
import type { Db, Tx } from '../../platform/database.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Secrets } from '../../platform/secrets.ts'
import type { Caller } from '../address.ts'
import { demandFreshSignIn } from './fresh-sign-in.ts'
import { once } from './idempotency.ts'
import { checkInput } from './input.ts'
import type { Principal, Reach } from './principal.ts'
import type { ActingContext, ApiAnswer, ApiRoute } from './route.ts'

export interface DispatchServices {
  db: Db
  secrets: Secrets
  clock: Clock
}

/** Who asks, and as whom it is written down. */
export interface Asking {
  /** Neither is there where the route is for anyone; no reach where it asks for no scope. */
  principal?: Principal
  reach?: Reach
  caller: Caller
  requestId: string
  context: ActingContext
}

/** What came in, as it came in. */
export interface Given {
  params: unknown
  query: unknown
  body: unknown
}

/** What says that it is the same as before: creating routes answer it as they did then. */
export interface Repeatable {
  method: string
  path: string
  key: string
  body: Uint8Array
}

export type CheckedRequest = Asking & { params: unknown; query: unknown; body: unknown }

/** @throws {Problem} what the asking lacks besides its scope; 400 with every fault of every place */
export function checkRequest(route: ApiRoute, { params, query, body }: Given, asking: Asking): CheckedRequest {
  if (route.needs) demandFreshSignIn(asking.principal, asking.reach, asking.context.clock)
  const input = checkInput([
    { place: 'path', schema: route.params, value: params },
    { place: 'query', schema: route.query, value: query },
    { place: 'body', schema: route.body, value: body },
  ])
  return { ...asking, params: input.path, query: input.query, body: input.body }
}

/** @throws {Problem} what the route answers in place of its answer */
export async function dispatch(
  route: ApiRoute,
  services: DispatchServices,
  request: CheckedRequest,
  repeatable: Repeatable | null,
): Promise<ApiAnswer<unknown>> {
  const answer = await work(route, services, request, repeatable)
  await answer.afterwards?.()
  return { ...answer, body: route.answer.body === null ? undefined : route.answer.body.parse(answer.body) }
}

async function work(
  route: ApiRoute,
  services: DispatchServices,
  request: CheckedRequest,
  repeatable: Repeatable | null,
): Promise<ApiAnswer<unknown>> {
  const handle = route.handle as (request: CheckedRequest & { tx?: Tx }) => Promise<ApiAnswer<unknown>>
  if (!route.creates) return handle(request)
  return services.db.$transaction(async (tx) => {
    const run = () => handle({ ...request, tx })
    if (repeatable === null || !request.principal) return run()
    return once(tx, services, { caller: request.principal, ...repeatable }, run)
  })
}
