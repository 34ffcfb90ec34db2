/** Deletes an organization for good, with everything that belongs to it. */
import { record, type AuditContext } from '../audit/record.ts'
import { notify } from '../platform/changes.ts'
import type { Db, Tx } from '../platform/database.ts'
import { listMemberIds } from './members/store.ts'
import type { DeleteClients, RevokeKeys } from './organization.ts'
import { deleteOrganization as deleteRow, lockWholeOrganization } from './store.ts'

export type DeletedOrganization = 'deleted' | 'not_found' | 'personal'

interface DeletingServices {
  revokeKeys: RevokeKeys
  deleteClients: DeleteClients
}

/**
 * Its keys are revoked and its clients deleted, each noted by itself; all of them stop within a second, on every node. Its
 * people stay. The audit trail and the usage stay, too. A person's own organization goes with the person only.
 */
export async function deleteOrganization(
  { db, ...services }: DeletingServices & { db: Db },
  id: string,
  context: AuditContext,
): Promise<DeletedOrganization> {
  return db.$transaction((tx) => deleteOrganizationWithin(tx, services, id, context))
}

/** The same within a transaction. */
export async function deleteOrganizationWithin(
  tx: Tx,
  { revokeKeys, deleteClients }: DeletingServices,
  id: string,
  context: AuditContext,
): Promise<DeletedOrganization> {
  const organization = await lockWholeOrganization(tx, id)
  if (!organization) return 'not_found'
  if (organization.personalUserId !== null) return 'personal'
  const members = await listMemberIds(tx, id)
  await revokeKeys(tx, { organizationId: id }, context)
  await deleteClients(tx, id, context)
  await deleteRow(tx, id)
  await record(tx, { type: 'organization.deleted', id, organizationId: id, data: {} }, context)
  await notify(tx, { kind: 'organization', id }, ...members.map((userId) => ({ kind: 'user' as const, id: userId })))
  return 'deleted'
}
