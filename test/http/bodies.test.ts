/** Bad bodies get a clear answer, and no answer tells how we are made. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { basic } from '../oidc/endpoints.ts'
import { openStage, signedInAgent, type Stage } from '../oidc/stage.ts'
import { createAgent } from '../support/agent.ts'
import { allow, onConsent, openApp, signIn, startFlow } from '../support/flow.ts'
import { ask, jsonOf, sendBytes, type RawRequest } from './raw.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

const form = 'application/x-www-form-urlencoded'
const send = (path: string, request: RawRequest) => ask(stage.server.running.port, { method: 'POST', path, ...request })
const asClient = () => ({ authorization: basic(stage.client.id, stage.client.secret ?? '') })

const endpoints = ['/oauth2/token', '/oauth2/introspect', '/oauth2/revoke', '/oauth2/userinfo'] as const
const pages = ['/sign-in', '/sign-up', '/forgot-password', '/sign-out', '/oauth2/authorize', '/oauth2/logout'] as const

test.for([...endpoints, ...pages])('%s refuses a body over 64 KiB with 413', async (path) => {
  const body = `a=${'b'.repeat(65 * 1024)}`
  const answer = await send(path, { headers: { 'content-type': form, ...asClient() }, body })
  expect(answer.status).toBe(413)
})

test('a body over 64 KiB that does not say so is refused as well', async () => {
  const { port } = stage.server.running
  for (const path of ['/oauth2/token', '/sign-in']) {
    const chunk = 'x'.repeat(16 * 1024)
    const chunks = Array.from({ length: 6 }, () => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')
    const answer = await sendBytes(
      port,
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${form}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n${chunks}0\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
  }
})

test.for(endpoints)('%s takes a body of 50 KiB', async (path) => {
  const body = new URLSearchParams({
    token: 'x',
    grant_type: 'refresh_token',
    refresh_token: 'y',
    more: 'z'.repeat(50 * 1024),
  }).toString()
  const answer = await send(path, { headers: { 'content-type': form, ...asClient() }, body })
  expect(answer.status).not.toBe(413)
  expect(answer.status).toBeLessThan(500)
})

test.for([...endpoints, ...pages])('%s refuses another media type with 415', async (path) => {
  for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x']) {
    const answer = await send(path, {
      headers: { 'content-type': type, ...asClient() },
      body: '{"grant_type":"client_credentials"}',
    })
    expect(answer.status).toBe(415)
  }
})

test('the refusals of /oauth2 are OAuth errors, those of pages are pages with the request id', async () => {
  const token = await send('/oauth2/token', {
    headers: { 'content-type': 'application/json', ...asClient() },
    body: '{}',
  })
  expect(jsonOf(token)).toMatchObject({ error: 'invalid_request', error_description: expect.any(String) as string })
  const page = await send('/sign-in', {
    headers: { 'content-type': 'application/json', accept: 'text/html' },
    body: '{}',
  })
  expect(page.text).toContain(page.headers['x-request-id'])
})

/** Requests that something below us might stumble over. */
const awkward: [string, RawRequest][] = [
  ['/oauth2/authorize?client_id[]=a&client_id[b]=c', {}],
  ['/oauth2/authorize?client_id=%00', {}],
  ['/oauth2/authorize?%ff=%fe', {}],
  ['/oauth2/authorize/x', {}],
  ['/oauth2/authorize/%00', {}],
  ['/oauth2/authorize/%ff', {}],
  ['/oauth2/authorize/../token', {}],
  ['/oauth2/logout?id_token_hint=eyJ', {}],
  ['/oauth2/logout?id_token_hint=%00&client_id=%00', {}],
  ['/oauth2/logout/confirm', { method: 'POST' }],
  ['/oauth2/logout/success?client_id=nobody', {}],
  ['/oauth2/token', { method: 'POST' }],
  ['/oauth2/token', { method: 'POST', headers: { authorization: 'Basic !!!' } }],
  ['/oauth2/token', { method: 'POST', headers: { authorization: 'Basic Og==' } }],
  ['/oauth2/token', { method: 'POST', headers: { 'content-type': form }, body: 'grant_type=%00&client_id=%00' }],
  ['/oauth2/userinfo', { headers: { authorization: 'Bearer ' } }],
  ['/oauth2/userinfo', { headers: { authorization: `Bearer kgat_${'x'.repeat(7000)}` } }],
  ['/sign-in?return_to=%00', {}],
  ['/sign-in?return_to[]=x', {}],
  ['/sign-in', { method: 'POST', headers: { 'content-type': form }, body: '%%%' }],
  ['/links/%00', {}],
  ['/links/%ff', {}],
  ['/links/x', {}],
  ['/interaction/%00', {}],
  ['/account/connected-apps/%00', {}],
  ['/%00', {}],
  ['/%ff', {}],
  ['/%', {}],
  ['/sign-in', { method: 'PUT' }],
  ['/oauth2/jwks', { method: 'DELETE' }],
  ['/', { method: 'PATCH' }],
]

test.for(awkward)('%s %j gets no 5xx, no stack, no path and no SQL', async ([path, request]) => {
  for (const accept of ['text/html', 'application/json']) {
    const headers = { ...request.headers, accept }
    const answer = await ask(stage.server.running.port, { ...request, path, headers })
    expect(answer.status).toBeLessThan(500)
    expectNothingOfOurs(answer.text + JSON.stringify(answer.headers))
  }
})

function expectNothingOfOurs(text: string): void {
  expect(text).not.toMatch(/node_modules|\.ts:|\.js:|at \w+ \(|node:internal/)
  expect(text).not.toMatch(/\bSELECT\b|\bINSERT\b|prisma|postgres|relation "/i)
  expect(text).not.toContain(process.cwd())
}

/** Parameters that an app may fill, and that rest somewhere. */
const unstorable = [
  { nonce: 'a\u0000b' },
  { state: 'a\u0000b' },
  { login_hint: '\u0000' },
  { acr_values: '\u0000' },
  { ui_locales: '\u0000' },
  { claims: '{"userinfo":{"email":{"value":"\\u0000"}}}' },
  { claims: '{"userinfo":{"email":{"value":"\\ud800"}}}' },
]

test.for(unstorable)('text that the database cannot hold is no fault of ours: %j', async (parameters) => {
  const { server, client, person } = stage
  const agent = createAgent(server.url)
  const started = await startFlow(await openApp(server, client), parameters)
  const page = await signIn(agent, await agent.get(started.url.href), person)
  const answer = onConsent(page) ? await allow(agent, page) : page
  const sentBack = answer.location !== null && new URL(answer.location).host === 'app.example.com'
  expect(sentBack || answer.status === 400).toBe(true)
})

test('a page that is asked for by an impossible name is not found', async () => {
  const agent = await signedInAgent(stage.server, stage.person)
  for (const path of ['/account/connected-apps/%00', '/links/%00', '/interaction/%00']) {
    expect([400, 404]).toContain((await agent.get(path)).status)
  }
})
