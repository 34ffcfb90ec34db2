/** Writes to whoever keys act for that their secrets lie about: once for each secret, however often it is found. */
import type { QueueMail } from '../../notices/mail/queue.ts'
import type { Tx } from '../../platform/database.ts'
import { listAddressees } from './store.ts'

export interface FreshLeak {
  keyId: string
  hint: string
  /** Where it was found first; empty: that wasn't said. */
  place: string
  outcome: 'revoked' | 'grace' | 'dead'
}

/** In the transaction of the report. */
export async function tellOwners(
  tx: Tx,
  { queueMail }: { queueMail: QueueMail },
  leaks: readonly FreshLeak[],
  at: Date,
): Promise<void> {
  const addressees = await listAddressees(tx, [...new Set(leaks.map(({ keyId }) => keyId))])
  const byKey = Map.groupBy(addressees, ({ keyId }) => keyId)
  const told = leaks.flatMap(({ keyId, hint, place, outcome }) =>
    (byKey.get(keyId) ?? []).map(({ userId, name }) => ({ userId, model: { name, hint, place, outcome, at } })),
  )
  await queueMail(tx, 'key-leaked', told)
}
