/** What the routes of clients work with; the server puts it together once. */
import type { Clock } from '../platform/clock.ts'
import type { Db, Tx } from '../platform/database.ts'
import type { Secrets } from '../platform/secrets.ts'
import type { GrantableBy } from '../rights/may-grant.ts'
import type { Known } from './references.ts'

export interface ClientServices {
  db: Db
  secrets: Secrets
  clock: Clock
  /** Every resource and scope that there is, the management API's among them. */
  catalogue: {
    byIdentifier(identifier: string): object | undefined
    scope(name: string): { grantableBy: GrantableBy } | undefined
    all(): readonly { scopes: readonly { name: string; grantableBy: GrantableBy }[] }[]
  }
  isOpenidScope(name: string): boolean
  findOrganization(db: Db | Tx, id: string): Promise<object | null>
  findTier(db: Db | Tx, name: string): Promise<object | null>
  findPersonalOrganizationId(tx: Tx, userId: string): Promise<string | null>
}

export function knownBy(services: ClientServices): Known {
  const { catalogue, isOpenidScope, findOrganization, findTier } = services
  return {
    hasResource: (identifier) => catalogue.byIdentifier(identifier) !== undefined,
    hasScope: (name) => catalogue.scope(name) !== undefined || isOpenidScope(name),
    hasOrganization: async (db, id) => (await findOrganization(db, id)) !== null,
    hasTier: async (db, name) => (await findTier(db, name)) !== null,
  }
}
