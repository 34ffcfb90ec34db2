/** Deletes a client for good, and with it what people have allowed it. Disabling is what can be taken back. */
import { record, type AuditContext } from '../audit/record.ts'
import { notify } from '../platform/changes.ts'
import type { Db, Tx } from '../platform/database.ts'
import type { Client } from './client.ts'
import { deleteClient as deleteRow, deleteClientsOf as deleteRowsOf, findClient } from './store.ts'

/** False if there was none. */
export async function deleteClient({ db }: { db: Db }, clientId: string, context: AuditContext): Promise<boolean> {
  return db.$transaction(async (tx) => {
    const client = await findClient(tx, clientId)
    return client !== null && removeClient(tx, client, context)
  })
}

/** The same within a transaction. False if it has gone meanwhile. */
export async function removeClient(
  tx: Tx,
  { id, organizationId }: Pick<Client, 'id' | 'organizationId'>,
  context: AuditContext,
): Promise<boolean> {
  if (!(await deleteRow(tx, id))) return false
  await record(tx, { type: 'client.deleted', id, organizationId, data: {} }, context)
  await notify(tx, { kind: 'client', id })
  return true
}

/** Every client of an organization that goes, within the same transaction. */
export async function deleteClientsOf(tx: Tx, organizationId: string, context: AuditContext): Promise<void> {
  const ids = await deleteRowsOf(tx, organizationId)
  if (ids.length === 0) return
  await record(
    tx,
    ids.map((id) => ({ type: 'client.deleted', id, organizationId, data: {} })),
    context,
  )
  await notify(tx, ...ids.map((id) => ({ kind: 'client' as const, id })))
}
