/** What waits to be delivered, and since when what has waited longest has been due. */
import type { Db } from '../platform/database.ts'
import { countPending, findOldestDue } from './deliveries/store.ts'
import { countWaitingEvents, findOldestWaiting } from './events-store.ts'

/** A delivery, or an event, that waits longer than this waits for something. */
export const WEBHOOK_PATIENCE_MS = 60_000

/** Events that nobody has looked at yet, and deliveries: those that wait for their next attempt are due only then. */
export async function readWebhookBacklog(db: Db, now: Date): Promise<{ waiting: number; oldest: Date | null }> {
  const [events, deliveries, ...times] = await Promise.all([
    countWaitingEvents(db),
    countPending(db),
    findOldestWaiting(db),
    findOldestDue(db, now),
  ])
  const [oldest] = times.filter((at) => at !== null).toSorted((a, b) => a.getTime() - b.getTime())
  return { waiting: events + deliveries, oldest: oldest ?? null }
}
