/** Clients of a Keycloak realm: of `kc.sh export`, of the console's partial export, or of the admin API. */
import { z } from 'zod'
import { parseExport, UnreadableExport, type Converted, type ConversionNote } from '../../http/api/converted.ts'

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
const list = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? [])
const flag = z.boolean().default(false)

const client = z.looseObject({
  clientId: z.string(),
  name: text,
  enabled: z.boolean().default(true),
  protocol: text,
  publicClient: flag,
  bearerOnly: flag,
  standardFlowEnabled: z.boolean().default(true),
  implicitFlowEnabled: flag,
  directAccessGrantsEnabled: flag,
  serviceAccountsEnabled: flag,
  authorizationServicesEnabled: flag,
  clientAuthenticatorType: text,
  secret: text,
  rootUrl: text,
  redirectUris: list,
  attributes: z
    .record(z.string(), text)
    .nullish()
    .transform((value) => value ?? {}),
  protocolMappers: z.array(z.unknown()).default([]),
  defaultClientScopes: list,
  optionalClientScopes: list,
})

type Client = z.output<typeof client>

const file = z.union([z.looseObject({ clients: z.array(client) }), z.array(client)])

/** Keycloak's own, of every realm; that of the realm `master` has one more for each other realm. */
const builtIn: ReadonlySet<string> = new Set([
  'account',
  'account-console',
  'admin-cli',
  'broker',
  'realm-management',
  'security-admin-console',
])

/** @throws {UnreadableExport} */
export function readKeycloakClients(exported: string): Converted {
  const parsed = file.safeParse(parseExport(exported))
  if (!parsed.success) {
    throw new UnreadableExport(
      'This is no Keycloak export with clients: make one with kc.sh export, which has their secrets in it.',
    )
  }
  const clients = Array.isArray(parsed.data) ? parsed.data : parsed.data.clients
  const notes: ConversionNote[] = []
  return { rows: clients.flatMap((one) => rowOf(one, notes)), notes }
}

function rowOf(given: Client, notes: ConversionNote[]): Record<string, unknown>[] {
  const about = given.clientId
  const note = (message: string) => notes.push({ about, message, skipped: false })
  const why = whyNot(given)
  if (why !== null) {
    notes.push({ about, message: why, skipped: true })
    return []
  }
  if (given.implicitFlowEnabled) note('The implicit flow is none that there is here: the code flow is.')
  if (given.directAccessGrantsEnabled)
    note('Direct access grants (passwords given to the app) are none that there are here.')
  if (given.authorizationServicesEnabled) note('Its authorization services stay behind.')
  if (given.protocolMappers.length > 0) note('Its protocol mappers stay behind.')
  const { name, attributes, standardFlowEnabled: usesCode } = given
  const attribute = (key: string, field: string) => {
    const value = attributes[key] ?? ''
    return value === '' ? {} : { [field]: value }
  }
  const row = {
    client_id: given.clientId,
    ...(name === '' || name.startsWith('${') ? {} : { client_name: name }),
    grant_types: [
      ...(usesCode ? ['authorization_code', 'refresh_token'] : []),
      ...(actsAlone(given) ? ['client_credentials'] : []),
    ],
    ...(usesCode ? { redirect_uris: redirectUris(given, given.redirectUris, note) } : {}),
    ...logoutUris(given, note),
    ...authentication(given, note),
    ...scopeOf(given, usesCode),
    ...attribute('logoUri', 'logo_uri'),
    ...attribute('policyUri', 'policy_uri'),
    ...attribute('tosUri', 'tos_uri'),
    ...(given.enabled ? {} : { disabled: true }),
  }
  return [row]
}

function whyNot(given: Client): string | null {
  if (builtIn.has(given.clientId)) return 'It is one of Keycloak’s own clients.'
  if (given.protocol !== '' && given.protocol !== 'openid-connect') return `It speaks ${given.protocol}.`
  if (given.bearerOnly) {
    return given.clientId.endsWith('-realm')
      ? 'It is one of Keycloak’s own clients.'
      : 'It is an API (bearer only): register it as a resource.'
  }
  if (given.standardFlowEnabled || actsAlone(given)) return null
  return 'It has no flow that there is here: neither the standard flow nor service accounts are enabled.'
}

function actsAlone({ serviceAccountsEnabled, publicClient }: Client): boolean {
  return serviceAccountsEnabled && !publicClient
}

/**
 * Those with a wildcard are left out, and said, where others are left; where none is, they stay in the row, of which the
 * import then says that it has no address that it could come back to.
 */
function redirectUris(given: Client, uris: readonly string[], note: (message: string) => void): string[] {
  const absolute = uris.map((uri) => (uri.startsWith('/') ? `${given.rootUrl.replace(/\/$/, '')}${uri}` : uri))
  const whole = absolute.filter((uri) => !uri.includes('*'))
  const wild = absolute.filter((uri) => uri.includes('*'))
  if (wild.length > 0) {
    note(`Each address is registered and compared whole, so these with a wildcard can’t be: ${wild.join(', ')}.`)
  }
  return whole.length > 0 ? whole : absolute
}

/** Parted by `##`; `+` stands for the redirect URIs, `-` for none. */
function logoutUris(given: Client, note: (message: string) => void): object {
  const said = (given.attributes['post.logout.redirect.uris'] ?? '')
    .split('##')
    .filter((uri) => uri !== '' && uri !== '-')
  const uris = said.flatMap((uri) => (uri === '+' ? given.redirectUris : [uri])).filter((uri) => !uri.includes('*'))
  const wild = said.filter((uri) => uri.includes('*'))
  if (wild.length > 0) note(`These addresses after signing out have a wildcard: ${wild.join(', ')}.`)
  const absolute = uris.length === 0 ? [] : redirectUris(given, uris, note)
  return absolute.length === 0 ? {} : { post_logout_redirect_uris: absolute }
}

function authentication(given: Client, note: (message: string) => void): object {
  if (given.publicClient) return { token_endpoint_auth_method: 'none' }
  const { attributes, secret, clientAuthenticatorType: type } = given
  if (type === 'client-jwt') {
    const jwksUri = attributes['use.jwks.url'] === 'true' ? (attributes['jwks.url'] ?? '') : ''
    const jwks = attributes['use.jwks.string'] === 'true' ? parseExport(attributes['jwks.string'] ?? '') : null
    if (jwksUri !== '') return { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: jwksUri }
    if (jwks !== null) return { token_endpoint_auth_method: 'private_key_jwt', jwks }
  }
  if (type !== '' && type !== 'client-secret') {
    note(`It proves itself by ${type}, which can’t be taken over: from now on by a secret.`)
  }
  const masked = /^\*+$/.test(secret)
  if (masked) note('Its secret is masked: export the realm with kc.sh export, or give it another one.')
  return {
    token_endpoint_auth_method: 'client_secret_basic',
    ...(secret === '' || masked ? {} : { client_secret: secret }),
  }
}

/** Keycloak's own, which say nothing here. */
const ownScopes: ReadonlySet<string> = new Set([
  'acr',
  'address',
  'basic',
  'microprofile-jwt',
  'organization',
  'phone',
  'roles',
  'service_account',
  'web-origins',
])
const openidScopes: ReadonlySet<string> = new Set(['openid', 'profile', 'email', 'offline_access'])

/** All others are the platform's: there must be a resource with them. */
function scopeOf({ defaultClientScopes, optionalClientScopes }: Client, usesCode: boolean): object {
  const named = [...defaultClientScopes, ...optionalClientScopes]
  if (named.length === 0) return {}
  const known = named.filter((name) => !ownScopes.has(name) && (usesCode || !openidScopes.has(name)))
  const scope = [...new Set([...(usesCode ? ['openid'] : []), ...known])].join(' ')
  return scope === '' ? {} : { scope }
}
