/** What the gate tells operators of itself: its decisions, and how often it had to ask the database. */
import type { Metrics } from '../platform/metrics.ts'
import type { Gate } from './gate.ts'

export function gateMetrics(
  metrics: Metrics,
  { figures, holders, streams }: Pick<Gate, 'figures' | 'holders' | 'streams'>,
): void {
  metrics.counter('keygrant_checks_total', 'Decisions at checks.', () =>
    figures.list().map(({ value, ...labels }) => ({ labels, value })),
  )
  metrics.gauge('keygrant_credentials_held', 'Keys and tokens in memory.', () => holders.figures.held)
  metrics.counter('keygrant_credential_hits_total', 'Credentials that were in memory.', () => holders.figures.hits)
  metrics.counter(
    'keygrant_credential_misses_total',
    'Credentials that were looked for in the database.',
    () => holders.figures.looks.credentials,
  )
  metrics.counter(
    'keygrant_credential_look_ups_total',
    'Statements that did so, for several credentials at a time.',
    () => holders.figures.looks.statements,
  )
  metrics.counter(
    'keygrant_imported_key_hashes_total',
    'Slow hashes of imported keys that were computed, at their first use.',
    () => holders.figures.computations,
  )
  metrics.gauge('keygrant_revocation_streams', 'Who listens to the revocation feed.', streams)
}
