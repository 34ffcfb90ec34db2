import { describe, expect, test } from 'vitest'
import { checkRegistration } from '../../src/clients/metadata-rules.ts'

const callback = 'https://app.example.com/callback'
const publicKey = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', kid: '1' }

function registrationOf(metadata: object, attributes: object = {}) {
  const checked = checkRegistration(metadata, attributes)
  if (!checked.ok) throw new Error(JSON.stringify(checked.faults))
  return checked.registration
}

function faultsOf(metadata: unknown, attributes: object = {}): Record<string, string> {
  const checked = checkRegistration(metadata, attributes)
  return checked.ok ? {} : Object.fromEntries(checked.faults.map(({ path, message }) => [path, message]))
}

describe('the defaults of a registration', () => {
  test('are a confidential web client with the code grant and refresh tokens', () => {
    expect(registrationOf({ redirect_uris: [callback] })).toMatchObject({
      name: null,
      grantTypes: ['authorization_code', 'refresh_token'],
      responseTypes: ['code'],
      applicationType: 'web',
      tokenEndpointAuthMethod: 'client_secret_basic',
      scope: null,
      metadata: {},
      verified: false,
      pkceExempt: false,
      introspects: [],
      tier: null,
      organizationId: null,
    })
  })

  test('leave out refresh tokens where the grants are named without them', () => {
    const { grantTypes } = registrationOf({ redirect_uris: [callback], grant_types: ['authorization_code'] })
    expect(grantTypes).toEqual(['authorization_code'])
  })

  test('ask a machine client for no redirect URI and no response type', () => {
    const machine = registrationOf({ grant_types: ['client_credentials'] })
    expect(machine).toMatchObject({ responseTypes: [], redirectUris: [] })
  })

  test.for([
    ['a public client on a loopback port', ['http://localhost:3000/callback'], 'none', 'native'],
    ['a public client with a scheme of its own', ['com.example.app:/callback'], 'none', 'native'],
    ['a confidential client with a scheme of its own', ['com.example.app:/callback'], 'client_secret_post', 'native'],
    ['a confidential client on a loopback port', ['http://localhost:3000/callback'], 'client_secret_basic', 'web'],
    ['a public client at an https address', [callback], 'none', 'web'],
  ] as const)('infer the kind of %s', ([, redirect_uris, token_endpoint_auth_method, applicationType]) => {
    expect(registrationOf({ redirect_uris, token_endpoint_auth_method })).toMatchObject({ applicationType })
  })

  test('count a repeated entry once', () => {
    expect(registrationOf({ redirect_uris: [callback, callback], scope: 'openid openid' })).toMatchObject({
      redirectUris: [callback],
      scope: 'openid',
    })
  })

  test('keep what has no column of its own, in its wire name', () => {
    const given = { default_max_age: 3600, require_auth_time: true, id_token_signed_response_alg: 'ES256' }
    expect(registrationOf({ redirect_uris: [callback], ...given }).metadata).toEqual(given)
  })
})

describe('a registration', () => {
  test('with an unknown field is refused by that name', () => {
    expect(faultsOf({ redirect_uris: [callback], redirect_uri: callback })).toEqual({ redirect_uri: 'is not known' })
  })

  test.for(['verified', 'pkce_exempt', 'introspects', 'tier', 'organization_id'])(
    'can not grant itself %s',
    (attribute) => {
      expect(faultsOf({ redirect_uris: [callback], [attribute]: true })[attribute]).toContain('not client metadata')
    },
  )

  test.for(['client_id', 'client_secret'])('can not choose its %s', (field) => {
    expect(faultsOf({ redirect_uris: [callback], [field]: 'chosen' })[field]).toContain('drawn here')
  })

  test('names every fault at once', () => {
    const faults = faultsOf({
      redirect_uris: ['http://app.example.com/'],
      contacts: ['nobody'],
      logo_uri: 'javascript:alert(1)',
      grant_types: ['password'],
    })
    expect(Object.keys(faults)).toEqual(['redirect_uris.0', 'grant_types.0', 'contacts.0', 'logo_uri'])
  })

  test.for([null, 'text', [], 1])('that is no object is refused: %j', (input) => {
    expect(checkRegistration(input).ok).toBe(false)
  })

  test.for([
    ['the code grant without a redirect URI', {}, 'redirect_uris'],
    ['no grant at all', { grant_types: [] }, 'grant_types'],
    ['the implicit grant', { redirect_uris: [callback], response_types: ['token'] }, 'response_types.0'],
    ['the password grant', { grant_types: ['password'] }, 'grant_types.0'],
    [
      'client credentials for a public client',
      { grant_types: ['client_credentials'], token_endpoint_auth_method: 'none' },
      'grant_types',
    ],
    ['refresh tokens without the code grant', { grant_types: ['client_credentials', 'refresh_token'] }, 'grant_types'],
    [
      'a response type without its grant',
      { grant_types: ['client_credentials'], response_types: ['code'] },
      'response_types',
    ],
    ['a grant without its response type', { redirect_uris: [callback], response_types: [] }, 'response_types'],
    [
      'private_key_jwt without a key',
      { redirect_uris: [callback], token_endpoint_auth_method: 'private_key_jwt' },
      'jwks',
    ],
    [
      'client_secret_jwt, which needs the secret in plain',
      { redirect_uris: [callback], token_endpoint_auth_method: 'client_secret_jwt' },
      'token_endpoint_auth_method',
    ],
    [
      'two sources of keys',
      { redirect_uris: [callback], jwks: { keys: [publicKey] }, jwks_uri: 'https://app.example.com/jwks' },
      'jwks_uri',
    ],
    ['keys over http', { redirect_uris: [callback], jwks_uri: 'http://app.example.com/jwks' }, 'jwks_uri'],
    ['a private key', { redirect_uris: [callback], jwks: { keys: [{ ...publicKey, d: 'd' }] } }, 'jwks.keys.0'],
    [
      'a key that goes on within',
      { redirect_uris: [callback], jwks: { keys: [{ ...publicKey, x: [[[[]]]] }] } },
      'jwks.keys.0',
    ],
    ['a key of no text', { redirect_uris: [callback], jwks: { keys: [{ ...publicKey, kid: 'a\0b' }] } }, 'jwks.keys.0'],
    ['a symmetric key', { redirect_uris: [callback], jwks: { keys: [{ kty: 'oct', k: 'k' }] } }, 'jwks.keys.0'],
    [
      'an ID token signed with the secret',
      { redirect_uris: [callback], id_token_signed_response_alg: 'HS256' },
      'id_token_signed_response_alg',
    ],
    [
      'a web client with a scheme of its own',
      { redirect_uris: ['com.example.app:/cb'], application_type: 'web' },
      'redirect_uris.0',
    ],
    [
      'a native client at https on this machine',
      { redirect_uris: ['https://localhost/cb'], application_type: 'native' },
      'redirect_uris.0',
    ],
    [
      'a name that turns the text around',
      { redirect_uris: [callback], client_name: 'Bank \u202egro.live' },
      'client_name',
    ],
    ['a name with a line break', { redirect_uris: [callback], client_name: 'Bank\nof X' }, 'client_name'],
    ['an empty name', { redirect_uris: [callback], client_name: ' ' }, 'client_name'],
    ['scopes separated by two spaces', { redirect_uris: [callback], scope: 'a  b' }, 'scope'],
    ['a quote in a scope', { redirect_uris: [callback], scope: 'a"b' }, 'scope'],
    [
      'a sign-out address with a fragment',
      { redirect_uris: [callback], post_logout_redirect_uris: [`${callback}#x`] },
      'post_logout_redirect_uris.0',
    ],
  ] as const)('is refused with %s', ([, metadata, path]) => {
    expect(Object.keys(faultsOf(metadata))).toContain(path)
  })

  test.for([
    [
      'a PKCE exemption for a public client',
      { redirect_uris: [callback], token_endpoint_auth_method: 'none' },
      { pkce_exempt: true },
      'pkce_exempt',
    ],
    [
      'a PKCE exemption without the code grant',
      { grant_types: ['client_credentials'] },
      { pkce_exempt: true },
      'pkce_exempt',
    ],
    [
      'introspection by a public client',
      { redirect_uris: [callback], token_endpoint_auth_method: 'none' },
      { introspects: ['https://api.example.com'] },
      'introspects',
    ],
    ['an unknown attribute', { redirect_uris: [callback] }, { admin: true }, 'admin'],
  ] as const)(
    "is refused with an administrator's attribute that makes no sense: %s",
    ([, metadata, attributes, path]) => {
      expect(Object.keys(faultsOf(metadata, attributes))).toEqual([path])
    },
  )
})
