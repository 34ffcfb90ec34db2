/** Which organization a call is about: what is not the caller's is answered like what isn't there. */
import { administers, reaches, type Principal, type Reach } from '../http/api/principal.ts'
import { Problem } from '../http/problem.ts'
import type { Db, Tx } from '../platform/database.ts'
import type { Manager } from './members/may-manage.ts'
import type { Organization } from './organization.ts'
import { findOrganization } from './store.ts'

export interface Calling {
  principal: Principal
  reach: Reach
}

/** @throws {Problem} `not_found` */
export async function visibleOrganization(
  db: Db | Tx,
  { principal, reach }: Calling,
  organizationId: string,
): Promise<Organization> {
  const organization = reaches(principal, reach, organizationId) ? await findOrganization(db, organizationId) : null
  if (!organization) throw new Problem('not_found')
  return organization
}

/** @throws {Problem} `not_found`, or `forbidden` for a plain member */
export async function administeredOrganization(
  db: Db | Tx,
  calling: Calling,
  organizationId: string,
): Promise<Organization> {
  const organization = await visibleOrganization(db, calling, organizationId)
  if (administers(calling.principal, calling.reach, organizationId)) return organization
  throw new Problem('forbidden', { detail: 'This is for owners and admins of the organization.' })
}

/** As what the caller manages the organization, and who it is if it is a person. The organization is visible to it. */
export function managerOf(
  { principal, reach }: Calling,
  organizationId: string,
): { manager: Manager; userId: string | null } {
  const manager = reach === 'everything' ? 'platform' : (principal.organizations.get(organizationId) ?? 'member')
  return { manager, userId: principal.subjectKind === 'user' ? principal.subject : null }
}
