/** Whatever a request says of the host that it came to changes nothing that we say of ourselves. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openApp, startFlow } from '../support/flow.ts'
import { addClient, startTestServer, type TestServer } from '../support/server.ts'
import { ask, jsonOf, sendBytes } from './raw.ts'

let server: TestServer
beforeAll(async () => {
  // Everybody is a trusted proxy here, so that nothing is ignored merely because of who sends it.
  server = await startTestServer({
    settings: { API_URL: 'http://api.localhost:9999', TRUSTED_PROXIES: '127.0.0.1,::1' },
  })
})
afterAll(() => server[Symbol.asyncDispose]())

const forged: Record<string, string>[] = [
  { host: 'evil.example' },
  { host: 'evil.example:443' },
  { host: 'localhost:1' },
  { host: 'api.localhost:9999' },
  { host: '"><script>' },
  { 'x-forwarded-host': 'evil.example' },
  { 'x-forwarded-proto': 'https' },
  { 'x-forwarded-proto': 'gopher' },
  { 'x-forwarded-port': '1' },
  { 'x-original-host': 'evil.example' },
  { forwarded: 'for=1.2.3.4;host=evil.example;proto=https' },
  { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
]

test.for(forged)('discovery is the same with %j', async (headers) => {
  for (const path of ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']) {
    const honest = jsonOf(await ask(server.running.port, { path }))
    const answer = await ask(server.running.port, { path, headers })
    expect(answer.status).toBe(200)
    expect(jsonOf(answer)).toEqual(honest)
    expect(answer.text).not.toMatch(/evil|9999|https:/)
  }
})

test.for(forged)('redirects, cookies and pages are the same with %j', async (headers) => {
  const client = await addClient(server)
  const { url } = await startFlow(await openApp(server, client))
  const begun = await ask(server.running.port, { path: url.pathname + url.search, headers })
  expect(begun.status).toBe(303)
  expect(begun.headers['location']).toMatch(/^\/interaction\//)
  expect(begun.cookies.join()).not.toMatch(/evil|domain=|secure/i)
  for (const path of ['/', '/sign-in', '/oauth2/authorize?client_id=nobody', '/nowhere', '/account/connected-apps']) {
    const { text, headers: answered } = await ask(server.running.port, {
      path,
      headers: { ...headers, accept: 'text/html' },
    })
    expect(`${text}${answered['location'] ?? ''}`).not.toContain('evil.example')
  }
})

test('an absolute request target names no other host either', async () => {
  const answer = await sendBytes(
    server.running.port,
    'GET http://evil.example/.well-known/openid-configuration HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
  )
  expect(answer).toMatch(/^HTTP\/1\.1 (200|400|404)/)
  expect(answer).not.toContain('evil.example')
})
