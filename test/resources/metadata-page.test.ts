/** Protected resource metadata (RFC 9728): where a refusal points to, there is an answer. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addResource, call } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
  await addResource(server, 'reports', { 'reports:read': 'anyone' })
})
afterAll(async () => server[Symbol.asyncDispose]())

const pointer = /resource_metadata="([^"]+)"/

test.each([
  ['/v1/check', 'http://localhost'],
  ['/v1/check?resource=https://api.example.com/reports', 'https://api.example.com/reports'],
  ['/v1/keys', 'http://localhost'],
])('what a 401 of %s points to describes the resource', async (path, identifier) => {
  await eventually(async () => {
    const refused = await call(server.url, 'GET', path)
    const url = pointer.exec(refused.headers['www-authenticate'] ?? '')?.[1] ?? ''
    const described = await call(server.url, 'GET', new URL(url).pathname)
    expect(described).toMatchObject({
      status: 200,
      headers: { 'access-control-allow-origin': '*' },
      body: { authorization_servers: [server.url], bearer_methods_supported: ['header'] },
    })
    expect(described.body.resource).toContain(identifier)
  })
})

test('names the scopes that may be asked for', async () => {
  const { body } = await call(server.url, 'GET', '/.well-known/oauth-protected-resource/reports')
  expect(body.scopes_supported).toEqual(['reports:read'])
  const own = await call(server.url, 'GET', '/.well-known/oauth-protected-resource/v1')
  expect(own.body).toMatchObject({
    resource: `${server.url}/v1`,
    scopes_supported: expect.arrayContaining(['keys:read']) as string[],
  })
})

test('a resource that is none is not found', async () => {
  expect((await call(server.url, 'GET', '/.well-known/oauth-protected-resource/nothing')).status).toBe(404)
  expect((await call(server.url, 'GET', '/.well-known/oauth-protected-resource/')).status).toBe(404)
})
