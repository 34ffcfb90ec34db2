/** Verify: the same decision as at check, told in JSON to whoever may ask, and charged to the credential and not to the caller. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { drawApiKey } from '../../src/api-keys/format.ts'
import {
  addAdministratorKey,
  addApiKey,
  addOrganization,
  addServiceAccount,
  call,
  type Reply,
  type TestKey,
} from '../support/api.ts'
import type { TestServer } from '../support/server.ts'
import { startCheckServer } from './stage.ts'
import { reports } from './status-table.ts'

let server: TestServer
/** A platform's gateway; and a customer's own service, with one key that may ask and one that is asked about. */
let gateway: TestKey
let customer: { organizationId: string; asker: TestKey; key: TestKey }
beforeAll(async () => {
  server = await startCheckServer()
  gateway = await addAdministratorKey(server)
  const organizationId = await addOrganization(server, { externalId: 'cus_42' })
  const serviceAccountId = await addServiceAccount(server, organizationId)
  customer = {
    organizationId,
    asker: await addApiKey(server, { organizationId, serviceAccountId, scopes: ['keys:verify'] }),
    key: await addApiKey(server, {
      organizationId,
      serviceAccountId,
      scopes: ['reports:read'],
      metadata: { plan: 'gold' },
    }),
  }
})
afterAll(async () => server[Symbol.asyncDispose]())

const verify = (body: unknown, key: string | undefined = gateway.key): Promise<Reply> =>
  call(server.url, 'POST', '/v1/keys/verify', { key, body })

test('tells everything of a valid key', async () => {
  const { status, headers, body } = await verify({
    credential: customer.key.key,
    scopes: ['reports:read'],
    resource: reports,
  })
  expect({ status, store: headers['cache-control'] }).toEqual({ status: 200, store: 'no-store' })
  expect(body).toEqual({
    valid: true,
    code: 'valid',
    kind: 'api_key',
    subject: customer.key.subject,
    key_id: customer.key.id,
    organization_id: customer.organizationId,
    external_id: 'cus_42',
    scopes: ['reports:read'],
    tier: 'free',
    environment: 'live',
    limits: [
      { policy: 'hour', limit: 1000, remaining: 999, reset_in: expect.any(Number) as number },
      { policy: 'burst', limit: 100, remaining: 99, reset_in: expect.any(Number) as number },
    ],
    expires_at: expect.stringMatching(/^\d{4}-.*Z$/) as string,
  })
})

test('names the scopes that are missing', async () => {
  const { body } = await verify({ credential: customer.key.key, scopes: ['reports:read', 'reports:write'] })
  expect(body).toMatchObject({
    valid: false,
    code: 'insufficient_scope',
    missing_scopes: ['reports:write'],
    limits: [],
  })
})

test('says when to come back', async () => {
  const { key } = await addApiKey(server, { tier: 'tiny' })
  await verify({ credential: key, cost: 2 })
  const { status, body } = await verify({ credential: key })
  expect({ status, valid: body.valid, code: body.code }).toEqual({ status: 200, valid: false, code: 'rate_limited' })
  expect(body.retry_after).toBeGreaterThan(900)
})

test('charges the credential what it costs, and the caller nothing', async () => {
  const [asked, asker] = [await addApiKey(server), await addAdministratorKey(server, { tier: 'tiny' })]
  for (let tries = 0; tries < 6; tries++)
    expect((await verify({ credential: asked.key, cost: 10 }, asker.key)).status).toBe(200)
  expect((await verify({ credential: asked.key }, asker.key)).body.limits[0].remaining).toBe(1000 - 61)
})

test.each<[string, object, string]>([
  ['nothing', { credential: '' }, 'missing'],
  ['what is no credential', { credential: 'hello' }, 'malformed'],
  ['an unknown key', { credential: drawApiKey('kg', 'live') }, 'not_found'],
  ['a live key for tests', { environment: 'test' }, 'wrong_environment'],
  ['an unregistered resource', { resource: 'https://nowhere.example' }, 'wrong_resource'],
  ['a cost above the bucket', { cost: 101 }, 'bad_request'],
])('%s is not valid, with %s: %s', async (_, question, code) => {
  const { status, body } = await verify({ credential: customer.key.key, ...question })
  expect({ status, valid: body.valid, code: body.code }).toEqual({ status: 200, valid: false, code })
})

describe('an address list', () => {
  test('without ip is never passed', async () => {
    const { key } = await addApiKey(server, { allowedIps: ['192.0.2.0/24'] })
    expect((await verify({ credential: key })).body.code).toBe('ip_not_allowed')
    expect((await verify({ credential: key, ip: '198.51.100.1' })).body.code).toBe('ip_not_allowed')
    expect((await verify({ credential: key, ip: '192.0.2.9' })).body.code).toBe('valid')
    expect((await verify({ credential: key, ip: '::ffff:192.0.2.9' })).body.code).toBe('valid')
  })
})

describe('metadata', () => {
  test('comes only if asked for', async () => {
    expect((await verify({ credential: customer.key.key })).body).not.toHaveProperty('metadata')
    expect((await verify({ credential: customer.key.key, metadata: true })).body.metadata).toEqual({ plan: 'gold' })
  })
})

describe('who may ask', () => {
  test("a customer's own service about its organization's credentials", async () => {
    expect((await verify({ credential: customer.key.key }, customer.asker.key)).body.code).toBe('valid')
  })

  test("and about nobody else's: they are answered like what isn't there, and charged nothing", async () => {
    const foreign = await addApiKey(server)
    const answer = await verify({ credential: foreign.key }, customer.asker.key)
    const unknown = await verify({ credential: drawApiKey('kg', 'live') }, customer.asker.key)
    expect(answer.body).toEqual(unknown.body)
    expect((await verify({ credential: foreign.key })).body.limits[0].remaining).toBe(999)
  })

  test.each<[string, () => Promise<string | undefined>, number, string]>([
    ['nobody', () => Promise.resolve(undefined), 401, 'missing'],
    ['an unknown key', () => Promise.resolve(drawApiKey('kg', 'live')), 401, 'not_found'],
    [
      'a key without the scope',
      async () => (await addApiKey(server, { scopes: ['keys:read'] })).key,
      403,
      'insufficient_scope',
    ],
    [
      "an administrator's scope without an administrator behind it",
      async () => (await addApiKey(server, { scopes: ['admin:keys:verify'] })).key,
      403,
      'insufficient_scope',
    ],
    [
      'a revoked key',
      async () => (await addApiKey(server, { scopes: ['keys:verify'], revokedAt: new Date() })).key,
      401,
      'revoked',
    ],
  ])('not %s', async (_, asker, status, code) => {
    const answer = await call(server.url, 'POST', '/v1/keys/verify', {
      key: await asker(),
      body: { credential: customer.key.key },
    })
    expect(answer).toMatchObject({ status, body: { status, code, request_id: answer.headers['x-request-id'] } })
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer /)
  })
})

describe('a bad question', () => {
  test('is told with every fault at once', async () => {
    const { status, body } = await verify({ credential: 5, cost: 0, ip: 'home', scope: 'x' })
    expect(status).toBe(400)
    expect(body.errors.map(({ path }: { path: string }) => path).toSorted()).toEqual([
      '/cost',
      '/credential',
      '/ip',
      '/scope',
    ])
    expect(JSON.stringify(body)).not.toContain('home')
  })

  test.each<[string, { text?: string; headers?: Record<string, string> }, number]>([
    ['no JSON', { text: '{', headers: { 'content-type': 'application/json' } }, 400],
    [
      'another media type',
      { text: 'credential=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
    ],
    [
      'too long',
      { text: JSON.stringify({ credential: 'x'.repeat(70_000) }), headers: { 'content-type': 'application/json' } },
      413,
    ],
  ])('%s', async (_, options, status) => {
    const answer = await call(server.url, 'POST', '/v1/keys/verify', { key: gateway.key, ...options })
    expect({ status: answer.status, code: answer.body.status }).toEqual({ status, code: status })
  })

  test('two credentials of the caller are one too many', async () => {
    const headers = { 'x-api-key': gateway.key }
    const answer = await call(server.url, 'POST', '/v1/keys/verify', {
      key: gateway.key,
      headers,
      body: { credential: 'x' },
    })
    expect(answer).toMatchObject({ status: 400, body: { code: 'bad_request' } })
  })

  test('GET is no way to ask', async () => {
    expect(await call(server.url, 'GET', '/v1/keys/verify', { key: gateway.key })).toMatchObject({
      status: 405,
      headers: { allow: 'POST' },
    })
  })
})

describe('a batch', () => {
  const batch = (requests: unknown, key = gateway.key) =>
    call(server.url, 'POST', '/v1/keys/verify-batch', { key, body: { requests } })

  test('is answered in its order, each by itself', async () => {
    const { status, body } = await batch([
      { credential: customer.key.key },
      { credential: 'hello' },
      { credential: customer.key.key, cost: 3 },
    ])
    expect(status).toBe(200)
    expect(body.results.map(({ code }: { code: string }) => code)).toEqual(['valid', 'malformed', 'valid'])
  })

  test('holds up to a hundred', async () => {
    const { key } = await addApiKey(server, { tier: 'enterprise' })
    expect((await batch(Array.from({ length: 100 }, () => ({ credential: key })))).body.results).toHaveLength(100)
    expect((await batch(Array.from({ length: 101 }, () => ({ credential: key })))).status).toBe(400)
    expect((await batch([])).status).toBe(400)
  })
})

test('no credential that was asked about is in any answer', async () => {
  const unknown = drawApiKey('kg', 'live')
  for (const answer of [await verify({ credential: unknown }), await verify({ credential: unknown, nonsense: 1 })])
    expect(JSON.stringify(answer)).not.toContain(unknown)
})
