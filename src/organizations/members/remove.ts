/** Takes a member out of an organization, or lets them leave. */
import { record, type AuditContext } from '../../audit/record.ts'
import { notify } from '../../platform/changes.ts'
import type { Db, Tx } from '../../platform/database.ts'
import type { RevokeKeys } from '../organization.ts'
import { lockOrganization } from '../store.ts'
import { mayManage, type Manager } from './may-manage.ts'
import { leavesNoOwner } from './owners.ts'
import { deleteMembership, findMember } from './store.ts'

export type RemovedMember = 'removed' | 'not_found' | 'personal' | 'forbidden' | 'last_owner'

export interface RemovingServices {
  revokeKeys: RevokeKeys
  /** Makes invitations into the organization worthless that went to this address. */
  revokeInvitations(tx: Tx, to: { organizationId: string; email: string }, context: AuditContext): Promise<void>
}

/**
 * Keys of the organization that act for the person are revoked, for good: somebody who comes back later makes new ones, so
 * that a key which was kept aside meanwhile doesn't come back to life with them. Keys of service accounts go on, and so do
 * the person's keys elsewhere.
 */
export async function removeMember(
  { db, ...services }: RemovingServices & { db: Db },
  which: { organizationId: string; userId: string },
  by: { manager: Manager; userId: string | null },
  context: AuditContext,
): Promise<RemovedMember> {
  return db.$transaction((tx) => removeMemberWithin(tx, services, which, by, context))
}

/** The same within a transaction. */
export async function removeMemberWithin(
  tx: Tx,
  { revokeKeys, revokeInvitations }: RemovingServices,
  { organizationId, userId }: { organizationId: string; userId: string },
  by: { manager: Manager; userId: string | null },
  context: AuditContext,
): Promise<RemovedMember> {
  const organization = await lockOrganization(tx, organizationId)
  const member = organization && (await findMember(tx, organizationId, userId))
  if (!member) return 'not_found'
  if (organization.personalUserId !== null) return 'personal'
  const { role, email } = member
  if (!mayManage(by.manager, { from: role, to: null, self: by.userId === userId })) return 'forbidden'
  if (role === 'owner' && (await leavesNoOwner(tx, member, 'goes'))) return 'last_owner'
  await deleteMembership(tx, organizationId, userId)
  await revokeKeys(tx, { organizationId, userId }, context)
  await revokeInvitations(tx, { organizationId, email }, context)
  const data = { user_id: userId, role }
  await record(tx, { type: 'membership.deleted', id: organizationId, organizationId, data }, context)
  await notify(tx, { kind: 'organization', id: organizationId }, { kind: 'user', id: userId })
  return 'removed'
}
