/** Requests that no browser sends: none goes around what holds for the ordinary ones. */
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addAdministratorKey, addApiKey, call } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { ask, sendBytes } from './raw.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ settings: { TRUSTED_PROXIES: '127.0.0.1,::1' } })
})
afterAll(async () => server[Symbol.asyncDispose]())

test.each(['/V1/keys', '/v1/KEYS'])('%s is another path than /v1/keys, and nothing is there', async (path) => {
  const { key } = await addAdministratorKey(server)
  const answer = await call(server.url, 'POST', path, { key, body: { name: 'A key', scopes: [] } })
  expect(answer.status).toBe(404)
})

test('a request line that names a whole URL without a path asks for the start page', async () => {
  for (const target of ['x://elsewhere', 'http://elsewhere']) {
    const answer = await sendBytes(
      server.running.port,
      `GET ${target} HTTP/1.1\r\nHost: elsewhere\r\nConnection: close\r\n\r\n`,
    )
    expect(answer.split('\r\n')[0]).toBe('HTTP/1.1 200 OK')
  }
})

test('more headers than a thousand do not hide what a proxy adds at the end', async () => {
  const { key } = await addApiKey(server, { allowedIps: ['192.0.2.7'] })
  const headers = { a: Array.from({ length: 1_500 }, () => ''), 'x-forwarded-for': '192.0.2.7' }
  expect((await call(server.url, 'GET', '/v1/keys/self', { key, headers })).status).toBe(200)
})

test.each([
  ['/v1/keys', 'application/json'],
  ['/v1/keys/verify', 'application/json'],
  ['/sign-in', 'application/x-www-form-urlencoded'],
])('behind a body that is too large for %s the same connection serves on', async (path, type) => {
  const { key } = await addAdministratorKey(server)
  const { port } = server.running
  const socket = connect(port, 'localhost')
  let answers = ''
  socket.on('data', (chunk: Buffer) => (answers += chunk.toString()))
  const body = 'x'.repeat(700_000)
  const head = (line: string) => `${line} HTTP/1.1\r\nHost: localhost:${port}\r\nAuthorization: Bearer ${key}\r\n`
  socket.write(`${head(`POST ${path}`)}Content-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
  socket.write(`${head('GET /v1/check')}\r\n`)
  await eventually(() => expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200']))
  socket.destroy()
})

test('JSON that is too deep to walk is bad input, and no fault of ours', async () => {
  const { key } = await addAdministratorKey(server)
  for (const levels of [40, 8_000, 30_000]) {
    const deep = '['.repeat(levels) + ']'.repeat(levels)
    const answer = await ask(server.running.port, {
      method: 'POST',
      path: '/v1/keys',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: `{"name":"A key","scopes":[],"metadata":{"a":${deep}}}`,
    })
    const { errors } = JSON.parse(answer.text) as { errors: unknown }
    expect([levels, answer.status, errors]).toMatchObject([levels, 400, [{ path: '/metadata', code: 'custom' }]])
  }
})

test.each([
  ['expiring_before', '0000-01-01T00:00:00Z'],
  ['cursor', Buffer.from(JSON.stringify(['0000-01-01T00:00:00Z', 'key_x'])).toString('base64url')],
])('a %s of the year 0 is bad input, and no fault of ours', async (parameter, value) => {
  const { key } = await addAdministratorKey(server)
  const answer = await call(server.url, 'GET', `/v1/keys?${parameter}=${value}`, { key })
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: parameter }] } })
})
