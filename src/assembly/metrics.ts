/** Every metric that there is, from the parts that know. */
import manifest from '../../package.json' with { type: 'json' }
import type { Gate } from '../check/gate.ts'
import { gateMetrics } from '../check/metrics.ts'
import type { Leaks } from '../leaks/leaks.ts'
import { sharedLimitsMetrics } from '../limits/metrics.ts'
import type { RedisLimiter } from '../limits/redis-limiter.ts'
import type { Notices } from '../notices/notices.ts'
import type { PublicJwks } from '../oidc/verify-access-token.ts'
import { createMetrics, type Metrics } from '../platform/metrics.ts'
import { nodeMetrics } from '../platform/node-metrics.ts'
import type { UsageRecorder } from '../usage/usage.ts'
import type { Webhooks } from '../webhooks/runner.ts'

export function serverMetrics(
  parts: Omit<Parameters<typeof nodeMetrics>[1], 'version'> & {
    gate: Gate
    publicJwks: () => PublicJwks
    usage: UsageRecorder
    /** Null where limits are counted in this process. */
    sharedLimits: RedisLimiter | null
    leaks: Leaks
    webhooks: Pick<Webhooks, 'addMetrics'>
    notices: Pick<Notices, 'addMetrics'>
  },
): Metrics {
  const { gate, publicJwks, usage, sharedLimits, leaks, webhooks, notices, ...node } = parts
  const metrics = createMetrics()
  nodeMetrics(metrics, { version: manifest.version, ...node })
  gateMetrics(metrics, gate)
  metrics.gauge('keygrant_signing_keys', 'Keys that are published.', () => publicJwks().keys.length)
  metrics.gauge('keygrant_usage_waiting_rows', 'Rows of usage not yet written.', () => usage.waitingRows)
  leaks.addMetrics(metrics)
  webhooks.addMetrics(metrics)
  notices.addMetrics(metrics)
  if (sharedLimits) sharedLimitsMetrics(metrics, sharedLimits)
  return metrics
}
