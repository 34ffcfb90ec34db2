/** Stops a client everywhere, or lets it work again. */
import { record, type AuditContext } from '../audit/record.ts'
import { notify } from '../platform/changes.ts'
import type { Tx } from '../platform/database.ts'
import type { Client } from './client.ts'
import { setDisabledAt } from './store.ts'

/**
 * Of a client that is locked. Disabled, its authorizations, tokens and secrets stop within a second, on every node, and
 * nothing is deleted: what hasn't expired works again when it is enabled.
 * @param disabledAt null to enable it
 */
export async function switchClient(
  tx: Tx,
  client: Pick<Client, 'id' | 'disabledAt' | 'organizationId'>,
  disabledAt: Date | null,
  context: AuditContext,
): Promise<'done' | 'already'> {
  const { id, organizationId } = client
  if ((client.disabledAt === null) === (disabledAt === null)) return 'already'
  await setDisabledAt(tx, id, disabledAt)
  const type = disabledAt ? 'client.disabled' : 'client.enabled'
  await record(tx, { type, id, organizationId, data: {} }, context)
  await notify(tx, { kind: 'client', id })
  return 'done'
}
