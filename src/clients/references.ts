/** Whether what a client refers to is there: its organization and tier, the resources that it introspects, its scopes. */
import type { Tx, Db } from '../platform/database.ts'
import type { Fault, Registration } from './metadata-rules.ts'

/** What a client may refer to. */
export interface Known {
  hasResource(identifier: string): boolean
  /** Of a resource or of OpenID Connect. */
  hasScope(name: string): boolean
  hasOrganization(db: Db | Tx, id: string): Promise<boolean>
  hasTier(db: Db | Tx, name: string): Promise<boolean>
}

type Referring = Pick<Registration, 'organizationId' | 'tier' | 'introspects' | 'scope' | 'grantableScopes'>

/**
 * A fault for each that isn't. What the client referred to before may have gone since and stays.
 * @param before what it is now, if it is there already
 */
export async function unknownReferences(
  db: Db | Tx,
  known: Known,
  wanted: Referring,
  before: Referring | null = null,
): Promise<Fault[]> {
  const { organizationId, tier } = wanted
  const faults: Fault[] = []
  if (organizationId !== null && !(await known.hasOrganization(db, organizationId))) {
    faults.push({ path: 'organization_id', message: `there is no organization ${organizationId}` })
  }
  if (tier !== null && tier !== before?.tier && !(await known.hasTier(db, tier))) {
    faults.push({ path: 'tier', message: `there is no tier ${tier}` })
  }
  for (const [index, identifier] of wanted.introspects.entries()) {
    if (before?.introspects.includes(identifier) || known.hasResource(identifier)) continue
    faults.push({ path: `introspects.${index}`, message: `there is no resource ${identifier}` })
  }
  const scopesBefore = scopesOf(before?.scope ?? null)
  for (const name of scopesOf(wanted.scope)) {
    if (scopesBefore.includes(name) || known.hasScope(name)) continue
    faults.push({ path: 'scope', message: `there is no scope ${name}` })
  }
  for (const [index, name] of wanted.grantableScopes.entries()) {
    if (name === '*' || before?.grantableScopes.includes(name) || known.hasScope(name)) continue
    faults.push({ path: `grantable_scopes.${index}`, message: `there is no scope ${name}` })
  }
  return faults
}

export function scopesOf(scope: string | null): string[] {
  return scope === null ? [] : scope.split(' ')
}
