/** The platform's customers, and the part that a person has in one. */
import type { AuditContext } from '../audit/record.ts'
import type { Tx } from '../platform/database.ts'

export type MemberRole = 'owner' | 'admin' | 'member'

/** From the least to the most. */
export const memberRoles = ['member', 'admin', 'owner'] as const satisfies readonly MemberRole[]

/** What the people's side needs of organizations, each within the caller's transaction. */
export interface Organizations {
  /** The organization that each person has for themselves; its id. */
  createPersonal(tx: Tx, owner: { id: string; name: string }, context: AuditContext): Promise<string>
  /** A member stays one, and a role is never lowered by joining again. */
  join(
    tx: Tx,
    membership: { organizationId: string; userId: string; role: MemberRole },
    context: AuditContext,
  ): Promise<void>
}
