/** Gives a member another role. */
import { record, type AuditContext } from '../../audit/record.ts'
import { notify } from '../../platform/changes.ts'
import type { Db, Tx } from '../../platform/database.ts'
import type { MemberRole } from '../organization.ts'
import { lockOrganization } from '../store.ts'
import { mayManage, type Manager } from './may-manage.ts'
import { leavesNoOwner } from './owners.ts'
import { findMember, setRole, type Member } from './store.ts'

export type ChangedRole =
  | { outcome: 'done'; member: Member; changed: boolean }
  | { outcome: 'not_found' | 'personal' | 'forbidden' | 'last_owner' }

/** Whoever is demoted holds less within a second, on every node: keys, tokens and sessions look at the role each time. */
export async function changeRole(
  { db }: { db: Db },
  wanted: { organizationId: string; userId: string; role: MemberRole },
  by: { manager: Manager; userId: string | null },
  context: AuditContext,
): Promise<ChangedRole> {
  return db.$transaction((tx) => changeRoleWithin(tx, wanted, by, context))
}

/** The same within a transaction. */
export async function changeRoleWithin(
  tx: Tx,
  wanted: { organizationId: string; userId: string; role: MemberRole },
  by: { manager: Manager; userId: string | null },
  context: AuditContext,
): Promise<ChangedRole> {
  const { organizationId, userId, role } = wanted
  const organization = await lockOrganization(tx, organizationId)
  const member = organization && (await findMember(tx, organizationId, userId))
  if (!member) return { outcome: 'not_found' }
  if (organization.personalUserId !== null) return { outcome: 'personal' }
  if (member.role === role) return { outcome: 'done', member, changed: false }
  if (!mayManage(by.manager, { from: member.role, to: role, self: by.userId === userId })) {
    return { outcome: 'forbidden' }
  }
  if (member.role === 'owner' && (await leavesNoOwner(tx, member, 'stays'))) return { outcome: 'last_owner' }
  await setRole(tx, organizationId, userId, role)
  const data = { user_id: userId, role }
  await record(tx, { type: 'membership.updated', id: organizationId, organizationId, data }, context)
  await notify(tx, { kind: 'organization', id: organizationId }, { kind: 'user', id: userId })
  return { outcome: 'done', member: { ...member, role }, changed: true }
}
