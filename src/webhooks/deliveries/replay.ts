/** Sends what was delivered, or wasn't, once more: the same event to the same endpoint, under the same `webhook-id`. */
import type { AuditContext } from '../../audit/record.ts'
import type { Tx } from '../../platform/database.ts'
import type { Delivery } from './delivery.ts'
import { groupOf, type Enqueue } from './fan-out.ts'
import { lockDelivery, updateDelivery } from './store.ts'

/** Its attempts are counted anew. */
export async function replay(
  tx: Tx,
  { enqueue }: { enqueue: Enqueue },
  { id, organizationId }: { id: string; organizationId: string | null },
  { clock }: AuditContext,
): Promise<Delivery | null> {
  const delivery = await lockDelivery(tx, id)
  if (!delivery) return null
  const now = clock.now()
  const again = { status: 'pending', attemptCount: 0, nextAttemptAt: now, endedAt: null } as const
  await updateDelivery(tx, id, again)
  await enqueue(tx, [{ id, group: groupOf(organizationId), at: null }])
  return { ...delivery, ...again }
}
