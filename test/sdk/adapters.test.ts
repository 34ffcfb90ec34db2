/** Each framework's adapter, over HTTP: the identity where its users look for it, and the right refusal. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Verifier } from '../../packages/verify/src/index.ts'
import { reports } from '../check/status-table.ts'
import { addApiKey, call, type CallOptions, type TestKey } from '../support/api.ts'
import type { TestServer } from '../support/server.ts'
import { frameworks, type TestApi } from './frameworks.ts'
import { openVerifiers, startSettledServer } from './stage.ts'

let server: TestServer
let verifier: Verifier
let key: TestKey
beforeAll(async () => {
  server = await startSettledServer()
  verifier = await (await openVerifiers(server))({ resource: reports })
  key = await addApiKey(server, { scopes: ['reports:read'], tier: 'pro' })
})
afterAll(async () => {
  await verifier.close()
  await server[Symbol.asyncDispose]()
})

describe.each(Object.entries(frameworks))('%s', (_name, open) => {
  let api: TestApi
  beforeAll(async () => {
    api = await open(verifier, {})
  })
  afterAll(() => api[Symbol.asyncDispose]())

  const get = (options: CallOptions, path = '/reports') => call(api.url, 'GET', path, options)

  test('a call that may pass has its identity, and its limits in the answer', async () => {
    for (const _ of [1, 2]) {
      const { status, headers, body } = await get({ key: key.key })
      expect([status, body]).toEqual([
        200,
        {
          kind: 'api_key',
          subject: key.subject,
          organization: key.organizationId,
          externalId: null,
          scopes: ['reports:read'],
          tier: 'pro',
          environment: 'live',
          keyId: key.id,
          clientId: null,
        },
      ])
      expect(headers).toMatchObject({
        ratelimit: expect.stringMatching(/^"hour";r=9\d+;t=\d+, "burst";r=9\d+;t=\d+$/) as string,
        'ratelimit-policy': '"hour";q=10000;w=3600, "burst";q=1000;w=360',
        'x-ratelimit-limit': '10000',
        'x-ratelimit-remaining': expect.stringMatching(/^9\d+$/) as string,
      })
    }
  })

  test('what is refused is told why, and how to get a token', async () => {
    const { key: other } = await addApiKey(server, { scopes: ['files:read'] })
    const metadata = 'resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/reports"'
    expect(await get({})).toMatchObject({
      status: 401,
      headers: {
        'content-type': expect.stringMatching(/^application\/problem\+json/) as string,
        'www-authenticate': `Bearer ${metadata}`,
        'cache-control': 'no-store',
      },
      body: { type: `${server.url}/docs/errors/missing`, status: 401, code: 'missing' },
    })
    expect(await get({ key: 'hello' })).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': `Bearer error="invalid_token", ${metadata}` },
      body: { code: 'malformed' },
    })
    expect(await get({ key: other })).toMatchObject({
      status: 403,
      headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="reports:read", ${metadata}` },
      body: { code: 'insufficient_scope', missing_scopes: ['reports:read'] },
    })
  })

  test('over a limit: 429, with when to come back', async () => {
    const { key: limited } = await addApiKey(server, {
      scopes: ['reports:read'],
      limits: { hour: 12, burst: { size: 12, refill_per_second: 0.001 } },
    })
    const statuses: number[] = []
    for (let number = 0; number < 3; number++) statuses.push((await get({ key: limited })).status)
    expect(statuses).toEqual([200, 200, 429])
    const { headers, body } = await get({ key: limited })
    expect(Number(headers['retry-after'])).toBeGreaterThan(100)
    expect(headers['ratelimit']).toContain('"hour";r=2;')
    expect(body).toMatchObject({ code: 'rate_limited', 'violated-policies': ['hour', 'burst'] })
  })

  test('neither the URL nor two credentials at once let anybody in', async () => {
    const query = await get({}, `/reports?access_token=${key.key}&api_key=${key.key}`)
    expect([query.status, query.body.code]).toEqual([401, 'missing'])
    for (const headers of [
      { authorization: `Bearer ${key.key}`, 'x-api-key': key.key },
      { authorization: [`Bearer ${key.key}`, `Bearer ${key.key}`] },
    ]) {
      const twice = await get({ headers })
      expect([twice.status, twice.body.code]).toEqual([401, 'bad_request'])
    }
  })

  test('errors are thrown to the application, if it asks for that', async () => {
    await using throwing = await open(verifier, { throwErrors: true })
    expect(await call(throwing.url, 'GET', '/reports')).toMatchObject({ status: 418, body: '401 missing' })
    expect(await call(throwing.url, 'GET', '/reports', { key: key.key })).toMatchObject({ status: 200 })
  })

  test("a key's list of addresses is held against where the call came from", async () => {
    const here = await addApiKey(server, { scopes: ['reports:read'], allowedIps: ['127.0.0.1'] })
    const elsewhere = await addApiKey(server, { scopes: ['reports:read'], allowedIps: ['192.0.2.0/24'] })
    expect((await get({ key: here.key })).status).toBe(200)
    expect((await get({ key: elsewhere.key })).body.code).toBe('ip_not_allowed')
  })
})
