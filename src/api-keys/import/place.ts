/** Which organization an imported key belongs to: the row says it, or the platform's own id for the customer does. */
import type { InputFault } from '../../http/problem.ts'
import type { ImportRow } from './row.ts'
import type { OrganizationNames, PersonRow } from './store.ts'

export interface Place {
  organizationId: string
  /** The key's own; null where its organization's counts, or there is none. */
  externalId: string | null
}

export interface Places {
  /** By `id org_…`, `external_id cus_42`, `slug acme`. */
  names: ReadonlyMap<string, OrganizationNames>
  /** By id, and by address. */
  people: ReadonlyMap<string, PersonRow>
  /** Where a key goes that names none that is there; null: nowhere. */
  defaultId: string | null
}

/** By every name it has. */
export function namesOf(organization: OrganizationNames): [string, OrganizationNames][] {
  const { id, externalId, slug } = organization
  const names = [`id ${id}`, externalId !== null && `external_id ${externalId}`, slug !== null && `slug ${slug}`]
  return names.flatMap((name) => (name === false ? [] : [[name, organization]]))
}

/**
 * The first that is said counts: the organization; else the one whose own external_id the key has; else, for a person's
 * key without one, the person's own; else the default. A name that is nobody's is a fault and never the default's: a
 * mistyped customer's keys would work for another one.
 */
export function placeOf(row: ImportRow, places: Places, owner: PersonRow | undefined): Place | InputFault {
  const { names, defaultId } = places
  const { organization, externalId } = row
  if (organization) {
    const { by, value } = organization
    const found = names.get(`${by} ${value}`)
    const field = by === 'id' ? 'organization_id' : `organization_${by}`
    if (!found) return unknown(field, 'is of no organization here')
    return { organizationId: found.id, externalId: found.externalId === externalId ? null : externalId }
  }
  const customer = externalId === null ? undefined : names.get(`external_id ${externalId}`)
  if (customer) return { organizationId: customer.id, externalId: null }
  const home = externalId === null ? (owner?.personalOrganizationId ?? defaultId) : defaultId
  if (home !== null) return { organizationId: home, externalId }
  const remedy = 'make the organization first, or name another one here or in default_organization_id'
  if (externalId !== null) return unknown('external_id', `is of no organization here: ${remedy}`)
  return { path: '/organization_id', code: 'required', message: 'is required, or an external_id' }
}

const unknown = (field: string, message: string): InputFault => ({
  path: `/${field}`,
  code: 'unknown_organization',
  message,
})

export function isPlace(found: Place | InputFault): found is Place {
  return 'organizationId' in found
}
