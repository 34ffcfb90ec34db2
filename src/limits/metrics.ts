/** What operators are told of limits that are counted in Redis: whether they are. */
import type { Metrics } from '../platform/metrics.ts'
import type { RedisLimiter } from './redis-limiter.ts'

export function sharedLimitsMetrics(metrics: Metrics, limiter: Pick<RedisLimiter, 'state' | 'counts'>): void {
  metrics.gauge('keygrant_limits_shared', 'Are limits counted in Redis? 0: by this node alone.', () =>
    Number(limiter.state() === 'redis'),
  )
  metrics.counter(
    'keygrant_limits_local_decisions_total',
    'Decisions about limits that this node made alone.',
    () => limiter.counts.localDecisions,
  )
  metrics.counter('keygrant_limits_outages_total', 'How often Redis went away.', () => limiter.counts.outages)
}
