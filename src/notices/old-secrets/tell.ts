/** Tells that an old secret is used when little of its grace is left: once for each. */
import { record, systemContext } from '../../audit/record.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db } from '../../platform/database.ts'
import { takeLateSecrets } from './store.ts'

const BATCH = 500

/** Until nothing is due, or it is to stop. @returns how many were told of */
export async function tellOfOldSecrets(
  { db, clock }: { db: Db; clock: Clock },
  stopped: () => boolean,
): Promise<number> {
  let told = 0
  for (let full = true; full && !stopped();) {
    const late = await db.$transaction(async (tx) => {
      const secrets = await takeLateSecrets(tx, clock.now(), BATCH)
      const events = secrets.map(({ id, keyId, organizationId, name, hint, expiresAt, lastUsedAt }) => ({
        type: 'api_key.old_secret_in_use' as const,
        id: keyId,
        organizationId,
        data: {
          name,
          hint,
          secret_id: id,
          expires_at: expiresAt.toISOString(),
          last_used_at: lastUsedAt.toISOString(),
        },
      }))
      if (events.length > 0) await record(tx, events, systemContext(clock))
      return secrets.length
    })
    told += late
    full = late === BATCH
  }
  return told
}
