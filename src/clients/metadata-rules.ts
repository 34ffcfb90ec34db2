/** What the fields of a registration mean together: defaults (RFC 7591, 2, narrowed by OAuth 2.1) and contradictions. */
import type { z } from 'zod'
import { administratorAttributesSchema } from './administrator-attributes.ts'
import { isConfidential, type Client } from './client.ts'
import { clientMetadataSchema, uncolumnedFields, type ClientMetadata } from './metadata.ts'
import { checkRedirectUri } from './redirect-uri.ts'

/** Something wrong with the input: `path` in the names of the input, like `redirect_uris.0`. */
export interface Fault {
  readonly path: string
  readonly message: string
}

/** Everything that a client is but for its id, its times and its secrets. `name` null: it is called by its client_id. */
export type Registration = Omit<
  Client,
  'id' | 'name' | 'origin' | 'disabledAt' | 'createdAt' | 'updatedAt' | 'secrets'
> & {
  readonly name: string | null
}

export type RegistrationCheck = { ok: true; registration: Registration } | { ok: false; faults: Fault[] }

/** Checks metadata and administrator's attributes at once, and names every fault of both. */
export function checkRegistration(metadata: unknown, attributes: unknown = {}): RegistrationCheck {
  const parsed = clientMetadataSchema.safeParse(metadata)
  const attributed = administratorAttributesSchema.safeParse(attributes)
  if (!parsed.success || !attributed.success) {
    return { ok: false, faults: [parsed, attributed].flatMap(({ error }) => (error ? faultsOf(error) : [])) }
  }
  const registration = { ...complete(parsed.data), ...attributesOf(attributed.data) }
  const faults = [...metadataFaults(parsed.data, registration), ...attributeFaults(registration)]
  return faults.length === 0 ? { ok: true, registration } : { ok: false, faults }
}

type FromMetadata = Omit<Registration, keyof ReturnType<typeof attributesOf>>

function attributesOf(attributes: z.output<typeof administratorAttributesSchema>) {
  return {
    verified: attributes.verified,
    pkceExempt: attributes.pkce_exempt,
    introspects: attributes.introspects,
    tier: attributes.tier,
    limitPer: attributes.limit_per,
    grantableScopes: attributes.grantable_scopes,
    organizationId: attributes.organization_id,
    slug: attributes.slug,
  }
}

function complete(metadata: ClientMetadata): FromMetadata {
  // RFC 7591's default is the code grant alone; every such client gets refresh tokens here unless it names its grants without them.
  const grantTypes = metadata.grant_types ?? ['authorization_code', 'refresh_token']
  return {
    name: metadata.client_name ?? null,
    redirectUris: metadata.redirect_uris ?? [],
    postLogoutRedirectUris: metadata.post_logout_redirect_uris ?? [],
    grantTypes,
    responseTypes: metadata.response_types ?? (grantTypes.includes('authorization_code') ? ['code'] : []),
    applicationType: metadata.application_type ?? inferApplicationType(metadata),
    tokenEndpointAuthMethod: metadata.token_endpoint_auth_method ?? 'client_secret_basic',
    scope: metadata.scope ?? null,
    contacts: metadata.contacts ?? [],
    clientUri: metadata.client_uri ?? null,
    logoUri: metadata.logo_uri ?? null,
    policyUri: metadata.policy_uri ?? null,
    tosUri: metadata.tos_uri ?? null,
    jwksUri: metadata.jwks_uri ?? null,
    jwks: metadata.jwks ?? null,
    metadata: Object.fromEntries(
      uncolumnedFields.flatMap((field) => (metadata[field] === undefined ? [] : [[field, metadata[field]]])),
    ),
  }
}

/** RFC 8252, 7.3: an app on a person's device listens at whatever port is free, which only a native client may. */
function inferApplicationType(metadata: ClientMetadata): Client['applicationType'] {
  const kinds = (metadata.redirect_uris ?? []).map(kindOf)
  const isPublic = metadata.token_endpoint_auth_method === 'none'
  return kinds.includes('private_use') || (isPublic && kinds.includes('loopback')) ? 'native' : 'web'
}

function metadataFaults(given: ClientMetadata, completed: FromMetadata): Fault[] {
  const { grantTypes, responseTypes, applicationType, redirectUris } = completed
  const method = completed.tokenEndpointAuthMethod
  const usesCode = grantTypes.includes('authorization_code')
  const faults: Fault[] = []
  const fault = (path: string, message: string) => faults.push({ path, message })

  if (grantTypes.length === 0) fault('grant_types', 'must name at least one grant')
  if (usesCode && redirectUris.length === 0)
    fault('redirect_uris', 'must have at least one entry for authorization_code')
  if (usesCode !== responseTypes.includes('code')) {
    fault('response_types', 'must have code if, and only if, grant_types has authorization_code')
  }
  if (grantTypes.includes('refresh_token') && !usesCode) {
    fault('grant_types', 'refresh_token has no use without authorization_code: nothing else gives a refresh token')
  }
  if (grantTypes.includes('client_credentials') && !isConfidential(completed)) {
    fault(
      'grant_types',
      'client_credentials is for clients that prove themselves: token_endpoint_auth_method must not be none',
    )
  }
  if (given.jwks !== undefined && given.jwks_uri !== undefined) fault('jwks_uri', 'must not be used together with jwks')
  if (method === 'private_key_jwt' && given.jwks === undefined && given.jwks_uri === undefined) {
    fault('jwks', 'jwks or jwks_uri is needed for private_key_jwt')
  }
  if (given.token_endpoint_auth_signing_alg !== undefined && method !== 'private_key_jwt') {
    fault('token_endpoint_auth_signing_alg', 'is for private_key_jwt only')
  }
  for (const field of ['redirect_uris', 'post_logout_redirect_uris'] as const) {
    given[field]?.forEach((uri, index) => {
      const message = contradiction(applicationType, uri)
      if (message !== null) fault(`${field}.${index}`, message)
    })
  }
  return faults
}

/** OpenID Connect Dynamic Registration, 2: which addresses go with which kind of application. */
function contradiction(applicationType: Client['applicationType'], uri: string): string | null {
  const kind = kindOf(uri)
  if (applicationType === 'web' && kind === 'private_use') return 'a scheme of its own is for application_type native'
  const host = new URL(uri).hostname
  if (applicationType === 'native' && kind === 'https' && ['localhost', '127.0.0.1', '[::1]'].includes(host)) {
    return 'a native application comes back to this machine by http, not https'
  }
  return null
}

function attributeFaults({ pkceExempt, introspects, ...client }: Registration): Fault[] {
  const faults: Fault[] = []
  if (pkceExempt && !(isConfidential(client) && client.grantTypes.includes('authorization_code'))) {
    faults.push({ path: 'pkce_exempt', message: 'is for a confidential client with the authorization_code grant only' })
  }
  if (introspects.length > 0 && !isConfidential(client)) {
    faults.push({
      path: 'introspects',
      message: 'is for clients that prove themselves: token_endpoint_auth_method must not be none',
    })
  }
  return faults
}

function kindOf(uri: string) {
  const checked = checkRedirectUri(uri)
  return checked.ok ? checked.kind : null
}

/** What people try, and what to do instead. */
const hints: Readonly<Record<string, string>> = {
  client_id: 'is drawn here, not chosen',
  client_secret: 'is drawn here, not chosen',
  verified: 'is not client metadata: an administrator sets it apart',
  pkce_exempt: 'is not client metadata: an administrator sets it apart',
  introspects: 'is not client metadata: an administrator sets it apart',
  tier: 'is not client metadata: an administrator sets it apart',
  limit_per: 'is not client metadata: an administrator sets it apart',
  grantable_scopes: 'is not client metadata: an administrator sets it apart',
  organization_id: 'is not client metadata: an administrator sets it apart',
  slug: 'is not client metadata: an administrator sets it apart',
}

function faultsOf(error: z.ZodError): Fault[] {
  return error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [{ path: issue.path.join('.'), message: issue.message }]
    return issue.keys.map((key) => ({ path: [...issue.path, key].join('.'), message: hints[key] ?? 'is not known' }))
  })
}
