/** What the acts of this folder work with. Each names, of these, what it uses; the server puts them together once. */
import type { Db } from '../platform/database.ts'
import type { OrganizationInvitations } from '../users/invitations.ts'
import type { DeleteClients, RevokeKeys } from './organization.ts'

export interface OrganizationServices {
  db: Db
  revokeKeys: RevokeKeys
  deleteClients: DeleteClients
  invitations: OrganizationInvitations
}
