/** Takes back what a person has allowed a client: the grant goes, and every token under it is dead on every node. */
import { record, type AuditContext } from '../audit/record.ts'
import { notify } from '../platform/changes.ts'
import type { Db } from '../platform/database.ts'
import { deleteGrant, findGrantById, lockGrantOf, revokeFamiliesOf } from './store.ts'

/** @returns whether there was such a grant of this person */
export async function cutOff(
  db: Db,
  { grantId, userId, organizationId }: { grantId: string; userId: string; organizationId: string | null },
  context: AuditContext,
): Promise<boolean> {
  return db.$transaction(async (tx) => {
    const grant = await findGrantById(tx, grantId)
    // What is not yours is answered like what isn't there.
    if (!grant || grant.userId !== userId) return false
    await lockGrantOf(tx, grant.userId, grant.clientId)
    const families = await revokeFamiliesOf(tx, grantId, context.clock.now())
    await deleteGrant(tx, grantId)
    await record(
      tx,
      {
        type: 'grant.revoked',
        id: grantId,
        organizationId,
        data: { user_id: grant.userId, client_id: grant.clientId },
      },
      context,
    )
    await notify(tx, ...families.map((id) => ({ kind: 'family' as const, id })))
    return true
  })
}
