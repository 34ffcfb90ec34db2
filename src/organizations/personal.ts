/** The organization that comes to be with each person: what they make alone belongs to it. */
import { record, type AuditContext } from '../audit/record.ts'
import type { Tx } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import { insertMembership } from './members/store.ts'
import { insertOrganization } from './store.ts'

/** Returns the organization's id. */
export async function createPersonalOrganization(
  tx: Tx,
  owner: { id: string; name: string },
  context: AuditContext,
): Promise<string> {
  const id = newId('org', context.clock)
  const createdAt = context.clock.now()
  await insertOrganization(tx, { id, name: owner.name, personalUserId: owner.id, createdAt })
  await insertMembership(tx, { organizationId: id, userId: owner.id, role: 'owner', createdAt })
  await record(
    tx,
    [
      { type: 'organization.created', id, organizationId: id, data: { personal: true } },
      { type: 'membership.created', id, organizationId: id, data: { user_id: owner.id, role: 'owner' } },
    ],
    context,
  )
  return id
}
