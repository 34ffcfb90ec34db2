/** What an OAuth client is to us: its registered metadata, what an administrator set, and the digests of its secrets. */
import { isLoopbackRedirect, isPrivateUseRedirect } from './redirect-uri.ts'

export const authMethods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'] as const
export type AuthMethod = (typeof authMethods)[number]

export const applicationTypes = ['web', 'native'] as const
export type ApplicationType = (typeof applicationTypes)[number]

/** What its calls are counted by: itself, or each of its people apart. */
export const limitPerValues = ['client', 'client_and_subject'] as const
export type LimitPer = (typeof limitPerValues)[number]

export interface ClientSecret {
  readonly id: string
  /** Keyed hash of the secret. */
  readonly digest: Uint8Array
  /** The slow hash that another system had of it, until its first use; `digest` is of nothing that could be sent until then. */
  readonly importedHash: string | null
  /** The last four characters, to tell secrets apart. */
  readonly hint: string
  readonly createdAt: Date
  /** Null: until it is rotated. */
  readonly expiresAt: Date | null
}

export interface Client {
  /** The client_id. */
  readonly id: string
  readonly name: string
  /** The name by which files (`keygrant apply`) know it. */
  readonly slug: string | null
  readonly redirectUris: readonly string[]
  readonly postLogoutRedirectUris: readonly string[]
  readonly grantTypes: readonly string[]
  readonly responseTypes: readonly string[]
  readonly applicationType: ApplicationType
  readonly tokenEndpointAuthMethod: AuthMethod
  /** The most that it may ask for, separated by spaces; null: anything that people may grant. */
  readonly scope: string | null
  readonly contacts: readonly string[]
  readonly logoUri: string | null
  readonly clientUri: string | null
  readonly policyUri: string | null
  readonly tosUri: string | null
  readonly jwksUri: string | null
  readonly jwks: { readonly keys: readonly object[] } | null
  /** The rest of its RFC 7591 metadata, in its wire names. */
  readonly metadata: Readonly<Record<string, unknown>>
  /** Who registered it. */
  readonly origin: 'administrator' | 'self_registered'
  /** An administrator vouches for who is behind it. */
  readonly verified: boolean
  /** A confidential OpenID client that need not send a PKCE challenge, but then a nonce. */
  readonly pkceExempt: boolean
  /** Identifiers of the resources whose tokens it may introspect. */
  readonly introspects: readonly string[]
  /** Null: its organization's. */
  readonly tier: string | null
  readonly limitPer: LimitPer
  /** What API keys made with its tokens may have besides the token's own scopes. `*`: those of every registered resource. */
  readonly grantableScopes: readonly string[]
  readonly organizationId: string | null
  readonly disabledAt: Date | null
  readonly createdAt: Date
  readonly updatedAt: Date
  /** Newest first; those whose end has come may be among them until they are swept. */
  readonly secrets: readonly ClientSecret[]
}

/** Can it keep a secret (RFC 6749, 2.1)? It can if it has to prove itself at the token endpoint. */
export function isConfidential(client: Pick<Client, 'tokenEndpointAuthMethod'>): boolean {
  return client.tokenEndpointAuthMethod !== 'none'
}

/** Does it prove itself with a secret that we drew? */
export function usesSecret(client: Pick<Client, 'tokenEndpointAuthMethod'>): boolean {
  return (
    client.tokenEndpointAuthMethod === 'client_secret_basic' || client.tokenEndpointAuthMethod === 'client_secret_post'
  )
}

/** Does a browser come back to an address that any program on the person's device could claim? */
export function hasUnownedRedirect(client: Pick<Client, 'redirectUris'>): boolean {
  return client.redirectUris.some((uri) => isLoopbackRedirect(uri) || isPrivateUseRedirect(uri))
}

/**
 * Its metadata in RFC 7591's names, without secrets and without anything that only an administrator sets: what a standard
 * client library or provider understands.
 */
export function metadataOf(client: Client): Record<string, unknown> & { client_id: string } {
  const optional = {
    scope: client.scope,
    logo_uri: client.logoUri,
    client_uri: client.clientUri,
    policy_uri: client.policyUri,
    tos_uri: client.tosUri,
    jwks_uri: client.jwksUri,
    jwks: client.jwks,
  }
  return {
    ...client.metadata,
    client_id: client.id,
    client_id_issued_at: Math.floor(client.createdAt.getTime() / 1000),
    client_name: client.name,
    redirect_uris: [...client.redirectUris],
    post_logout_redirect_uris: [...client.postLogoutRedirectUris],
    grant_types: [...client.grantTypes],
    response_types: [...client.responseTypes],
    application_type: client.applicationType,
    token_endpoint_auth_method: client.tokenEndpointAuthMethod,
    contacts: [...client.contacts],
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null)),
  }
}
