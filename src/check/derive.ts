/** What a credential may do now, and what it is charged to: worked out once, and anew when scopes or tiers change. */
import type { Meters, Metered, Tiers } from '../limits/limits.ts'
import type { Catalogue } from '../resources/catalogue.ts'
import { ownerMayHold } from '../rights/may-grant.ts'
import { versionOf, type Derive, type Derived, type Holder } from './holder.ts'

export function createDerive(options: {
  catalogue: Pick<Catalogue, 'scope' | 'version'>
  tiers: Tiers
  metersOf: (metered: Metered, tiers: Tiers) => Meters
}): { derive: Derive; current(holder: Holder): Derived } {
  const { catalogue, tiers, metersOf } = options

  function derive(holder: Omit<Holder, 'derived'>): Derived {
    const scopes = new Set(holder.ownScopes.filter((name) => mayHold(holder, name)))
    const { limitedBy } = holder
    const tier = tiers.get(limitedBy.tier ?? limitedBy.organizationTier ?? 'free').name
    return {
      version: versionOf(catalogue, tiers),
      scopes,
      tier,
      meters: metersOf(limitedBy, tiers),
      headers: identityHeaders(holder, scopes, tier),
    }
  }

  /** A scope that no resource has any more counts for nothing. A client by itself holds what it was registered for. */
  function mayHold(holder: Omit<Holder, 'derived'>, name: string): boolean {
    const scope = catalogue.scope(name)
    if (!scope) return openid.has(name) && holder.kind === 'access_token'
    return holder.subjectKind === 'client' || ownerMayHold(scope, holder)
  }

  return {
    derive,
    /** Nothing is worked out on the way of an ordinary check. */
    current(holder) {
      if (holder.derived.version !== versionOf(catalogue, tiers)) holder.derived = derive(holder)
      return holder.derived
    },
  }
}

/** They belong to no resource, and a token that has them says so. */
const openid: ReadonlySet<string> = new Set(['openid', 'profile', 'email', 'offline_access'])

/** All of them in every 200, so that a forged one from outside is always overwritten. */
function identityHeaders(holder: Omit<Holder, 'derived'>, scopes: ReadonlySet<string>, tier: string): string[] {
  return [
    'x-auth-subject',
    visible(holder.subject),
    'x-auth-kind',
    holder.kind,
    'x-auth-key-id',
    visible(holder.keyId),
    'x-auth-client-id',
    visible(holder.clientId),
    'x-auth-organization',
    visible(holder.organizationId),
    'x-auth-external-id',
    visible(holder.externalId),
    'x-auth-scope',
    [...scopes].map(visible).join(' ') || '-',
    'x-auth-tier',
    visible(tier),
    'x-auth-environment',
    holder.environment ?? '-',
  ]
}

/** Of a 200 that nobody stands behind (`mode=observe`). */
export const nobodysHeaders: readonly string[] = [
  'subject',
  'kind',
  'key-id',
  'client-id',
  'organization',
  'external-id',
  'scope',
  'tier',
  'environment',
].flatMap((name) => [`x-auth-${name}`, '-'])

/** Visible ASCII; every other byte percent-encoded; `-` for what there isn't. */
function visible(text: string | null): string {
  if (text === null || text === '') return '-'
  if (/^[\x21-\x7e]+$/.test(text)) return text
  return Array.from(Buffer.from(text), (byte) =>
    byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('')
}
