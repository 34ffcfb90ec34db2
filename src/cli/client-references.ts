/** Whether what a new client refers to is there: its organization, the resources that it introspects, its scopes. */
import type { Registration } from '../clients/metadata-rules.ts'
import { findOrganization } from '../organizations/store.ts'
import type { Db } from '../platform/database.ts'
import { isOpenidScope } from '../resources/scope-name.ts'
import { listResources } from '../resources/store.ts'

/** A sentence for each that isn't. */
export async function unknownReferences(
  db: Db,
  { organizationId, introspects, scope }: Pick<Registration, 'organizationId' | 'introspects' | 'scope'>,
): Promise<string[]> {
  const faults: string[] = []
  if (organizationId !== null && !(await findOrganization(db, organizationId))) {
    faults.push(`There is no organization ${organizationId}.`)
  }
  if (introspects.length === 0 && scope === null) return faults
  const resources = await listResources(db)
  const identifiers = new Set(resources.map(({ identifier }) => identifier))
  const scopes = new Set(resources.flatMap((resource) => resource.scopes.map(({ name }) => name)))
  for (const identifier of introspects) {
    if (!identifiers.has(identifier)) faults.push(`There is no resource ${identifier}. Known: ${listed(identifiers)}.`)
  }
  for (const name of scope?.split(' ') ?? []) {
    if (!isOpenidScope(name) && !scopes.has(name)) faults.push(`There is no scope ${name}. Known: ${listed(scopes)}.`)
  }
  return faults
}

const listed = (names: ReadonlySet<string>): string => (names.size === 0 ? 'none' : [...names].toSorted().join(', '))
