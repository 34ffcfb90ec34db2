/** Takes an endpoint away, with what was delivered to it. */
import { record, type AuditContext } from '../audit/record.ts'
import type { Tx } from '../platform/database.ts'
import { deleteEndpointRow, lockEndpoint } from './store.ts'

export async function deleteEndpoint(tx: Tx, id: string, context: AuditContext): Promise<'deleted' | 'not_found'> {
  const endpoint = await lockEndpoint(tx, id)
  if (!endpoint) return 'not_found'
  await deleteEndpointRow(tx, id)
  const { organizationId, name } = endpoint
  await record(tx, { type: 'webhook.deleted', id, organizationId, data: { name } }, context)
  return 'deleted'
}
