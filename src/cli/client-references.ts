/** Whether what a client refers to is there, in sentences. */
import type { Registration } from '../clients/metadata-rules.ts'
import { unknownReferences as findUnknown } from '../clients/references.ts'
import { isManagementScope } from '../http/api/scopes.ts'
import { findTier } from '../limits/store.ts'
import { findOrganization } from '../organizations/store.ts'
import { managementIdentifier } from '../resources/management.ts'
import { isOpenidScope } from '../resources/scope-name.ts'
import { listResources } from '../resources/store.ts'
import type { Workbench } from './workbench.ts'

/** A sentence for each that isn't. */
export async function unknownReferences(
  { db, config }: Pick<Workbench, 'db' | 'config'>,
  registration: Registration,
): Promise<string[]> {
  const resources = await listResources(db)
  const identifiers = new Set([managementIdentifier(config.apiUrl), ...resources.map(({ identifier }) => identifier)])
  const scopes = new Set(resources.flatMap((resource) => resource.scopes.map(({ name }) => name)))
  const faults = await findUnknown(
    db,
    {
      hasResource: (identifier) => identifiers.has(identifier),
      hasScope: (name) => scopes.has(name) || isOpenidScope(name) || isManagementScope(name),
      hasOrganization: async (on, id) => (await findOrganization(on, id)) !== null,
      hasTier: async (on, name) => (await findTier(on, name)) !== null,
    },
    registration,
  )
  return faults.map(({ path, message }) => {
    const known = path.startsWith('introspects') ? identifiers : /scope/.test(path) ? scopes : null
    return `${message.charAt(0).toUpperCase()}${message.slice(1)}.${known ? ` Known: ${listed(known)}.` : ''}`
  })
}

const listed = (names: ReadonlySet<string>): string => (names.size === 0 ? 'none' : [...names].toSorted().join(', '))
