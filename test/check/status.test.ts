/** Every answer that `/v1/check` has: the contract's table, row by row, and the order in which reasons count. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { drawApiKey } from '../../src/api-keys/format.ts'
import {
  addApiKey,
  addMember,
  addOrganization,
  addResource,
  addServiceAccount,
  call,
  type CallOptions,
  type Reply,
} from '../support/api.ts'
import { addPerson, startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
const reports = 'https://api.example.com/reports'
const files = 'https://api.example.com/files'
const past = new Date(Date.now() - 1000)

beforeAll(async () => {
  server = await startTestServer({ settings: { TRUSTED_PROXIES: '127.0.0.1,::1' } })
  await addResource(server, 'reports', {
    'reports:read': 'anyone',
    'reports:write': 'anyone',
    'reports:manage': 'org_admin',
    'reports:govern': 'administrator',
  })
  await addResource(server, 'files', { 'files:read': 'anyone' })
  await server.db.tier.create({ data: { name: 'tiny', hour: 2, burstSize: 2, burstRefillPerSecond: 0.001 } })
  await server.db.$executeRaw`SELECT pg_notify('keygrant_changes', '{"kind":"tier","id":"tiny"}')`
})
afterAll(async () => server[Symbol.asyncDispose]())

const check = (query: string, key?: string, options: CallOptions = {}): Promise<Reply> =>
  call(server.url, 'GET', `/v1/check${query}`, { key, ...options })

const mistyped = (key: string) => key.slice(0, -1) + (key.endsWith('0') ? '1' : '0')

interface Row {
  why: string
  /** Columns of the key; null: no key is sent. */
  key?: Parameters<typeof addApiKey>[1] | null
  /** What is sent in its place. */
  sent?: (key: string) => CallOptions
  query?: string
  status: number
  code: string
}

const scopes = ['reports:read', 'reports:write']
const table: Row[] = [
  { why: 'a live key', status: 200, code: 'valid' },
  { why: 'a key in X-API-Key', sent: (key) => ({ headers: { 'x-api-key': key } }), status: 200, code: 'valid' },
  {
    why: 'a scheme in another case',
    sent: (key) => ({ headers: { authorization: `bEARER ${key}` } }),
    status: 200,
    code: 'valid',
  },
  { why: 'a scope that it has', query: '?scope=reports:read', status: 200, code: 'valid' },
  { why: 'all scopes that it has', query: '?scope=reports:read+reports:write', status: 200, code: 'valid' },
  { why: 'a registered resource', query: `?resource=${reports}`, status: 200, code: 'valid' },
  {
    why: 'the resource that it is for',
    key: { resource: reports },
    query: `?resource=${reports}`,
    status: 200,
    code: 'valid',
  },
  {
    why: 'a test key where tests are',
    key: { environment: 'test' },
    query: '?environment=test',
    status: 200,
    code: 'valid',
  },
  {
    why: 'the address that it may be used from',
    key: { allowedIps: ['192.0.2.0/24'] },
    sent: from('192.0.2.7'),
    status: 200,
    code: 'valid',
  },
  {
    why: 'a v6 address that it may be used from',
    key: { allowedIps: ['2001:db8::/32'] },
    sent: from('2001:db8:1::1'),
    status: 200,
    code: 'valid',
  },
  {
    why: 'an exposed key, until it is revoked',
    key: { exposedAt: past, exposedReason: 'leaked' },
    status: 200,
    code: 'valid',
  },

  { why: 'no credential', key: null, status: 401, code: 'missing' },
  { why: 'an empty credential', sent: () => ({ headers: { 'x-api-key': '' } }), status: 401, code: 'missing' },
  { why: 'a mistyped key', sent: (key) => ({ key: mistyped(key) }), status: 401, code: 'malformed' },
  { why: 'something else', sent: () => ({ key: 'hello' }), status: 401, code: 'malformed' },
  { why: 'another scheme', sent: () => ({ headers: { authorization: 'Basic YTpi' } }), status: 401, code: 'malformed' },
  {
    why: 'a key under DPoP',
    sent: (key) => ({ headers: { authorization: `DPoP ${key}` } }),
    status: 401,
    code: 'malformed',
  },
  {
    why: 'an endless credential',
    sent: () => ({ headers: { authorization: `Bearer ${'a'.repeat(9_000)}` } }),
    status: 401,
    code: 'malformed',
  },
  {
    why: 'two credentials',
    sent: (key) => ({ headers: { authorization: `Bearer ${key}`, 'x-api-key': key } }),
    status: 401,
    code: 'bad_request',
  },
  {
    why: 'the same header twice',
    sent: (key) => ({ headers: { authorization: [`Bearer ${key}`, 'Bearer x'] } }),
    status: 401,
    code: 'bad_request',
  },
  { why: 'an unknown key', sent: () => ({ key: drawApiKey('kg', 'live') }), status: 401, code: 'not_found' },
  { why: 'an unknown token', sent: () => ({ key: `kgat_${'a'.repeat(43)}` }), status: 401, code: 'not_found' },
  {
    why: 'a forged JWT',
    sent: () => ({ key: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.AAAA' }),
    status: 401,
    code: 'not_found',
  },
  { why: 'a revoked key', key: { revokedAt: past }, status: 401, code: 'revoked' },
  { why: 'a disabled key', key: { disabledAt: past }, status: 401, code: 'disabled' },
  { why: 'an expired key', key: { expiresAt: past }, status: 401, code: 'expired' },
  {
    why: 'a secret whose grace is over',
    key: { secret: { expiresAt: past, supersededAt: past } },
    status: 401,
    code: 'expired',
  },

  { why: 'an unknown parameter', query: '?scopes=reports:read', status: 401, code: 'bad_request' },
  { why: 'a repeated parameter', query: '?scope=reports:read&scope=', status: 401, code: 'bad_request' },
  { why: 'a cost of nothing', query: '?cost=0', status: 401, code: 'bad_request' },
  { why: 'a negative cost', query: '?cost=-5', status: 401, code: 'bad_request' },
  { why: 'a broken cost', query: '?cost=1.5', status: 401, code: 'bad_request' },
  { why: 'a cost above all', query: '?cost=10001', status: 401, code: 'bad_request' },
  { why: "a cost above the burst's size", query: '?cost=101', status: 401, code: 'bad_request' },
  { why: 'an unknown environment', query: '?environment=staging', status: 401, code: 'bad_request' },
  { why: 'an unknown mode', query: '?mode=off', status: 401, code: 'bad_request' },
  { why: 'an on_limit that lets pass', query: '?on_limit=200', status: 401, code: 'bad_request' },
  { why: 'an unknown policy', query: '/@nothing/v1/x', status: 401, code: 'bad_request' },
  { why: 'a path that is no policy', query: '/reports', status: 401, code: 'bad_request' },

  {
    why: 'a resource that it is not for',
    key: { resource: reports },
    query: `?resource=${files}`,
    status: 403,
    code: 'wrong_resource',
  },
  { why: 'its resource, asked for the default one', key: { resource: reports }, status: 403, code: 'wrong_resource' },
  {
    why: 'a resource that nobody registered',
    query: '?resource=https://nowhere.example',
    status: 403,
    code: 'wrong_resource',
  },
  { why: 'a test key where it is live', key: { environment: 'test' }, status: 403, code: 'wrong_environment' },
  { why: 'a live key where tests are', query: '?environment=test', status: 403, code: 'wrong_environment' },
  {
    why: 'an address that is not allowed',
    key: { allowedIps: ['192.0.2.0/24'] },
    sent: from('198.51.100.1'),
    status: 403,
    code: 'ip_not_allowed',
  },
  { why: 'a scope that it lacks', query: '?scope=files:read', status: 403, code: 'insufficient_scope' },
  {
    why: 'one scope of two that it lacks',
    query: '?scope=reports:read+files:read',
    status: 403,
    code: 'insufficient_scope',
  },
  { why: 'a scope that nobody has', query: '?scope=nonsense', status: 403, code: 'insufficient_scope' },
  {
    why: 'a scope for administrators, held by nobody of them',
    key: { scopes: ['reports:govern'] },
    query: '?scope=reports:govern',
    status: 403,
    code: 'insufficient_scope',
  },

  // The order: the first that applies is told.
  {
    why: 'revoked, before disabled and expired',
    key: { revokedAt: past, disabledAt: past, expiresAt: past },
    status: 401,
    code: 'revoked',
  },
  { why: 'disabled, before expired', key: { disabledAt: past, expiresAt: past }, status: 401, code: 'disabled' },
  { why: 'a bad question, before a missing credential', key: null, query: '?cost=0', status: 401, code: 'bad_request' },
  {
    why: 'revoked, before a wrong resource',
    key: { revokedAt: past, resource: reports },
    query: `?resource=${files}`,
    status: 401,
    code: 'revoked',
  },
  {
    why: 'the resource, before the environment',
    key: { resource: reports, environment: 'test' },
    query: `?resource=${files}`,
    status: 403,
    code: 'wrong_resource',
  },
  {
    why: 'the environment, before the address',
    key: { environment: 'test', allowedIps: ['192.0.2.1'] },
    status: 403,
    code: 'wrong_environment',
  },
  {
    why: 'the address, before the scope',
    key: { allowedIps: ['192.0.2.1'] },
    query: '?scope=files:read',
    status: 403,
    code: 'ip_not_allowed',
  },
]

function from(address: string) {
  return (key: string): CallOptions => ({ key, headers: { 'x-forwarded-for': address } })
}

test.each(table)('$status $code for $why', async ({ key, sent, query = '', status, code }) => {
  const issued = key === null ? null : (await addApiKey(server, { scopes, ...key })).key
  const options = issued === null ? {} : (sent?.(issued) ?? { key: issued })
  const answer = await check(query, undefined, options)
  expect({ status: answer.status, code: answer.headers['x-auth-code'] }).toEqual({ status, code })
  expect(answer.headers).toMatchObject({ 'x-auth-status': String(status), 'cache-control': 'no-store' })
  expect(answer.headers['x-request-id']).toMatch(/^[\w-]{8,}$/)
  expect(answer.body).toBe('')
  expect(answer.headers['www-authenticate'] !== undefined).toBe(status === 401 || code === 'insufficient_scope')
})

describe('what a gateway gets with it', () => {
  const identity = [
    'x-auth-subject',
    'x-auth-kind',
    'x-auth-key-id',
    'x-auth-client-id',
    'x-auth-organization',
    'x-auth-external-id',
    'x-auth-scope',
    'x-auth-tier',
    'x-auth-environment',
  ]

  test('a 200 says who, all of it', async () => {
    const organizationId = await addOrganization(server, { externalId: 'cus_42' })
    const serviceAccountId = await addServiceAccount(server, organizationId)
    const { key, id } = await addApiKey(server, { scopes, organizationId, serviceAccountId, tier: 'pro' })
    const { headers } = await check('?scope=reports:read', key)
    expect(Object.fromEntries(identity.map((name) => [name, headers[name]]))).toEqual({
      'x-auth-subject': serviceAccountId,
      'x-auth-kind': 'api_key',
      'x-auth-key-id': id,
      'x-auth-client-id': '-',
      'x-auth-organization': organizationId,
      'x-auth-external-id': 'cus_42',
      'x-auth-scope': 'reports:read reports:write',
      'x-auth-tier': 'pro',
      'x-auth-environment': 'live',
    })
  })

  test("a key's own external id comes before its organization's, in visible ASCII", async () => {
    const { key } = await addApiKey(server, { externalId: 'Käse, 1%\n' })
    expect((await check('', key)).headers['x-auth-external-id']).toBe('K%C3%A4se,%201%%0A')
  })

  test('a refusal says nothing of who', async () => {
    const { key } = await addApiKey(server, { scopes })
    const { headers } = await check('?scope=files:read', key)
    expect(identity.filter((name) => name in headers)).toEqual([])
  })

  test('a 401 says where to get a token; a missing credential is no error', async () => {
    const bare = await check(`?resource=${reports}`)
    expect(bare.headers['www-authenticate']).toBe(
      `Bearer resource_metadata="${server.url}/.well-known/oauth-protected-resource/reports"`,
    )
    const wrong = await check('', drawApiKey('kg', 'live'))
    expect(wrong.headers['www-authenticate']).toMatch(/^Bearer error="invalid_token", resource_metadata=/)
  })

  test('a missing scope is named', async () => {
    const { key } = await addApiKey(server, { scopes: ['reports:read'] })
    const { headers } = await check('?scope=reports:read+reports:write', key)
    expect(headers['www-authenticate']).toContain('error="insufficient_scope", scope="reports:write"')
  })

  test('a hostile scope of a question breaks no header', async () => {
    const { key } = await addApiKey(server, { scopes })
    const { status, headers } = await check(`?scope=${encodeURIComponent('a"b\r\nx-auth-subject:\u00e9\\')}`, key)
    expect({ status, injected: headers['x-auth-subject'] }).toEqual({ status: 403, injected: undefined })
  })

  test('each answer has limits, and the 429 says when to come back', async () => {
    const { key } = await addApiKey(server, { tier: 'tiny' })
    const first = await check('', key)
    expect(first.headers).toMatchObject({
      'ratelimit-policy': '"hour";q=2;w=3600, "burst";q=2;w=2000',
      ratelimit: expect.stringMatching(/^"hour";r=1;t=\d+, "burst";r=1;t=\d+$/) as string,
      'x-ratelimit-limit': '2',
      'x-ratelimit-remaining': '1',
      'x-ratelimit-reset': expect.stringMatching(/^\d{10}$/) as string,
    })
    await check('', key)
    const third = await check('', key)
    expect(third).toMatchObject({ status: 429, headers: { 'x-auth-code': 'rate_limited', 'x-auth-status': '429' } })
    expect(Number(third.headers['retry-after'])).toBeGreaterThan(900)
    expect(third.headers.ratelimit).toMatch(/^"hour";r=0;t=\d+, "burst";r=0;t=\d+$/)
  })

  test('refused calls charge nothing', async () => {
    const { key } = await addApiKey(server, { scopes, tier: 'tiny' })
    for (let tries = 0; tries < 5; tries++) await check('?scope=files:read', key)
    for (let tries = 0; tries < 5; tries++) await check('?environment=test', key)
    expect((await check('', key)).headers.ratelimit).toContain('"hour";r=1')
  })

  test('a cost is charged whole or not at all', async () => {
    const { key } = await addApiKey(server, { tier: 'tiny' })
    await check('', key)
    expect((await check('?cost=2', key)).status).toBe(429)
    expect((await check('?cost=1', key)).status).toBe(200)
  })
})

describe('what a question may change', () => {
  test('on_limit gives a gateway that knows no 429 a 403, and the truth beside it', async () => {
    const { key } = await addApiKey(server, { tier: 'tiny' })
    await check('?cost=2', key)
    expect(await check('?on_limit=403', key)).toMatchObject({
      status: 403,
      headers: { 'x-auth-code': 'rate_limited', 'x-auth-status': '429', 'retry-after': expect.any(String) as string },
    })
  })

  test('mode=observe lets pass and says the truth, with every header about nobody', async () => {
    expect(await check('?mode=observe', drawApiKey('kg', 'live'))).toMatchObject({
      status: 200,
      headers: { 'x-auth-code': 'not_found', 'x-auth-status': '401', 'x-auth-subject': '-', 'x-auth-scope': '-' },
    })
  })

  test('a question that makes no sense is refused, observed or not', async () => {
    expect((await check('?mode=observe&cost=0')).status).toBe(401)
  })
})

describe('what an owner may no longer do, the key may no longer do', () => {
  test.each([
    ['member', 403],
    ['admin', 200],
    ['owner', 200],
  ] as const)('a scope for organization admins, held by a %s: %i', async (role, status) => {
    const person = await addPerson(server)
    const organizationId = await addOrganization(server)
    await addMember(server, organizationId, person.id, role)
    const { key } = await addApiKey(server, { scopes: ['reports:manage'], organizationId, userId: person.id })
    expect((await check('?scope=reports:manage', key)).status).toBe(status)
  })

  test('a key of a person who is no member is disabled', async () => {
    const person = await addPerson(server)
    const { key } = await addApiKey(server, { organizationId: await addOrganization(server), userId: person.id })
    expect((await check('', key)).headers['x-auth-code']).toBe('disabled')
  })

  test('a key of a disabled service account is disabled', async () => {
    const organizationId = await addOrganization(server)
    const serviceAccountId = await addServiceAccount(server, organizationId, { disabledAt: past })
    const { key } = await addApiKey(server, { organizationId, serviceAccountId })
    expect((await check('', key)).headers['x-auth-code']).toBe('disabled')
  })
})

describe('every method asks the same, and no body is read', () => {
  test.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('%s', async (method) => {
    const { key } = await addApiKey(server)
    const options = method === 'POST' ? { text: '{"cost": 0}' } : {}
    expect((await call(server.url, method, '/v1/check', { key, ...options })).status).toBe(200)
  })
})
