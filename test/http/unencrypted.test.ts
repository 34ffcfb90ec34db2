/** With an https public URL, what comes unencrypted is rejected: APIs are told, people are sent on, health answers. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.ts'
import { ask, jsonOf, sendBytes } from './raw.ts'

const publicUrl = 'https://auth.example.com'

/** Behind a proxy that it trusts, and behind none. */
let behindProxy: TestServer
let alone: TestServer
beforeAll(async () => {
  behindProxy = await startTestServer({ settings: { PUBLIC_URL: publicUrl, TRUSTED_PROXIES: '127.0.0.1/32,::1/128' } })
  alone = await startTestServer({ settings: { PUBLIC_URL: publicUrl } })
})
afterAll(async () => {
  await behindProxy[Symbol.asyncDispose]()
  await alone[Symbol.asyncDispose]()
})

const apis = ['/oauth2/token', '/oauth2/authorize', '/oauth2/userinfo', '/oauth2/jwks', '/oauth2', '/v1/keys', '/v1']

test.for(apis)('%s is refused with 403 https_required, and never redirected', async (path) => {
  for (const method of ['GET', 'POST']) {
    const answer = await ask(behindProxy.running.port, { method, path, headers: { accept: 'text/html' } })
    expect(answer.status).toBe(403)
    expect(answer.headers['location']).toBeUndefined()
    const body = jsonOf(answer)
    expect(body['error'] ?? body['code']).toBe('https_required')
  }
})

test('the refusal of /v1 is a problem with the request id', async () => {
  const answer = await ask(behindProxy.running.port, { path: '/v1/keys' })
  expect(answer.headers['content-type']).toContain('application/problem+json')
  expect(jsonOf(answer)).toMatchObject({
    type: `${publicUrl}/docs/errors/https_required`,
    status: 403,
    request_id: answer.headers['x-request-id'],
  })
})

test('pages are sent on to the public URL with 308, path and query kept', async () => {
  for (const path of [
    '/',
    '/sign-in?return_to=%2Faccount',
    '/account',
    '/.well-known/openid-configuration',
    '//evil.example/x',
  ]) {
    const answer = await ask(behindProxy.running.port, { path })
    expect(answer.status).toBe(308)
    expect(answer.headers['location']).toBe(publicUrl + path)
  }
})

test.for(['http://evil.example/x', 'http://evil.example', 'a://evil.example/@evil.example'])(
  'a request target of %s is sent nowhere else',
  async (target) => {
    const answer = await sendBytes(
      behindProxy.running.port,
      `GET ${target} HTTP/1.1\r\nHost: auth.example.com\r\nConnection: close\r\n\r\n`,
    )
    const location = /^location: (.*)\r$/im.exec(answer)?.[1]
    if (location !== undefined) expect(new URL(location).origin).toBe(publicUrl)
    else expect(answer).toMatch(/^HTTP\/1\.1 4\d\d/)
  },
)

test('no cookie is set on what came unencrypted', async () => {
  for (const path of ['/sign-in', '/oauth2/authorize?client_id=x']) {
    expect((await ask(behindProxy.running.port, { path })).cookies).toEqual([])
  }
})

test('what a trusted proxy took over TLS is served', async () => {
  const headers = { 'x-forwarded-proto': 'https' }
  expect((await ask(behindProxy.running.port, { path: '/sign-in', headers })).status).toBe(200)
  const document = jsonOf(await ask(behindProxy.running.port, { path: '/.well-known/openid-configuration', headers }))
  expect(document).toMatchObject({ issuer: publicUrl, token_endpoint: `${publicUrl}/oauth2/token` })
})

test('of several entries the last one counts: the one that our own proxy wrote', async () => {
  const status = async (proto: string) =>
    (await ask(behindProxy.running.port, { path: '/oauth2/jwks', headers: { 'x-forwarded-proto': proto } })).status
  expect(await status('http, https')).toBe(200)
  expect(await status('HTTPS')).toBe(200)
  for (const proto of ['https, http', 'http', 'httpsx', '']) expect(await status(proto)).toBe(403)
})

test('a proxy that is not trusted cannot say that it was encrypted', async () => {
  for (const headers of [
    { 'x-forwarded-proto': 'https' },
    { forwarded: 'proto=https' },
    { 'x-forwarded-ssl': 'on' },
    { 'front-end-https': 'on' },
    { 'x-forwarded-proto': 'https', 'x-forwarded-for': '127.0.0.1' },
  ]) {
    expect((await ask(alone.running.port, { path: '/oauth2/jwks', headers })).status).toBe(403)
    expect((await ask(alone.running.port, { path: '/sign-in', headers })).status).toBe(308)
  }
})

test('health answers over plain http, too', async () => {
  for (const server of [behindProxy, alone]) {
    for (const path of ['/health/live', '/health/ready']) {
      expect(jsonOf(await ask(server.running.port, { path }))).toMatchObject({ status: 'ok' })
    }
  }
})

test('the demo and the caught mail are not there in production', async () => {
  for (const path of ['/demo', '/dev/mail']) {
    const headers = { 'x-forwarded-proto': 'https', accept: 'text/html' }
    expect((await ask(behindProxy.running.port, { path, headers })).status).toBe(404)
  }
})
