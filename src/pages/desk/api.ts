/**
 * The management API as pages call it: in this process, by the same table of routes, so that a page can do nothing that
 * the API can't, and both refuse and write down the same.
 */
import { dispatch, checkRequest, type DispatchServices } from '../../http/api/dispatch.ts'
import { matchRoute } from '../../http/api/match-route.ts'
import { reachOf, type Principal, type Reach } from '../../http/api/principal.ts'
import type { ApiRoute } from '../../http/api/route.ts'
import type { PersonalPage } from '../../http/pages.ts'
import { Problem } from '../../http/problem.ts'

/** What tells that a form was sent before: its key, and what was in it. */
export interface Once {
  key: string
  sent: Buffer
}

export interface Asked {
  query?: Readonly<Record<string, string | undefined>>
  body?: unknown
  /** Of a creating route: a form that is sent twice gets the first one's answer. */
  once?: Once | null
}

export interface Api {
  /** @throws {Problem} what the route answers in place of its answer */
  call<T>(method: ApiRoute['method'], path: string, asked?: Asked): Promise<T>
  get<T>(path: string, query?: Asked['query']): Promise<T>
  /** Of a list that has them: all of it, in blocks. */
  lines(path: string, query?: Asked['query']): Promise<AsyncIterable<readonly object[]>>
}

export type DeskServices = DispatchServices & { routes: readonly ApiRoute[] }

/**
 * @param reach `own`: what is the person's and their organizations', whatever else they may; `everything`: as an
 *   administrator of the platform, which must have been looked at before
 */
export function apiOf(
  services: DeskServices,
  page: Pick<PersonalPage, 'caller' | 'requestId'>,
  principal: Principal,
  reach: Reach,
): Api {
  const context = {
    actor: { kind: 'user', id: principal.subject } as const,
    requestId: page.requestId,
    address: page.caller.address,
    clock: services.clock,
  }

  function reachFor({ access }: ApiRoute): { reach?: Reach } {
    if (access === 'anyone' || access === 'any-credential' || access === 'administrator') return {}
    const allowed = reachOf(principal, access)
    return { reach: reach === 'own' ? 'own' : allowed }
  }

  function prepare(method: ApiRoute['method'], path: string, asked: Asked) {
    const found = matchRoute(services.routes, method, path)
    if (!found) throw new Error(`${method} ${path} is no route of the API.`)
    const { route, params } = found
    if (route.access === 'administrator' && !principal.administrator) throw new Problem('forbidden')
    const query = Object.fromEntries(Object.entries(asked.query ?? {}).filter(([, value]) => value !== undefined))
    const asking = { caller: page.caller, requestId: page.requestId, context, principal, ...reachFor(route) }
    const body = route.body ? (asked.body ?? {}) : undefined
    return { route, checked: checkRequest(route, { params, query, body }, asking) }
  }

  async function call<T>(method: ApiRoute['method'], path: string, asked: Asked = {}): Promise<T> {
    const { route, checked } = prepare(method, path, asked)
    const { once } = asked
    const repeatable = once && route.creates ? { key: once.key, method, path, body: once.sent } : null
    const answer = await dispatch(route, services, checked, repeatable)
    return answer.body as T
  }

  return {
    call,
    get: (path, query = {}) => call('GET', path, { query }),
    async lines(path, query = {}) {
      const { route, checked } = prepare('GET', path, { query })
      if (!route.lines) throw new Error(`${path} has no lines.`)
      return route.lines(checked as never)
    },
  }
}
