/** What operators see of webhooks: what comes of attempts, and how long what is due has waited. */
import type { Clock } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { Failure } from './deliveries/delivery.ts'
import { findOldestDue } from './deliveries/store.ts'
import { findOldestWaiting } from './events-store.ts'
import { countFailingEndpoints } from './store.ts'

/** By what came of it. */
export type AttemptFigures = Record<'succeeded' | Failure, number>

export const noAttempts = (): AttemptFigures => ({
  succeeded: 0,
  timeout: 0,
  unreachable: 0,
  too_large: 0,
  refused_address: 0,
  redirect: 0,
  status: 0,
})

export function webhookMetrics(
  metrics: Metrics,
  { db, clock, attempts }: { db: Db; clock: Clock; attempts: AttemptFigures },
): void {
  const secondsSince = (at: Date | null): number =>
    at === null ? 0 : Math.max(0, clock.now().getTime() - at.getTime()) / 1_000
  metrics.counter('keygrant_webhook_attempts_total', 'Requests to webhooks from this node, by what came of them.', () =>
    Object.entries(attempts).map(([outcome, value]) => ({ labels: { outcome }, value })),
  )
  metrics.gauge(
    'keygrant_webhook_backlog_seconds',
    'How long what has waited longest has been due: an event that is not looked at yet, or a delivery whose time has come.',
    async () => {
      const [event, delivery] = await Promise.all([findOldestWaiting(db), findOldestDue(db, clock.now())])
      return Math.max(secondsSince(event), secondsSince(delivery))
    },
  )
  metrics.gauge('keygrant_webhook_endpoints_failing', 'Webhooks to which the last delivery did not come through.', () =>
    countFailingEndpoints(db),
  )
}
