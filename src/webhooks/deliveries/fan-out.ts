/** Turns events of the outbox into deliveries: one for each endpoint that wants it. */
import type { Clock } from '../../platform/clock.ts'
import type { Db, Tx } from '../../platform/database.ts'
import { newId } from '../../platform/ids.ts'
import { bodyOf, type Delivery } from './delivery.ts'
import { insertDeliveries, listListeners, markSent, takeEvents, type Listener, type WaitingEvent } from './store.ts'

/** Has a delivery attempted: at once, or at a time. In the transaction, so that none is forgotten. */
export type Enqueue = (tx: Tx, deliveries: readonly { id: string; group: string; at: Date | null }[]) => Promise<void>

/** Nobody waits for it. */
const patient = { maxWait: 15_000, timeout: 15_000 }
/** Of a few hundred bytes each. */
const BATCH = 200

/** @returns how many events were taken: as many as a batch holds means that there may be more */
export async function fanOut(
  { db, clock, enqueue }: { db: Db; clock: Clock; enqueue: Enqueue },
  batch = BATCH,
): Promise<{ events: number; deliveries: number; more: boolean }> {
  return db.$transaction(async (tx) => {
    const events = await takeEvents(tx, batch)
    if (events.length === 0) return { events: 0, deliveries: 0, more: false }
    const organizations = new Set(events.flatMap(({ organizationId }) => organizationId ?? []))
    const listeners = await listListeners(tx, [...organizations])
    const now = clock.now()
    const planned = events.flatMap((event) =>
      listeners.filter((listener) => wants(listener, event)).map((listener) => deliveryOf(event, listener, clock)),
    )
    const inserted = new Set(
      await insertDeliveries(
        tx,
        planned.map(({ delivery }) => delivery),
      ),
    )
    const jobs = planned.filter(({ delivery }) => inserted.has(delivery.id))
    await enqueue(
      tx,
      jobs.map(({ delivery: { id }, group }) => ({ id, group, at: null })),
    )
    await markSent(
      tx,
      events.map(({ id }) => id),
      now,
    )
    return { events: events.length, deliveries: jobs.length, more: events.length === batch }
  }, patient)
}

function wants({ organizationId, types }: Listener, event: WaitingEvent): boolean {
  if (organizationId !== null && organizationId !== event.organizationId) return false
  return types.length === 0 || types.includes(event.type)
}

function deliveryOf(event: WaitingEvent, { id: endpointId, organizationId }: Listener, clock: Clock) {
  const now = clock.now()
  const delivery: Delivery = {
    id: newId('dlv', clock),
    endpointId,
    eventId: event.id,
    type: event.type,
    body: bodyOf(event),
    status: 'pending',
    attemptCount: 0,
    nextAttemptAt: now,
    createdAt: now,
    endedAt: null,
  }
  return { delivery, group: groupOf(organizationId) }
}

/** Whose deliveries are attempted a few at a time, so that one owner's slow receivers hold up nobody else's. */
export const groupOf = (organizationId: string | null): string => organizationId ?? 'platform'
