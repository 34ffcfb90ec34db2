/** An organization that has members keeps an owner who can act, or nobody in it could ever change who may what. */
import type { Tx } from '../../platform/database.ts'
import { countOthers, type Member } from './store.ts'

/**
 * Whether there would be members without such an owner once this owner is none any more. The organization's row is locked
 * by the caller. The last member may go: then there is nobody to whom it matters.
 */
export async function leavesNoOwner(
  tx: Tx,
  { organizationId, userId }: Pick<Member, 'organizationId' | 'userId'>,
  then: 'stays' | 'goes',
): Promise<boolean> {
  const { members, actingOwners } = await countOthers(tx, organizationId, userId)
  return actingOwners === 0 && (then === 'stays' || members > 0)
}
