/** Stored policies at `/v1/check/@name`: what is asked comes from there, and no caller steers it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addAdministratorKey, addApiKey, call, type CallOptions, type Reply, type TestKey } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'
import { startCheckServer } from './stage.ts'

/** Trusts the gateway in front of it; and one that trusts nobody. */
let server: TestServer
let untrusting: TestServer
let reader: TestKey
let writer: TestKey

const policy = {
  routes: [
    { match: 'GET /v1/reports/**', scopes: ['reports:read'] },
    { match: 'POST /v1/exports', scopes: ['reports:write'], cost: 25 },
    { match: '* /v1/open', scopes: [] },
  ],
}

beforeAll(async () => {
  server = await startCheckServer()
  const admin = await addAdministratorKey(server)
  const stored = await call(server.url, 'PUT', '/v1/policies/reports', { key: admin.key, body: policy })
  if (stored.status !== 200) throw new Error(JSON.stringify(stored.body))
  reader = await addApiKey(server, { scopes: ['reports:read'] })
  writer = await addApiKey(server, { scopes: ['reports:write'] })
  await eventually(async () => {
    const { status } = await check('GET', '/v1/open', reader.key)
    if (status !== 200) throw new Error(`the policy is not known yet: ${status}`)
  })
  untrusting = await startCheckServer({ TRUSTED_PROXIES: '' })
  const other = await addAdministratorKey(untrusting)
  await call(untrusting.url, 'PUT', '/v1/policies/reports', { key: other.key, body: policy })
})
afterAll(async () => {
  await untrusting[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

const check = (method: string, path: string, key: string, headers: CallOptions['headers'] = {}): Promise<Reply> =>
  call(server.url, method, `/v1/check/@reports${path}`, { key, headers })
const verdict = ({ status, headers }: Reply) => `${status} ${headers['x-auth-code']}`

describe('by the path behind the policy', () => {
  test.each([
    ['GET', '/v1/reports/7', '200 valid'],
    ['HEAD', '/v1/reports/7', '200 valid'],
    ['GET', '/v1/reports/7/pages/2?scope=&cost=0', '200 valid'],
    ['POST', '/v1/reports/7', '403 no_route'],
    ['GET', '/v1/report', '403 no_route'],
    ['GET', '/v1/REPORTS/7', '403 no_route'],
    ['GET', '/', '403 no_route'],
    ['GET', '', '403 no_route'],
    ['POST', '/v1/exports', '403 insufficient_scope'],
    ['DELETE', '/v1/open', '200 valid'],
  ])('%s %s: %s', async (method, path, expected) => {
    expect(verdict(await check(method, path, reader.key))).toBe(expected)
  })

  test('charges what the route costs', async () => {
    const before = await check('POST', '/v1/exports', writer.key)
    expect(before.headers.ratelimit).toContain('"hour";r=975')
  })
})

describe('by what a trusted gateway forwards', () => {
  const forwarded = (method: string, uri: string) => ({ 'x-forwarded-method': method, 'x-forwarded-uri': uri })

  test.each([
    ['GET', '/v1/reports/7?page=2', '200 valid'],
    ['POST', '/v1/exports', '403 insufficient_scope'],
    ['GET', '/elsewhere', '403 no_route'],
    ['GET', 'https://api.example.com/v1/reports/7', '403 no_route'],
  ])('%s %s: %s', async (method, uri, expected) => {
    expect(verdict(await check('GET', '', reader.key, forwarded(method, uri)))).toBe(expected)
  })

  test('a path that is told in two ways, differently, is none', async () => {
    const answer = await check('GET', '/v1/reports/7', reader.key, forwarded('GET', '/v1/open'))
    expect(verdict(answer)).toBe('403 no_route')
    expect(verdict(await check('GET', '/v1/reports/7', reader.key, forwarded('GET', '/v1/reports/7')))).toBe(
      '200 valid',
    )
  })

  test('nor is the root, where a caller forwards another one to itself', async () => {
    expect(verdict(await check('GET', '/', reader.key, forwarded('GET', '/v1/open')))).toBe('403 no_route')
    expect(verdict(await check('GET', '', reader.key, forwarded('GET', '/v1/open')))).toBe('200 valid')
  })

  test('one that a gateway adds to what the caller sent is none', async () => {
    const headers = { 'x-forwarded-method': 'GET', 'x-forwarded-uri': ['/v1/open?', '/v1/exports'] }
    const answer = await call(server.url, 'GET', '/v1/check/@reports', { key: reader.key, headers })
    expect(verdict(answer)).toBe('403 no_route')
  })

  test('counts for nothing from anybody else', async () => {
    const { key } = await addApiKey(untrusting, { scopes: ['reports:read'] })
    const ask = (path: string) =>
      call(untrusting.url, 'GET', `/v1/check/@reports${path}`, { key, headers: forwarded('GET', '/v1/open') })
    await eventually(async () => expect(verdict(await ask('/v1/reports/7'))).toBe('200 valid'))
    expect(verdict(await ask('/v1/exports'))).toBe('403 no_route')
  })
})

describe('no caller steers it', () => {
  test.each([
    '/v1/exports?scope=reports:read',
    '/v1/exports?resource=https://api.example.com/files&mode=observe',
    '/v1/exports?on_limit=200#/v1/open',
    '/v1/open/../exports',
    '/v1/open%2f..%2fexports',
    '/v1/open%2F',
    '/v1/./open',
    '//v1/open',
    '/v1//open',
    '/v1/open/',
    '/v1/open%00',
    '/v1/open;a=b',
    '/v1\\open',
    '/%76%31/%6fpen%2e%2e',
  ])('%s', async (path) => {
    expect((await check('POST', path, reader.key)).status).toBe(403)
  })

  test.each([
    'x-auth-scope',
    'x-auth-policy',
    'x-original-uri',
    'x-original-url',
    'x-rewrite-url',
    'x-http-method-override',
  ])('%s counts for nothing', async (name) => {
    expect((await check('POST', '/v1/exports', reader.key, { [name]: '/v1/open' })).status).toBe(403)
    expect((await check('POST', '/v1/exports', reader.key, { [name]: 'GET' })).status).toBe(403)
  })

  test('a policy of another name is a bad question', async () => {
    expect(verdict(await call(server.url, 'GET', '/v1/check/@files/v1/open', { key: reader.key }))).toBe(
      '401 bad_request',
    )
  })
})

test('usage tells which route it was', async () => {
  const { key, id } = await addApiKey(server, { scopes: ['reports:read'] })
  await check('GET', '/v1/reports/1', key)
  await check('GET', '/v1/reports/2', key)
  await check('POST', '/v1/exports', key)
  await server.running.inside.usage.flush()
  const rows = await server.db.usage.findMany({ where: { credentialId: id }, orderBy: { route: 'asc' } })
  expect(
    rows.map(({ route, allowed, denied, cost }) => [route, Number(allowed), Number(denied), Number(cost)]),
  ).toEqual([
    ['reports GET /v1/reports/**', 2, 0, 2],
    ['reports POST /v1/exports', 0, 1, 0],
  ])
})

test('a policy that is changed holds within a second, on this node too', async () => {
  const admin = await addAdministratorKey(server)
  const changed = { mode: 'observe', routes: [{ match: 'GET /v1/closed', scopes: ['reports:write'] }] }
  await call(server.url, 'PUT', '/v1/policies/reports', { key: admin.key, body: changed })
  await eventually(async () => {
    const answer = await check('GET', '/v1/closed', reader.key)
    expect([answer.status, answer.headers['x-auth-code'], answer.headers['x-auth-status']]).toEqual([
      200,
      'insufficient_scope',
      '403',
    ])
  })
  await call(server.url, 'PUT', '/v1/policies/reports', { key: admin.key, body: policy })
  await eventually(async () =>
    expect((await check('GET', '/v1/open', reader.key)).headers['x-auth-code']).toBe('valid'),
  )
})
