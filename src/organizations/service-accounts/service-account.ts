/** What acts for an organization and not for a person: its keys go on when people leave. */

export interface ServiceAccount {
  id: string
  organizationId: string
  /** Unique in its organization. */
  name: string
  description: string | null
  /** Set on the host alone: its keys may hold administrators' scopes, so that a platform's gateway depends on no person. */
  administrator: boolean
  disabledAt: Date | null
  createdAt: Date
  updatedAt: Date
}
