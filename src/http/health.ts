/** Liveness and readiness, for those who start, stop and route to this process. */
import type { Middleware } from 'koa'
import type { RequestState } from './entrance.ts'

/** One thing that has to be in order before requests may come. It throws if it isn't. */
export type ReadinessCheck = () => Promise<void> | void

export function health(checks: Readonly<Record<string, ReadinessCheck>>, isDraining: () => boolean): Middleware {
  return async (ctx, next) => {
    if (ctx.path === '/health/live') {
      ctx.set('cache-control', 'no-store')
      ctx.body = { status: 'ok' }
      return
    }
    if (ctx.path !== '/health/ready') {
      await next()
      return
    }
    const { log } = ctx.state as RequestState
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
    const ready = !isDraining() && results.every(([, result]) => result === 'ok')
    ctx.status = ready ? 200 : 503
    ctx.set('cache-control', 'no-store')
    if (!ready) ctx.set('retry-after', '1')
    ctx.body = { status: isDraining() ? 'draining' : ready ? 'ok' : 'failed', checks: Object.fromEntries(results) }
  }
}
