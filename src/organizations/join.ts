/** Takes a person into an organization. */
import { record, type AuditContext } from '../audit/record.ts'
import type { Tx } from '../platform/database.ts'
import { memberRoles, type MemberRole } from './organization.ts'
import { findMembership, insertMembership, setRole } from './store.ts'

/** A member stays one, and a role is never lowered by joining again: an old invitation can't demote an owner. */
export async function joinOrganization(
  tx: Tx,
  { organizationId, userId, role }: { organizationId: string; userId: string; role: MemberRole },
  context: AuditContext,
): Promise<void> {
  const data = { user_id: userId, role }
  if (await insertMembership(tx, { organizationId, userId, role, createdAt: context.clock.now() })) {
    return record(tx, { type: 'membership.created', id: organizationId, organizationId, data }, context)
  }
  const present = await findMembership(tx, organizationId, userId)
  if (present && memberRoles.indexOf(role) > memberRoles.indexOf(present.role)) {
    await setRole(tx, organizationId, userId, role)
    await record(tx, { type: 'membership.updated', id: organizationId, organizationId, data }, context)
  }
}
