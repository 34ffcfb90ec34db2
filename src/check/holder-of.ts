/** From what the database knows of a key or a token to its holder. */
import type { FoundKey } from '../api-keys/look-up.ts'
import type { FoundToken } from '../oidc/look-up-tokens.ts'
import type { PublicJwks } from '../oidc/verify-access-token.ts'
import { addressList } from './address-list.ts'
import type { Holder } from './holder.ts'

export function holderOfKey(key: FoundKey): Omit<Holder, 'derived'> {
  const subject = key.userId ?? key.serviceAccountId ?? ''
  return {
    kind: 'api_key',
    subject,
    subjectKind: key.userId === null ? 'service_account' : 'user',
    keyId: key.keyId,
    secretId: key.secretId,
    clientId: null,
    organizationId: key.organizationId,
    externalId: key.externalId,
    environment: key.environment,
    standing: key.standing,
    issuedAtMs: key.secretCreatedAt.getTime(),
    authenticatedAtMs: null,
    expiresAtMs: key.expiresAt?.getTime() ?? Infinity,
    resource: key.resource,
    allowedIps: key.allowedIps.length === 0 ? null : addressList(key.allowedIps),
    administrator: key.owner.administrator,
    organizationAdmin: key.owner.organizationAdmin,
    organizations: new Map([[key.organizationId, key.owner.role]]),
    grantableScopes: new Set(key.grantableScopes),
    superseded: key.supersededAt !== null,
    exposed: key.exposedAt !== null,
    hint: key.hint,
    name: key.name,
    ownScopes: key.scopes,
    limitedBy: {
      kind: 'key',
      id: key.keyId,
      subject,
      organizationId: key.organizationId,
      environment: key.environment,
      tier: key.tier,
      organizationTier: key.organizationTier,
      overrides: key.overrides,
    },
    verifiedBy: null,
    dependsOn: [key.keyId, key.organizationId, subject],
    stale: false,
  }
}

export function holderOfToken(token: FoundToken, verifiedBy: PublicJwks | null): Omit<Holder, 'derived'> {
  return {
    kind: 'access_token',
    subject: token.subject,
    subjectKind: token.userId === null ? 'client' : 'user',
    keyId: null,
    secretId: null,
    clientId: token.clientId,
    organizationId: token.organizationId,
    externalId: token.externalId,
    environment: null,
    standing: token.bound && token.standing === 'live' ? 'proof_required' : token.standing,
    issuedAtMs: null,
    authenticatedAtMs: token.authenticatedAt?.getTime() ?? null,
    expiresAtMs: token.expiresAt.getTime(),
    // One without an audience is for the userinfo endpoint, which is no resource that anybody checks for.
    resource: token.audience ?? '',
    allowedIps: null,
    administrator: token.administrator,
    organizationAdmin: token.organizationAdmin,
    organizations: token.organizations,
    grantableScopes: new Set(token.grantableScopes),
    superseded: false,
    exposed: false,
    hint: null,
    name: null,
    ownScopes: token.scopes,
    limitedBy: {
      kind: 'client',
      id: token.clientId,
      subject: token.subject,
      clientLimitPer: token.limitPer,
      organizationId: token.organizationId,
      environment: '-',
      tier: token.tier,
      organizationTier: token.organizationTier,
      overrides: null,
    },
    verifiedBy,
    dependsOn: token.dependsOn,
    stale: false,
  }
}
