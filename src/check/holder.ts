/** What a check knows of a valid-looking credential, key or token alike, and what is worked out from it once. */
import type { Metered, Meters, Tiers } from '../limits/limits.ts'
import type { PublicJwks } from '../oidc/verify-access-token.ts'
import type { Catalogue } from '../resources/catalogue.ts'
import type { AddressList } from './address-list.ts'
import type { Held } from './authority-cache.ts'

export interface Holder extends Held {
  readonly kind: 'api_key' | 'access_token'
  /** The person, service account or client that it acts for. */
  readonly subject: string
  readonly subjectKind: 'user' | 'service_account' | 'client'
  readonly keyId: string | null
  /** The version of the key's secret. */
  readonly secretId: string | null
  readonly clientId: string | null
  readonly organizationId: string | null
  readonly externalId: string | null
  /** Null for an access token, which belongs to none. */
  readonly environment: 'live' | 'test' | null
  /** `proof_required`: bound to a key by `cnf`, whose proof isn't taken yet. */
  readonly standing: 'live' | 'revoked' | 'disabled' | 'proof_required'
  /** When a key's secret was made; null for an access token. */
  readonly issuedAtMs: number | null
  /** When its person signed in for an access token, as far as it says so. */
  readonly authenticatedAtMs: number | null
  /** Infinity: none. */
  readonly expiresAtMs: number
  /** The one resource that it is for (identifier); null: any that is registered. */
  readonly resource: string | null
  readonly allowedIps: AddressList | null
  /** Is its owner an administrator of the platform now, and an administrator of its organization? */
  readonly administrator: boolean
  readonly organizationAdmin: boolean
  readonly organizations: ReadonlyMap<string, 'owner' | 'admin' | 'member'>
  readonly grantableScopes: ReadonlySet<string>
  /** A key's secret that a newer one has replaced works on for its grace. */
  readonly superseded: boolean
  readonly exposed: boolean
  readonly hint: string | null
  /** A key's. */
  readonly name: string | null
  /** As they were given; what counts is what its owner may do of them now. */
  readonly ownScopes: readonly string[]
  /** The set of keys that a JWT's signature was checked with; null for what has none. */
  readonly verifiedBy: PublicJwks | null
  /** Whose call it is, as far as limits go. */
  readonly limitedBy: Metered
  /** What it may do and what it is charged to, as scopes and tiers are now. */
  derived: Derived
}

export interface Derived {
  readonly version: number
  readonly scopes: ReadonlySet<string>
  readonly tier: string
  readonly meters: Meters
  /** The identity headers of a 200, name and value in turns. */
  readonly headers: readonly string[]
}

/** Works out anew what depends on scopes and tiers. */
export type Derive = (holder: Omit<Holder, 'derived'>) => Derived

/** Grows whenever scopes or tiers change: what was derived from older ones is derived anew. */
export function versionOf(catalogue: Pick<Catalogue, 'version'>, tiers: Pick<Tiers, 'version'>): number {
  return catalogue.version + tiers.version
}
