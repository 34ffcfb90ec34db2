/**
 * What oidc-provider calls a Grant is our token family. It is never stored by the provider: what it may do is read from
 * the person's grant each time, so that a narrowed grant narrows the next token.
 */
import type { AdapterPayload } from 'oidc-provider'
import { revokeFamily } from '../unit/families.ts'
import { findFamily } from '../unit/reads.ts'
import type { FamilyRow, GrantRow } from '../unit/rows.ts'
import { remember, type Unit } from '../unit/unit.ts'
import { seconds, type Model } from './model.ts'

export const families = {
  async find(unit: Unit, id: string): Promise<AdapterPayload | undefined> {
    let around = unit.families.get(id)
    if (!around) {
      const loaded = await findFamily(unit.pool, id, unit.now)
      if (!loaded?.family) return undefined
      remember(unit, loaded, loaded.family.user_id)
      around = loaded
    }
    if (!around.family || !around.grant) return undefined
    return providerGrant(around.family, around.grant)
  },

  destroy: (unit: Unit, id: string) => revokeFamily(unit, id),
} satisfies Model

/** A family and the grant above it, in the provider's shape. */
export function providerGrant(family: FamilyRow, grant: GrantRow): AdapterPayload {
  const refused = {
    openid: { scope: grant.refused_oidc_scopes.join(' '), claims: grant.refused_claims },
    resources: joined(grant.refused_resource_scopes),
  }
  return {
    jti: family.id,
    kind: 'Grant',
    iat: seconds(family.created_at),
    exp: seconds(family.expires_at),
    accountId: family.user_id,
    clientId: family.client_id,
    openid: { scope: grant.oidc_scopes.join(' '), claims: grant.claims },
    resources: joined(grant.resource_scopes),
    rejected: refused,
  }
}

function joined(scopes: Record<string, string[]>): Record<string, string> {
  return Object.fromEntries(Object.entries(scopes).map(([resource, names]) => [resource, names.join(' ')]))
}
