/** What a client library reads before anything else: both discovery documents and the keys. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const documents = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'] as const

async function json(path: string): Promise<Record<string, unknown>> {
  const response = await fetch(server.url + path)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toMatch(/^application\/(jwk-set\+)?json/)
  return (await response.json()) as Record<string, unknown>
}

test.for(documents)('%s names our issuer and our endpoints', async (path) => {
  expect(await json(path)).toMatchObject({
    issuer: server.url,
    authorization_endpoint: `${server.url}/oauth2/authorize`,
    token_endpoint: `${server.url}/oauth2/token`,
    userinfo_endpoint: `${server.url}/oauth2/userinfo`,
    jwks_uri: `${server.url}/oauth2/jwks`,
    introspection_endpoint: `${server.url}/oauth2/introspect`,
    revocation_endpoint: `${server.url}/oauth2/revoke`,
    end_session_endpoint: `${server.url}/oauth2/logout`,
  })
})

test('both documents say the same', async () => {
  const [first, second] = await Promise.all(documents.map(json))
  expect(first).toEqual(second)
})

test('says what OAuth 2.1 asks for, and nothing that it forbids', async () => {
  const document = await json(documents[0])
  expect(document).toMatchObject({
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    claims_parameter_supported: true,
    subject_types_supported: ['public'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
  })
  const grantTypes = document['grant_types_supported'] as string[]
  expect(grantTypes.toSorted()).toEqual(['authorization_code', 'client_credentials', 'refresh_token'])
  const methods = document['token_endpoint_auth_methods_supported'] as string[]
  expect(methods.toSorted()).toEqual(['client_secret_basic', 'client_secret_post', 'none', 'private_key_jwt'])
})

test('says which languages people are spoken to in, and where developers read', async () => {
  expect(await json('/.well-known/openid-configuration')).toMatchObject({
    ui_locales_supported: ['en', 'de', 'es', 'fr', 'ja'],
    service_documentation: `${server.url}/docs`,
  })
})

test('offers no symmetric algorithm and no unsigned one anywhere', async () => {
  const document = await json(documents[0])
  const algorithms = Object.entries(document).flatMap(([name, value]) =>
    name.endsWith('_alg_values_supported') || name.endsWith('_enc_values_supported') ? (value as string[]) : [],
  )
  expect(algorithms.length).toBeGreaterThan(0)
  expect(algorithms.filter((name) => /^(HS|A\d+.*KW|dir|none|RSA1)/.test(name))).toEqual([])
})

test('offers no endpoint that is not served', async () => {
  const document = await json(documents[0])
  for (const name of [
    'registration_endpoint',
    'pushed_authorization_request_endpoint',
    'device_authorization_endpoint',
    'backchannel_authentication_endpoint',
    'check_session_iframe',
  ]) {
    expect(document).not.toHaveProperty(name)
  }
  expect(document['request_parameter_supported']).not.toBe(true)
  expect(document['request_uri_parameter_supported']).not.toBe(true)
})

test('publishes keys without a private part', async () => {
  const { keys } = (await json('/oauth2/jwks')) as { keys: Record<string, unknown>[] }
  expect(keys.map(({ alg }) => String(alg)).toSorted()).toEqual(['ES256', 'RS256'])
  for (const key of keys) {
    expect(key).toMatchObject({ use: 'sig', kid: expect.stringMatching(/^sgk_/) as string })
    expect(
      Object.keys(key).filter((name) => ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'].includes(name)),
    ).toEqual([])
  }
})

test('may be read by a page of any origin', async () => {
  for (const path of [...documents, '/oauth2/jwks']) {
    const response = await fetch(server.url + path, { headers: { origin: 'https://anywhere.example' } })
    expect(response.headers.get('access-control-allow-origin')).toMatch(/^(\*|https:\/\/anywhere\.example)$/)
  }
})
