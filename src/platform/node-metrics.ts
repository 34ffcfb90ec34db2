/** What every node tells of itself: its build, its process, its connections to the database. */
import { performance } from 'node:perf_hooks'
import type { Pool } from 'pg'
import type { Changes } from './changes.ts'
import type { Metrics } from './metrics.ts'

/** A database that takes longer counts as down: whoever asks for metrics gives up soon, too. */
const PATIENCE_MS = 1_000

export interface NodeMetricsParts {
  version: string
  pool: Pool
  changes: Pick<Changes, 'state' | 'silenceMs'>
  /** This machine's clock against the database's, in milliseconds. */
  clockOffsetMs: () => number
}

export function nodeMetrics(metrics: Metrics, { version, pool, changes, clockOffsetMs }: NodeMetricsParts): void {
  metrics.gauge('keygrant_build_info', 'The version that runs; always 1.', () => [
    { labels: { version, node: process.version }, value: 1 },
  ])
  metrics.gauge('keygrant_database_up', 'Does the database answer within a second?', async () => {
    const answered = pool.query('SELECT 1').then(
      () => 1,
      () => 0,
    )
    return Promise.race([answered, afterwards(PATIENCE_MS, 0)])
  })
  metrics.gauge('keygrant_database_connections', 'Connections of the pool.', () => [
    { labels: { state: 'busy' }, value: pool.totalCount - pool.idleCount },
    { labels: { state: 'idle' }, value: pool.idleCount },
  ])
  metrics.gauge('keygrant_database_waiting_requests', 'Requests that wait for a connection.', () => pool.waitingCount)
  metrics.gauge(
    'keygrant_clock_offset_seconds',
    "The database's clock minus this machine's. From a minute on nothing is swept.",
    () => clockOffsetMs() / 1000,
  )
  metrics.gauge('keygrant_listener_live', 'Are changes that other nodes make heard?', () =>
    Number(changes.state() === 'live'),
  )
  metrics.gauge(
    'keygrant_listener_silence_seconds',
    'Since when that is not certain; above 5, what is held in memory is not used.',
    () => changes.silenceMs() / 1000,
  )
  processMetrics(metrics)
}

/** Under the names that Prometheus' own libraries give them, which dashboards know. */
function processMetrics(metrics: Metrics): void {
  metrics.counter('process_cpu_seconds_total', 'Processor time of this process.', () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  })
  metrics.gauge('process_resident_memory_bytes', 'Memory of this process.', () => process.memoryUsage.rss())
  metrics.gauge('process_start_time_seconds', 'When it began, in Unix time.', () => performance.timeOrigin / 1000)
  metrics.gauge('nodejs_heap_size_used_bytes', 'Of that, objects.', () => process.memoryUsage().heapUsed)
  metrics.gauge('nodejs_external_memory_bytes', 'And buffers.', () => process.memoryUsage().external)
  metrics.counter(
    'keygrant_event_loop_busy_seconds_total',
    'Time in which the one thread that serves was busy; its rate is its use, and at 1 it is full.',
    () => performance.eventLoopUtilization().active / 1000,
  )
}

function afterwards<T>(ms: number, value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(resolve, ms, value).unref())
}
