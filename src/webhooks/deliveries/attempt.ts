/** Sends a delivery once, and writes down what came of it. */
import { record, systemContext } from '../../audit/record.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db, Tx } from '../../platform/database.ts'
import { newId } from '../../platform/ids.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { nextAttemptAt, readRetryAfter } from '../schedule.ts'
import { openSecrets } from '../secrets.ts'
import { signedHeaders } from '../signature.ts'
import { clearFailing, findEndpoint, getSecrets, lockEndpoint, updateEndpoint } from '../store.ts'
import type { WebhookEndpoint } from '../webhook.ts'
import type { Delivery, Failure } from './delivery.ts'
import { groupOf, type Enqueue } from './fan-out.ts'
import type { HostLimit } from './host-limit.ts'
import { findDelivery, insertAttempt, isListening, lockDelivery, updateDelivery } from './store.ts'

/** What came back. `body` is how it begins. */
export type Sent =
  | { outcome: 'answered'; status: number; retryAfter: string | undefined; body: string }
  | { outcome: Exclude<Failure, 'redirect' | 'status'> }

/** Posts to an address that may be anybody's. Never throws for what the receiver does. */
export type Post = (url: string, message: { headers: Record<string, string>; body: string }) => Promise<Sent>

export interface AttemptServices {
  db: Db
  clock: Clock
  secrets: Secrets
  post: Post
  enqueue: Enqueue
  random: () => number
  hosts: HostLimit
  /** What came of an attempt, for whoever looks at the figures. */
  count: (outcome: 'succeeded' | Failure) => void
}

/** Without one success for so long, an endpoint is disabled. */
const FAILING_DAYS = 5
const FAILING_MS = FAILING_DAYS * 86_400_000
/** Of an answer, for whoever looks for the fault. */
const ANSWER_CHARACTERS = 1_000

/** Nobody waits for it, and what isn't written down is sent again: so it may take its time. */
const patient = { maxWait: 15_000, timeout: 15_000 }
/** For a host that is asked as much as it may be. */
const HOST_BUSY_MS = 2_000
/** A job that comes so much before its time is one of before a replay: another one comes in time. */
const EARLY_MS = 1_000

/** Does nothing for one that has ended. What crashes on the way is attempted again: at least once, and not exactly once. */
export async function attemptDelivery(services: AttemptServices, id: string): Promise<void> {
  const { db, clock, hosts, enqueue, random } = services
  const delivery = await findDelivery(db, id)
  if (delivery?.status !== 'pending') return
  const now = clock.now().getTime()
  if (delivery.nextAttemptAt !== null && delivery.nextAttemptAt.getTime() - now > EARLY_MS) return
  const endpoint = await findEndpoint(db, delivery.endpointId)
  if (!endpoint) return
  if (!(await isListening(db, endpoint.id))) {
    await db.$transaction((tx) => end(tx, delivery, 'abandoned', clock.now()), patient)
    return
  }
  const leave = await hosts.enter(endpoint.url)
  if (!leave) {
    const at = new Date(now + HOST_BUSY_MS * (1 + random()))
    await db.$transaction((tx) => enqueue(tx, [{ id, group: groupOf(endpoint.organizationId), at }]), patient)
    return
  }
  try {
    await send(services, delivery, endpoint)
  } finally {
    leave()
  }
}

async function send(services: AttemptServices, delivery: Delivery, endpoint: WebhookEndpoint): Promise<void> {
  const { db, clock, secrets, post } = services
  const at = clock.now()
  const signing = openSecrets(secrets, endpoint.id, await getSecrets(db, endpoint.id), at)
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Keygrant-Webhooks/1',
    ...signedHeaders({ id: delivery.eventId, at, body: delivery.body }, signing),
  }
  const began = performance.now()
  const sent = await post(endpoint.url, { headers, body: delivery.body })
  const durationMs = Math.round(performance.now() - began)
  await db.$transaction((tx) => settle(tx, services, { delivery, at, durationMs, sent }), patient)
}

interface Tried {
  delivery: Delivery
  at: Date
  durationMs: number
  sent: Sent
}

/** What has come through locks nothing that others of the same endpoint wait for. */
async function settle(tx: Tx, services: AttemptServices, tried: Tried): Promise<void> {
  const { clock } = services
  const { delivery, sent } = tried
  const failure = failureOf(sent)
  if (failure === null) {
    const number = await note(tx, services, tried, null)
    if (number === null) return
    await end(tx, delivery, 'succeeded', clock.now(), number)
    return clearFailing(tx, delivery.endpointId, clock.now())
  }
  const endpoint = await lockEndpoint(tx, delivery.endpointId)
  const number = endpoint && (await note(tx, services, tried, failure))
  if (!endpoint || number === null) return
  const answered = sent.outcome === 'answered' ? sent : null
  await failed(tx, services, { ...delivery, attemptCount: number }, endpoint, answered)
}

/** @returns which attempt it was; null where the endpoint has gone, or another attempt of the same was faster */
async function note(
  tx: Tx,
  { clock, count }: AttemptServices,
  { delivery, at, durationMs, sent }: Tried,
  failure: Failure | null,
): Promise<number | null> {
  const current = await lockDelivery(tx, delivery.id)
  if (current?.status !== 'pending') return null
  const number = current.attemptCount + 1
  const answered = sent.outcome === 'answered' ? sent : null
  await insertAttempt(tx, delivery.id, {
    id: newId('att', clock),
    number,
    at,
    durationMs,
    status: answered?.status ?? null,
    failure,
    answer: (answered?.body ?? '').replaceAll('\0', '\ufffd').slice(0, ANSWER_CHARACTERS),
  })
  count(failure ?? 'succeeded')
  return number
}

async function failed(
  tx: Tx,
  { clock, enqueue, random }: AttemptServices,
  delivery: Delivery,
  endpoint: WebhookEndpoint,
  answered: (Sent & { outcome: 'answered' }) | null,
): Promise<void> {
  const now = clock.now()
  const since = endpoint.failingSince ?? now
  const gone = answered?.status === 410
  const failing = now.getTime() - since.getTime() >= FAILING_MS
  if (gone || failing) await disable(tx, endpoint, gone ? 'gone' : 'failing', clock)
  else if (endpoint.failingSince === null) await updateEndpoint(tx, endpoint.id, { failingSince: now }, now)
  const retryAfterMs = readRetryAfter(answered?.retryAfter, now)
  const next = gone ? null : nextAttemptAt({ attempts: delivery.attemptCount, now, retryAfterMs }, random())
  if (next === null) return end(tx, delivery, 'failed', now, delivery.attemptCount)
  await updateDelivery(tx, delivery.id, { attemptCount: delivery.attemptCount, nextAttemptAt: next })
  await enqueue(tx, [{ id: delivery.id, group: groupOf(endpoint.organizationId), at: next }])
}

/** Noted, and told to whoever else listens. */
async function disable(tx: Tx, endpoint: WebhookEndpoint, reason: 'gone' | 'failing', clock: Clock): Promise<void> {
  const now = clock.now()
  const { id, organizationId, name } = endpoint
  if (endpoint.disabledAt !== null) return
  await updateEndpoint(tx, id, { disabledAt: now, disabledReason: reason }, now)
  await record(tx, { type: 'webhook.disabled', id, organizationId, data: { name, reason } }, systemContext(clock))
}

async function end(
  tx: Tx,
  { id }: Delivery,
  status: 'succeeded' | 'failed' | 'abandoned',
  at: Date,
  attemptCount?: number,
): Promise<void> {
  const counted = attemptCount === undefined ? {} : { attemptCount }
  await updateDelivery(tx, id, { status, nextAttemptAt: null, endedAt: at, ...counted })
}

/** Only 2xx is success (Standard Webhooks): a redirect would have us send to where nobody has looked. */
function failureOf(sent: Sent): Failure | null {
  if (sent.outcome !== 'answered') return sent.outcome
  if (sent.status >= 200 && sent.status < 300) return null
  return sent.status >= 300 && sent.status < 400 ? 'redirect' : 'status'
}
