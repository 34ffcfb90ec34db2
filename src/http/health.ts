/** Liveness and readiness, for those who start, stop and route to this process. */
import type { Middleware } from 'koa'
import type { Log } from '../platform/log.ts'
import type { RequestState } from './entrance.ts'

/** One thing that has to be in order before requests may come. It throws if it isn't. */
export type ReadinessCheck = () => Promise<void> | void

export interface HealthAnswer {
  status: 200 | 503
  headers: Readonly<Record<string, string>>
  body: object
}

/** What is answered at these paths, at whichever port; null: it is none of them. */
export type Health = (path: string, log: Log) => Promise<HealthAnswer | null>

const headers = { 'cache-control': 'no-store' }

export function createHealth(checks: Readonly<Record<string, ReadinessCheck>>, isDraining: () => boolean): Health {
  async function ready(log: Log): Promise<HealthAnswer> {
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => {
        try {
          await check()
          return [name, 'ok'] as const
        } catch (err) {
          log.warn({ err, check: name }, 'not ready')
          return [name, 'failed'] as const
        }
      }),
    )
    const well = results.every(([, result]) => result === 'ok')
    const status = isDraining() ? 'draining' : well ? 'ok' : 'failed'
    const body = { status, checks: Object.fromEntries(results) }
    return status === 'ok'
      ? { status: 200, headers, body }
      : { status: 503, headers: { ...headers, 'retry-after': '1' }, body }
  }

  return async (path, log) => {
    if (path === '/health/live') return { status: 200, headers, body: { status: 'ok' } }
    return path === '/health/ready' ? ready(log) : null
  }
}

/** At the public port. */
export function healthPages(health: Health): Middleware {
  return async (ctx, next) => {
    const answer = ctx.path.startsWith('/health/') ? await health(ctx.path, (ctx.state as RequestState).log) : null
    if (!answer) {
      await next()
      return
    }
    ctx.status = answer.status
    ctx.set(answer.headers)
    ctx.body = answer.body
  }
}
