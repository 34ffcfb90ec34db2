/** Takes a resource's policy away: whatever asks by it is refused. */
import { record, type AuditContext } from '../../audit/record.ts'
import { notify } from '../../platform/changes.ts'
import type { Tx } from '../../platform/database.ts'
import { deletePolicy as deleteRow, findPolicy } from './store.ts'

/** False if there is none. */
export async function deletePolicy(tx: Tx, name: string, context: AuditContext): Promise<boolean> {
  const policy = await findPolicy(tx, name)
  if (!policy || !(await deleteRow(tx, name))) return false
  await record(tx, { type: 'policy.deleted', id: name, data: { resource_id: policy.resourceId } }, context)
  await notify(tx, { kind: 'policy', id: name })
  return true
}
