/** What comes with the status: who it is, what is left, what is wrong; and how a question changes it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { drawApiKey } from '../../src/api-keys/format.ts'
import {
  addApiKey,
  addMember,
  addOrganization,
  addServiceAccount,
  call,
  type CallOptions,
  type Reply,
} from '../support/api.ts'
import { addPerson, type TestServer } from '../support/server.ts'
import { startCheckServer } from './stage.ts'
import { reports } from './status-table.ts'

const scopes = ['reports:read', 'reports:write']
const past = new Date(Date.now() - 1000)

let server: TestServer

beforeAll(async () => {
  server = await startCheckServer()
})
afterAll(async () => server[Symbol.asyncDispose]())

const check = (query: string, key?: string, options: CallOptions = {}): Promise<Reply> =>
  call(server.url, 'GET', `/v1/check${query}`, { key, ...options })

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
