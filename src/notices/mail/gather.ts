/** Looks at each event once: who is to be told of it by mail gets it into their next one. */
import type { Clock } from '../../platform/clock.ts'
import type { Db } from '../../platform/database.ts'
import { itemOf } from './about.ts'
import { isAnyWaiting, queueForAll, takeEvents } from './store.ts'

const BATCH = 500
const TIMEOUT_MS = 15_000

/** Until no event waits, or it is to stop. Events are taken and mails queued in one transaction: none is lost, none doubled. */
export async function gatherMail(
  { db, clock }: { db: Db; clock: Clock },
  stopped: () => boolean,
  batch = BATCH,
): Promise<void> {
  if (!(await isAnyWaiting(db))) return
  for (let full = true; full && !stopped();) {
    full = await db.$transaction(
      async (tx) => {
        const now = clock.now()
        const events = await takeEvents(tx, batch)
        const items = events.flatMap((event) => itemOf(event, now) ?? [])
        if (items.length > 0) await queueForAll(tx, items, now)
        return events.length === batch
      },
      { timeout: TIMEOUT_MS },
    )
  }
}
