import { describe, expect, test } from 'vitest'
import { readHydraClients } from '../../src/clients/import/hydra.ts'
import { readKeycloakClients } from '../../src/clients/import/keycloak.ts'
import { clientRowFields, readClient } from '../../src/clients/import/row.ts'
import { parseRow } from '../../src/http/api/import-rows.ts'
import { UnreadableExport } from '../../src/http/api/converted.ts'

const now = new Date('2026-11-01T00:00:00Z')

/** What the import makes of a row, or the paths of its faults. */
function read(row: unknown) {
  const fields = parseRow(clientRowFields, row)
  const client = fields.ok ? readClient(fields.value, { now }) : fields
  return client.ok ? client.value : client.errors.map(({ path }) => path)
}

const notesOf = (notes: { about: string | null; skipped: boolean; message: string }[], about: string | null) =>
  notes.filter((note) => note.about === about).map(({ skipped, message }) => `${skipped ? 'skipped: ' : ''}${message}`)

/** What Hydra 2 writes of every client that has none of it. */
const unset = {
  audience: [],
  owner: '',
  policy_uri: '',
  allowed_cors_origins: [],
  tos_uri: '',
  client_uri: '',
  logo_uri: '',
  contacts: null,
  client_secret_expires_at: 0,
  jwks: {},
  userinfo_signed_response_alg: 'none',
  metadata: {},
  skip_consent: false,
  skip_logout_consent: null,
  authorization_code_grant_access_token_lifespan: null,
  client_credentials_grant_access_token_lifespan: null,
  refresh_token_grant_refresh_token_lifespan: null,
  updated_at: '2023-05-01T10:00:00Z',
}

const hydra = {
  items: [
    {
      client_id: '8a2f7c1e-0e4d-4a5c-9e39-2a8a9d6b4f10',
      client_name: 'Dashboard',
      redirect_uris: ['https://app.example.com/callback'],
      grant_types: ['authorization_code', 'refresh_token', 'implicit'],
      response_types: ['code', 'id_token'],
      scope: 'openid offline_access offline reports:read',
      subject_type: 'public',
      token_endpoint_auth_method: 'client_secret_post',
      created_at: '2022-03-01T09:30:00.000000+02:00',
      ...unset,
      skip_consent: true,
      backchannel_logout_uri: 'https://app.example.com/logout',
      authorization_code_grant_access_token_lifespan: '1h0m0s',
    },
    {
      client_id: 'worker',
      client_name: '',
      client_secret: '$pbkdf2-sha256$i=25000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$hZTeySA3hEVlE00dc9S4u7qVzcZBzmihVkTwkPCkzgw',
      redirect_uris: null,
      grant_types: ['client_credentials', 'refresh_token'],
      response_types: [],
      scope: 'reports:read',
      subject_type: 'pairwise',
      token_endpoint_auth_method: 'client_secret_basic',
      ...unset,
    },
    {
      client_id: 'cli app',
      redirect_uris: ['http://127.0.0.1/callback'],
      grant_types: [],
      token_endpoint_auth_method: 'none',
      ...unset,
    },
  ],
  is_last_page: false,
  next_page_token: 'abc',
}

describe('a list of Hydra', () => {
  const { rows, notes } = readHydraClients(JSON.stringify(hydra))

  test('gives rows that the import takes', () => {
    const [dashboard, worker, app] = rows.map(read)
    expect(dashboard).toMatchObject({
      id: '8a2f7c1e-0e4d-4a5c-9e39-2a8a9d6b4f10',
      registration: {
        name: 'Dashboard',
        redirectUris: ['https://app.example.com/callback'],
        grantTypes: ['authorization_code', 'refresh_token'],
        responseTypes: ['code'],
        scope: 'openid offline_access reports:read',
        tokenEndpointAuthMethod: 'client_secret_post',
      },
      secret: null,
      createdAt: new Date('2022-03-01T07:30:00Z'),
      warnings: [{ code: 'no_secret' }],
    })
    expect(worker).toMatchObject({
      registration: { name: null, grantTypes: ['client_credentials'], scope: 'reports:read' },
      secret: { kind: 'hash', algorithm: 'pbkdf2' },
    })
    expect(app).toMatchObject({
      id: 'cli app',
      registration: { grantTypes: ['authorization_code'], tokenEndpointAuthMethod: 'none' },
      warnings: [],
    })
  })

  test('says what stays behind, field by field', () => {
    expect(notesOf(notes, '8a2f7c1e-0e4d-4a5c-9e39-2a8a9d6b4f10')).toEqual([
      'The grants implicit are none that there are here.',
      'The response types id_token are none that there are here: code alone is.',
      'What is said of skip_consent, authorization_code_grant_access_token_lifespan, backchannel_logout_uri stays behind.',
    ])
    expect(notesOf(notes, 'worker').join()).toContain('subjects')
    expect(notesOf(notes, 'cli app')).toEqual([])
    expect(notesOf(notes, null).join()).toContain('another page')
  })

  test('is taken as an array, too, and told from other files', () => {
    expect(readHydraClients(JSON.stringify(hydra.items)).rows).toEqual(rows)
    for (const text of ['', '{}', '[{"clientId":"x"}]']) expect(() => readHydraClients(text)).toThrow(UnreadableExport)
  })
})

/** What Keycloak writes of every client. */
const usual = {
  id: 'b1a4c1de-7d5c-4c5d-8f4d-0f2b9b9d6a11',
  surrogateAuthRequired: false,
  enabled: true,
  alwaysDisplayInConsole: false,
  clientAuthenticatorType: 'client-secret',
  webOrigins: [],
  notBefore: 0,
  bearerOnly: false,
  consentRequired: false,
  standardFlowEnabled: true,
  implicitFlowEnabled: false,
  directAccessGrantsEnabled: false,
  serviceAccountsEnabled: false,
  publicClient: false,
  frontchannelLogout: false,
  protocol: 'openid-connect',
  attributes: {},
  fullScopeAllowed: true,
  nodeReRegistrationTimeout: -1,
  defaultClientScopes: ['web-origins', 'acr', 'roles', 'profile', 'basic', 'email'],
  optionalClientScopes: ['address', 'phone', 'offline_access', 'organization', 'microprofile-jwt'],
}

const realm = {
  realm: 'platform',
  clients: [
    { ...usual, clientId: 'account', name: '${client_account}', redirectUris: ['/realms/platform/account/*'] },
    { ...usual, clientId: 'admin-cli', publicClient: true, standardFlowEnabled: false },
    { ...usual, clientId: 'platform-realm', bearerOnly: true },
    {
      ...usual,
      clientId: 'dashboard',
      name: 'Dashboard',
      rootUrl: 'https://app.example.com',
      redirectUris: ['/callback', 'https://app.example.com/other/*'],
      secret: 'fBvAGQ0hYyz6cGTjV4pUVWHXUK8xqv2R',
      directAccessGrantsEnabled: true,
      attributes: {
        'post.logout.redirect.uris': '/bye##https://app.example.com/out',
        logoUri: 'https://app.example.com/logo.png',
        'client.secret.creation.time': '1700000000',
      },
      protocolMappers: [{ name: 'audience', protocolMapper: 'oidc-audience-mapper' }],
    },
    {
      ...usual,
      clientId: 'worker',
      standardFlowEnabled: false,
      serviceAccountsEnabled: true,
      secret: '**********',
      defaultClientScopes: ['roles', 'reports:read', 'profile'],
      optionalClientScopes: [],
      enabled: false,
    },
    {
      ...usual,
      clientId: 'spa',
      publicClient: true,
      redirectUris: ['https://*.example.com/*'],
      serviceAccountsEnabled: true,
    },
    {
      ...usual,
      clientId: 'signing',
      redirectUris: ['https://signing.example.com/cb'],
      clientAuthenticatorType: 'client-jwt',
      attributes: { 'use.jwks.url': 'true', 'jwks.url': 'https://signing.example.com/jwks' },
    },
    { ...usual, clientId: 'https://sp.example.com', protocol: 'saml' },
    { ...usual, clientId: 'reports-api', bearerOnly: true },
    { ...usual, clientId: 'nothing', standardFlowEnabled: false },
  ],
}

describe('a realm of Keycloak', () => {
  const { rows, notes } = readKeycloakClients(JSON.stringify(realm))

  test('gives rows that the import takes, but for addresses with wildcards alone', () => {
    expect(rows.map((row) => row['client_id'])).toEqual(['dashboard', 'worker', 'spa', 'signing'])
    const [dashboard, worker, spa, signing] = rows.map(read)
    expect(dashboard).toMatchObject({
      registration: {
        name: 'Dashboard',
        redirectUris: ['https://app.example.com/callback'],
        postLogoutRedirectUris: ['https://app.example.com/bye', 'https://app.example.com/out'],
        grantTypes: ['authorization_code', 'refresh_token'],
        scope: 'openid profile email offline_access',
        logoUri: 'https://app.example.com/logo.png',
        tokenEndpointAuthMethod: 'client_secret_basic',
      },
      secret: { kind: 'plain', text: 'fBvAGQ0hYyz6cGTjV4pUVWHXUK8xqv2R' },
    })
    expect(worker).toMatchObject({
      registration: { grantTypes: ['client_credentials'], scope: 'reports:read', redirectUris: [] },
      secret: null,
      disabled: true,
      warnings: [{ code: 'no_secret' }],
    })
    expect(spa).toEqual(['/redirect_uris/0'])
    expect(signing).toMatchObject({
      registration: { tokenEndpointAuthMethod: 'private_key_jwt', jwksUri: 'https://signing.example.com/jwks' },
    })
  })

  test('says what stays behind and why, and which addresses have a wildcard', () => {
    const skipped = notes.filter((note) => note.skipped).map(({ about }) => about)
    expect(skipped).toEqual([
      'account',
      'admin-cli',
      'platform-realm',
      'https://sp.example.com',
      'reports-api',
      'nothing',
    ])
    expect(notesOf(notes, 'reports-api').join()).toContain('register it as a resource')
    const said = notesOf(notes, 'dashboard').join('\n')
    for (const word of ['Direct access grants', 'protocol mappers', 'https://app.example.com/other/*']) {
      expect(said).toContain(word)
    }
    expect(notesOf(notes, 'worker').join()).toContain('masked')
    expect(notesOf(notes, 'spa').join()).toContain('https://*.example.com/*')
    expect(JSON.stringify(notes)).not.toContain('fBvAGQ')
  })

  test('is taken as the admin API’s array, too, and told from other files', () => {
    expect(readKeycloakClients(JSON.stringify(realm.clients)).rows).toEqual(rows)
    for (const text of ['', '{}', '[{"client_id":"x"}]']) {
      expect(() => readKeycloakClients(text)).toThrow(UnreadableExport)
    }
  })
})
