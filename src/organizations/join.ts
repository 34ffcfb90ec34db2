/** Takes a person into an organization. */
import { record, type AuditContext } from '../audit/record.ts'
import { notify } from '../platform/changes.ts'
import type { Tx } from '../platform/database.ts'
import { findMembership, insertMembership, setRole } from './members/store.ts'
import { memberRoles, type MemberRole } from './organization.ts'

/** A member stays one, and a role is never lowered by joining again: an old invitation can't demote an owner. */
export async function joinOrganization(
  tx: Tx,
  { organizationId, userId, role }: { organizationId: string; userId: string; role: MemberRole },
  context: AuditContext,
): Promise<void> {
  const data = { user_id: userId, role }
  const joined = await insertMembership(tx, { organizationId, userId, role, createdAt: context.clock.now() })
  if (!joined) {
    const present = await findMembership(tx, organizationId, userId)
    if (!present || memberRoles.indexOf(role) <= memberRoles.indexOf(present.role)) return
    await setRole(tx, organizationId, userId, role)
  }
  const type = joined ? 'membership.created' : 'membership.updated'
  await record(tx, { type, id: organizationId, organizationId, data }, context)
  await notify(tx, { kind: 'organization', id: organizationId }, { kind: 'user', id: userId })
}
