/** The platform's customers, the part that a person has in one, and what organizations need of their neighbours. */
import type { AuditContext } from '../audit/record.ts'
import type { Tx } from '../platform/database.ts'

export type MemberRole = 'owner' | 'admin' | 'member'

/** From the least to the most. */
export const memberRoles = ['member', 'admin', 'owner'] as const satisfies readonly MemberRole[]

export interface Organization {
  id: string
  name: string
  /** The person whose own organization this is; null for a customer's. */
  personalUserId: string | null
  /** The platform's own id for the customer: gateways pass it on, so only the platform sets it. */
  externalId: string | null
  /** The name by which files (`keygrant apply`) know it; only the platform sets it. */
  slug: string | null
  tier: string
  metadata: Readonly<Record<string, unknown>>
  createdAt: Date
  updatedAt: Date
}

export const DEFAULT_TIER = 'free'

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

/**
 * Revokes, for good, every API key of an organization, or of those the ones that act for a person or a service account:
 * each with its audit event and its notice. Returns how many there were.
 */
export type RevokeKeys = (
  tx: Tx,
  which: { organizationId: string; userId?: string; serviceAccountId?: string },
  context: AuditContext,
) => Promise<number>

/** Deletes every client of an organization, each with its audit event and its notice. */
export type DeleteClients = (tx: Tx, organizationId: string, context: AuditContext) => Promise<void>
