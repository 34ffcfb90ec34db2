/** Writes down what was seen of limits that near their end: once in an hour, whichever node sees it. */
import type { Event } from '../../audit/events.ts'
import { record, systemContext } from '../../audit/record.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db } from '../../platform/database.ts'
import { claimLimits, listNames, listTold } from './store.ts'
import type { LimitWatch, SeenLimit } from './watch.ts'

const BATCH = 500

/** Until nothing waits, or it is to stop. @returns how many were told of */
export async function tellOfLimits(
  services: { db: Db; clock: Clock; watch: LimitWatch },
  stopped: () => boolean,
): Promise<number> {
  const { watch } = services
  let told = 0
  for (let seen = watch.take(BATCH); seen.length > 0 && !stopped(); seen = watch.take(BATCH)) {
    try {
      told += await tell(services, seen)
    } catch (error) {
      watch.putBack(seen)
      throw error
    }
  }
  return told
}

async function tell(
  { db, clock, watch }: { db: Db; clock: Clock; watch: LimitWatch },
  seen: readonly SeenLimit[],
): Promise<number> {
  const done = await db.$transaction(async (tx) => {
    const claimed = await claimLimits(tx, seen, clock.now())
    const keys = await listNames(
      tx,
      seen.map(({ keyId }) => keyId),
    )
    const byId = new Map(keys.map((key) => [key.id, key]))
    const events = seen.flatMap(({ subject, level, keyId: id, policy, limit, remaining, shared }): Event[] => {
      const key = byId.get(id)
      if (!key || !claimed.has(subject)) return []
      const { organizationId, name, hint } = key
      const data = { name, hint, policy, limit, remaining, shared }
      return [{ type: `api_key.limit_${level}`, id, organizationId, data }]
    })
    if (events.length > 0) await record(tx, events, systemContext(clock))
    const all = await listTold(
      tx,
      seen.map(({ subject }) => subject),
    )
    return { told: events.length, all }
  })
  watch.learn(done.all)
  return done.told
}
