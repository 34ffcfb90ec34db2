/** What a person has allowed a client: one for the two, readable, apart from the tokens that live under it. */

export interface Grant {
  id: string
  userId: string
  clientId: string
  oidcScopes: readonly string[]
  refusedOidcScopes: readonly string[]
  /** Claims asked for one by one (OIDC Core, 5.5). */
  claims: readonly string[]
  refusedClaims: readonly string[]
  /** By the resource's identifier. */
  resourceScopes: ScopesByResource
  refusedResourceScopes: ScopesByResource
  clientFingerprint: Uint8Array
  createdAt: Date
  lastUsedAt: Date | null
}

export type ScopesByResource = Readonly<Record<string, readonly string[]>>

/** What a person says to one request: each thing that was asked for is allowed or refused. */
export interface Answer {
  oidcScopes: readonly string[]
  refusedOidcScopes: readonly string[]
  claims: readonly string[]
  refusedClaims: readonly string[]
  resourceScopes: ScopesByResource
  refusedResourceScopes: ScopesByResource
}

const nothing: Answer = {
  oidcScopes: [],
  refusedOidcScopes: [],
  claims: [],
  refusedClaims: [],
  resourceScopes: {},
  refusedResourceScopes: {},
}

/** The newest word on each thing counts; what wasn't asked about this time stays as it was. */
export function merge(before: Answer | null, answer: Answer): Answer {
  const known = before ?? nothing
  const oidc = settle(known.oidcScopes, known.refusedOidcScopes, answer.oidcScopes, answer.refusedOidcScopes)
  const claims = settle(known.claims, known.refusedClaims, answer.claims, answer.refusedClaims)
  const resources = new Set(
    [known.resourceScopes, known.refusedResourceScopes, answer.resourceScopes, answer.refusedResourceScopes].flatMap(
      Object.keys,
    ),
  )
  const settled = [...resources].map((resource) => {
    const of = (scopes: ScopesByResource) => scopes[resource] ?? []
    const pair = settle(
      of(known.resourceScopes),
      of(known.refusedResourceScopes),
      of(answer.resourceScopes),
      of(answer.refusedResourceScopes),
    )
    return [resource, pair] as const
  })
  const keep = (which: 'allowed' | 'refused') =>
    Object.fromEntries(
      settled.flatMap(([resource, pair]) => (pair[which].length > 0 ? [[resource, pair[which]] as const] : [])),
    )
  return {
    oidcScopes: oidc.allowed,
    refusedOidcScopes: oidc.refused,
    claims: claims.allowed,
    refusedClaims: claims.refused,
    resourceScopes: keep('allowed'),
    refusedResourceScopes: keep('refused'),
  }
}

function settle(
  allowedBefore: readonly string[],
  refusedBefore: readonly string[],
  allowed: readonly string[],
  refused: readonly string[],
): { allowed: string[]; refused: string[] } {
  const without = (list: readonly string[], gone: readonly string[]) => list.filter((name) => !gone.includes(name))
  return {
    allowed: [...new Set([...without(allowedBefore, refused), ...allowed])],
    refused: [...new Set([...without(refusedBefore, allowed), ...refused])],
  }
}
