/** How the description of the API is served: to everybody, kept by whoever asks, and the same until something changes. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addAdministratorKey, call } from '../support/api.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

const path = '/v1/openapi.json'
let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ settings: { API_URL: 'http://localhost:4001' } })
})
afterAll(() => server[Symbol.asyncDispose]())

test('is served without a credential, says where the API is, and may be kept', async () => {
  const { status, headers, body } = await call(server.url, 'GET', path)
  expect({ status, headers }).toMatchObject({
    status: 200,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'public, max-age=300',
      'access-control-allow-origin': '*',
      vary: expect.stringMatching(/accept-encoding/i),
    },
  })
  expect(body).toMatchObject({ openapi: '3.1.1', servers: [{ url: 'http://localhost:4001' }] })
})

test('is not sent again to whoever has it, compressed or not', async () => {
  const { headers } = await call(server.url, 'GET', path)
  const etag = headers['etag'] ?? ''
  const again = await call(server.url, 'GET', path, { headers: { 'if-none-match': etag } })
  expect([again.status, again.body]).toEqual([304, ''])
  const other = await call(server.url, 'GET', path, { headers: { 'if-none-match': '"another"' } })
  expect(other.status).toBe(200)
})

test('comes compressed to whoever takes that, and is the same', async () => {
  const response = await fetch(server.url + path, { headers: { 'accept-encoding': 'gzip' } })
  expect(response.headers.get('content-encoding')).toBe('gzip')
  const { body } = await call(server.url, 'GET', path)
  expect(await response.json()).toEqual(body)
})

test('HEAD has the headers alone, and nothing else is allowed', async () => {
  const head = await call(server.url, 'HEAD', path)
  expect([head.status, head.body]).toEqual([200, ''])
  const post = await call(server.url, 'POST', path)
  expect(post).toMatchObject({
    status: 405,
    headers: { allow: 'GET, HEAD' },
    body: { code: 'method_not_allowed' },
  })
})

test('is called what the platform is called, as soon as that changes', async () => {
  const before = await call(server.url, 'GET', path)
  await server.db.setting.create({ data: { name: 'platform_name', value: 'Acme' } })
  await server.db
    .$executeRaw`SELECT pg_notify('keygrant_changes', ${JSON.stringify({ kind: 'setting', id: 'platform_name' })})`
  await expect.poll(async () => (await call(server.url, 'GET', path)).body.info.title).toBe('Acme: management API')
  const after = await call(server.url, 'GET', path)
  expect(after.headers['etag']).not.toBe(before.headers['etag'])
})

test('is found by whoever begins at the root', async () => {
  for (const root of ['/v1', '/v1/']) {
    const { status, headers } = await call(server.url, 'GET', root)
    expect([status, headers['link']]).toEqual([404, '</v1/openapi.json>; rel="service-desc"'])
  }
})

test('is found by whoever asks a host for its APIs (RFC 9727)', async () => {
  const { headers, body } = await call(server.url, 'GET', '/.well-known/api-catalog')
  expect(headers['content-type']).toBe('application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"')
  expect(body.linkset).toEqual([
    {
      anchor: 'http://localhost:4001/v1',
      'service-desc': [{ href: 'http://localhost:4001/v1/openapi.json', type: 'application/json' }],
      'service-doc': [{ href: `${server.url}/docs`, type: 'text/html' }],
    },
  ])
})

test('neither answers a credential nor charges it', async () => {
  const { key } = await addAdministratorKey(server, { tier: 'free' })
  const { headers } = await call(server.url, 'GET', path, { key })
  expect(headers).not.toHaveProperty('ratelimit')
})
