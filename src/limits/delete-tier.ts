/** Takes a tier away that nobody uses. */
import { record, type AuditContext } from '../audit/record.ts'
import { notify } from '../platform/changes.ts'
import type { Tx } from '../platform/database.ts'
import { countTierUsers, deleteTier as deleteRow, findTier, lockTiers } from './store.ts'

export type TierDeletion =
  { result: 'done' | 'not_found' | 'kept' } | { result: 'in_use'; organizations: number; clients: number; keys: number }

/** `free` is kept: organizations begin with it, and it is what an unknown name counts as. */
export async function deleteTier(tx: Tx, name: string, context: AuditContext): Promise<TierDeletion> {
  await lockTiers(tx)
  if (!(await findTier(tx, name))) return { result: 'not_found' }
  if (name === 'free') return { result: 'kept' }
  const users = await countTierUsers(tx, name)
  if (users.organizations + users.clients + users.keys > 0) return { result: 'in_use', ...users }
  await deleteRow(tx, name)
  await record(tx, { type: 'tier.deleted', id: name, data: {} }, context)
  await notify(tx, { kind: 'tier', id: name })
  return { result: 'done' }
}
