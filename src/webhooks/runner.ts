/** Sends what webhooks tell, on every node: events become deliveries within a second, and deliveries are attempted when it is their time. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import type { JobQueue, Jobs } from '../platform/jobs.ts'
import type { Log } from '../platform/log.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { Secrets } from '../platform/secrets.ts'
import { attemptDelivery, type AttemptServices, type Post } from './deliveries/attempt.ts'
import { fanOut, groupOf, type Enqueue } from './deliveries/fan-out.ts'
import { createHostLimit } from './deliveries/host-limit.ts'
import { listOverdue } from './deliveries/store.ts'
import { findOldestWaiting } from './events-store.ts'
import { noAttempts, webhookMetrics } from './metrics.ts'

export interface Webhooks extends AsyncDisposable {
  /** Has a delivery attempted. */
  enqueue: Enqueue
  addMetrics(metrics: Metrics): void
}

const QUEUE = 'webhook-deliveries'
const PAUSE_MS = 1_000
/** At once on a node; each may take fifteen seconds. */
const AT_ONCE = 12
/** Of one owner, on all nodes: three with receivers that hang leave room for everybody else. */
const AT_ONCE_OF_OWNER = 3
/** To one host, from each node. */
const AT_ONCE_TO_HOST = 4
const EXPIRES_SECONDS = 60
/**
 * What should have been attempted so long ago has no job any more (its node died), or never had one (the command on the
 * host makes none). Longer than any attempt takes.
 */
const OVERDUE_MS = 30_000
const OVERDUE_ROWS = 200
/** Every so many pauses. */
const LOOK_FOR_OVERDUE = 10

export async function openWebhooks(options: {
  /** With connections of its own, so that no request waits for a delivery. */
  db: Db
  clock: Clock
  secrets: Secrets
  jobs: Jobs
  post: Post
  log: Log
  random?: () => number
}): Promise<Webhooks> {
  const { db, clock, secrets, jobs, post, log, random = Math.random } = options
  const started: { queue: JobQueue | null } = { queue: null }
  const enqueue: Enqueue = async (tx, deliveries) => {
    if (!started.queue) throw new Error('the queue of deliveries is not there yet')
    await started.queue.add(
      tx,
      deliveries.map(({ id, group, at }) => ({ data: { id }, key: id, group, at })),
    )
  }
  const attempts = noAttempts()
  const services: AttemptServices = {
    db,
    clock,
    secrets,
    post,
    enqueue,
    random,
    hosts: createHostLimit(AT_ONCE_TO_HOST),
    count: (outcome) => void attempts[outcome]++,
  }
  const settings = { concurrency: AT_ONCE, groupConcurrency: AT_ONCE_OF_OWNER, expiresInSeconds: EXPIRES_SECONDS }
  started.queue = await jobs.queue<{ id: string }>(QUEUE, settings, ({ id }) => attemptDelivery(services, id))

  async function makeDeliveries(): Promise<void> {
    if ((await findOldestWaiting(db)) === null) return
    while ((await fanOut({ db, clock, enqueue })).more && !stopping.signal.aborted);
  }

  async function enqueueOverdue(): Promise<void> {
    const rows = await listOverdue(db, new Date(clock.now().getTime() - OVERDUE_MS), OVERDUE_ROWS)
    const deliveries = rows.map(({ id, organizationId }) => ({ id, group: groupOf(organizationId), at: null }))
    if (rows.length > 0) await db.$transaction((tx) => enqueue(tx, deliveries), { maxWait: 15_000, timeout: 15_000 })
  }

  const stopping = new AbortController()
  const running = (async () => {
    let warned = false
    for (let round = 1; !stopping.signal.aborted; round++) {
      try {
        await makeDeliveries()
        // At the start, too: whoever ran before may have left some.
        if (round % LOOK_FOR_OVERDUE === 1) await enqueueOverdue()
        warned = false
      } catch (err) {
        if (!warned) log.warn({ err }, 'events wait to be told by webhooks; trying again')
        warned = true
      }
      await delay(PAUSE_MS, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined)
    }
  })()

  return {
    enqueue,
    addMetrics: (metrics) => webhookMetrics(metrics, { db, clock, attempts }),
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await running
    },
  }
}
