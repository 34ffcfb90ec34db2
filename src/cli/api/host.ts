/** The API in this process, on the host's database: the same routes as the server's, run as whoever sits here. */
import { randomUUID } from 'node:crypto'
import { apiRoutes } from '../../assembly/api-routes.ts'
import { leaksOf } from '../../assembly/leaks.ts'
import { problemOf } from '../../http/boundary.ts'
import { checkRequest, dispatch, type Asking, type CheckedRequest } from '../../http/api/dispatch.ts'
import { operatorPrincipal } from '../../http/api/operator.ts'
import type { ApiRoute } from '../../http/api/route.ts'
import { Problem, problemBody } from '../../http/problem.ts'
import { createLookAt, type LookAt } from '../../limits/look-at.ts'
import { createMemoryLimiter } from '../../limits/memory-limiter.ts'
import { createRedisLimiter } from '../../limits/redis-limiter.ts'
import { createTiers } from '../../limits/tiers.ts'
import { createCatalogue } from '../../resources/catalogue.ts'
import { managementResource } from '../../resources/management.ts'
import { liveAddresses, livePlatform } from '../../settings/live.ts'
import { CommandFailure } from '../failure.ts'
import { openPeopleBench, unheard } from '../people.ts'
import type { Workbench } from '../workbench.ts'
import type { ApiCall, ApiClient } from './client.ts'
import { matchRoute } from '../../http/api/match-route.ts'
import type { ProblemDocument } from './problem-failure.ts'

export interface HostApi extends ApiClient {
  /** For what no route does. */
  bench: Workbench
}

export async function openHostApi(): Promise<HostApi> {
  await using opening = new AsyncDisposableStack()
  const { bench, services: users, settings } = opening.use(await openPeopleBench())
  const { config, db, pool, secrets, clock, log, context, installedAt: since } = bench
  const builtIn = managementResource({ apiUrl: config.apiUrl, platform: livePlatform(settings), since })
  const catalogue = opening.use(await createCatalogue({ db, changes: unheard, log, builtIn }))
  // What is to be sent is sent by the server, which looks for what nobody has sent.
  const enqueue = () => Promise.resolve()
  const leaks = leaksOf({ config, db, secrets, clock, log, users })
  // The server's counts: in Redis, or as it wrote them down a second ago.
  const lookAt: LookAt = async (metered) => {
    const now = () => clock.now().getTime()
    using tiers = await createTiers({ db, changes: unheard, log })
    await using limiter =
      config.redisUrl === null
        ? createMemoryLimiter({ now })
        : await createRedisLimiter({ url: config.redisUrl, log, now })
    return await createLookAt({ db, tiers, limiter })(metered)
  }
  const whole = { config, db, pool, clock, secrets, catalogue, builtIn, users, settings, leaks, enqueue, lookAt }
  const routes = apiRoutes(whole)
  const open = opening.move()
  const links = liveAddresses(settings, { publicUrl: config.publicUrl })

  function request({ method, path, query = {}, body }: ApiCall): { route: ApiRoute; request: CheckedRequest } {
    const found = matchRoute(routes, method, path)
    if (!found) throw new CommandFailure(`${method} ${path} is no route of this version.`)
    const { route, params } = found
    const given = { params, query, body: route.body ? (body ?? {}) : undefined }
    return { route, request: checkRequest(route, given, askingOf(route)) }
  }

  function askingOf({ access }: ApiRoute): Asking {
    const caller = { address: '127.0.0.1', encrypted: true, saidPlain: false, viaTrustedProxy: false }
    const asking = { caller, requestId: randomUUID(), context }
    if (access === 'anyone') return asking
    if (access === 'any-credential') return { ...asking, principal: operatorPrincipal }
    return { ...asking, principal: operatorPrincipal, reach: 'everything' }
  }

  function problemDocument(error: unknown): ProblemDocument {
    const problem = error instanceof Problem ? error : problemOf(error)
    // There is no log to look into: what went wrong inside is told by the command itself.
    if (problem.status >= 500) throw error
    const { request_id: _, ...document } = problemBody(problem, '', links)
    return document as unknown as ProblemDocument
  }

  return {
    where: 'host',
    bench,
    async call(call) {
      try {
        if (call.method !== 'GET') await catalogue.refresh()
        const { route, request: checked } = request(call)
        const { method, path, idempotencyKey: key } = call
        const repeatable =
          key === undefined ? null : { key, method, path, body: Buffer.from(JSON.stringify(call.body ?? {})) }
        const { status, body } = await dispatch(route, { db, secrets, clock }, checked, repeatable)
        return { ok: true, status, document: body === undefined ? null : copied(body) }
      } catch (error) {
        return { ok: false, problem: problemDocument(error) }
      }
    },
    async *lines(call) {
      const { route, request: checked } = request({ ...call, method: 'GET' })
      if (!route.lines) throw new CommandFailure(`${call.path} is not answered in lines.`)
      for await (const block of await route.lines(checked as never)) yield* block.map(copied)
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

/** As it would have come over HTTP. */
const copied = (document: unknown): unknown => JSON.parse(JSON.stringify(document)) as unknown
