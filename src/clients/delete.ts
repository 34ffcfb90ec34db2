/** Deletes a client for good, and with it what people have allowed it. Disabling is what can be taken back. */
import { record, type AuditContext } from '../audit/record.ts'
import { notify } from '../platform/changes.ts'
import type { Db } from '../platform/database.ts'
import { deleteClient as deleteRow, findClient } from './store.ts'

/** False if there was none. */
export async function deleteClient({ db }: { db: Db }, clientId: string, context: AuditContext): Promise<boolean> {
  return db.$transaction(async (tx) => {
    const client = await findClient(tx, clientId)
    if (!client || !(await deleteRow(tx, clientId))) return false
    const { organizationId } = client
    await record(tx, { type: 'client.deleted', id: clientId, organizationId, data: {} }, context)
    await notify(tx, { kind: 'client', id: clientId })
    return true
  })
}
