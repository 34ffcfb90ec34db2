/** The service account of a certain name, made when it is first needed: what acts for an organization where nothing else was named. */
import type { AuditContext } from '../../audit/record.ts'
import type { Tx } from '../../platform/database.ts'
import { createServiceAccount } from './create.ts'
import { findServiceAccountByName } from './store.ts'

/** Its id. One that is there stays as it is, disabled or not. The organization must exist. */
export async function ensureServiceAccount(
  tx: Tx,
  wanted: { organizationId: string; name: string; administrator: boolean },
  context: AuditContext,
): Promise<string> {
  const present = await findServiceAccountByName(tx, wanted)
  if (present) return present.id
  const created = await createServiceAccount(tx, { ...wanted, description: null }, context)
  if (created.outcome === 'created') return created.account.id
  // Somebody has made it beside us meanwhile.
  const other = await findServiceAccountByName(tx, wanted)
  if (!other) throw new Error(`the service account ${wanted.name} of ${wanted.organizationId} is gone again`)
  return other.id
}
