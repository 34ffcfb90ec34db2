/** Sends an endpoint an event that says nothing: for whoever sets a receiver up. */
import type { AuditContext } from '../../audit/record.ts'
import type { Tx } from '../../platform/database.ts'
import { newId } from '../../platform/ids.ts'
import { TEST_TYPE, type WebhookEndpoint } from '../webhook.ts'
import { bodyOf, type Delivery } from './delivery.ts'
import { groupOf, type Enqueue } from './fan-out.ts'
import { insertDeliveries } from './store.ts'

export async function sendTest(
  tx: Tx,
  { enqueue }: { enqueue: Enqueue },
  { id: endpointId, name, organizationId }: WebhookEndpoint,
  { clock }: AuditContext,
): Promise<Delivery> {
  const now = clock.now()
  const delivery: Delivery = {
    id: newId('dlv', clock),
    endpointId,
    eventId: newId('evt', clock),
    type: TEST_TYPE,
    body: bodyOf({ type: TEST_TYPE, at: now, data: { id: endpointId, name } }),
    status: 'pending',
    attemptCount: 0,
    nextAttemptAt: now,
    createdAt: now,
    endedAt: null,
  }
  await insertDeliveries(tx, [delivery])
  await enqueue(tx, [{ id: delivery.id, group: groupOf(organizationId), at: null }])
  return delivery
}
