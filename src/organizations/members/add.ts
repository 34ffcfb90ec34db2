/** Makes somebody who has an account a member at once: what an administrator of the platform may. Others invite. */
import { record, type AuditContext } from '../../audit/record.ts'
import { notify } from '../../platform/changes.ts'
import type { Tx } from '../../platform/database.ts'
import type { MemberRole } from '../organization.ts'
import { lockOrganization } from '../store.ts'
import { canJoin, findMember, insertMembership, type Member } from './store.ts'

export type AddedMember =
  | { outcome: 'added'; member: Member }
  /** `unknown_user`: there is nobody, or somebody who is disabled. */
  | { outcome: 'not_found' | 'personal' | 'unknown_user' | 'already' }

export async function addMember(
  tx: Tx,
  { organizationId, userId, role }: { organizationId: string; userId: string; role: MemberRole },
  context: AuditContext,
): Promise<AddedMember> {
  const organization = await lockOrganization(tx, organizationId)
  if (!organization) return { outcome: 'not_found' }
  if (organization.personalUserId !== null) return { outcome: 'personal' }
  if (!(await canJoin(tx, userId))) return { outcome: 'unknown_user' }
  const createdAt = context.clock.now()
  if (!(await insertMembership(tx, { organizationId, userId, role, createdAt }))) return { outcome: 'already' }
  const data = { user_id: userId, role }
  await record(tx, { type: 'membership.created', id: organizationId, organizationId, data }, context)
  await notify(tx, { kind: 'organization', id: organizationId }, { kind: 'user', id: userId })
  const member = await findMember(tx, organizationId, userId)
  if (!member) throw new Error(`${userId} was added to ${organizationId} and is not there`)
  return { outcome: 'added', member }
}
