/** Where a browser may be sent back to, and the page that it sees instead of being sent anywhere else. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemContext } from '../../src/audit/record.ts'
import { createAgent, type Answer } from '../support/agent.ts'
import { allow, authorize, exchange, openApp, signIn, startFlow } from '../support/flow.ts'
import { addClient, type TestClient } from '../support/server.ts'
import { nativeMetadata, openStage, type Stage } from './stage.ts'
import { disableClient } from '../clients/disable.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

/** Begins an authorization with this redirect URI. */
async function begin(client: TestClient, redirectUri: string, changes: Record<string, string> = {}): Promise<Answer> {
  const { url } = await startFlow(await openApp(stage.server, client, redirectUri), changes)
  return createAgent(stage.server.url).get(url.href)
}

/** On its way to the sign-in: the redirect URI was accepted. */
const isAccepted = ({ status, location }: Answer): boolean =>
  status === 303 && location !== null && new URL(location).pathname.startsWith('/interaction/')

/** What a page must be that leads nowhere. */
const errorPage = {
  status: 400,
  location: null,
  type: 'text/html; charset=utf-8',
  navigates: false,
  namesRequest: true,
}

const shapeOf = ({ status, location, headers, html }: Answer): typeof errorPage | object => ({
  status,
  location,
  type: headers.get('content-type'),
  navigates: headers.has('refresh') || /http-equiv="refresh"|<form/.test(html),
  namesRequest: html.includes(headers.get('x-request-id') ?? 'none'),
})

const web = ['https://app.example.com/callback', 'https://app.example.com/second?tenant=1'] as const

test.for(web)('the registered %s is accepted', async (uri) => {
  expect(isAccepted(await begin(await addClient(stage.server, { redirect_uris: web }), uri))).toBe(true)
})

test.for([
  'https://app.example.com/callback/',
  'https://app.example.com/callback?x=1',
  'https://app.example.com/Callback',
  'https://app.example.com/callback/../callback',
  'https://APP.example.com/callback',
  'https://app.example.com:443/callback',
  'https://app.example.com:8443/callback',
  'http://app.example.com/callback',
  'https://app.example.com.evil.example/callback',
  'https://app.example.com@evil.example/callback',
  'https://evil.example/?https://app.example.com/callback',
  'https://app.example.com/second',
  'https://app.example.com/second?tenant=1&more=2',
  '//app.example.com/callback',
  'javascript:alert(1)',
])('%s is no registered address: it is compared whole', async (uri) => {
  const answer = await begin(await addClient(stage.server, { redirect_uris: web }), uri)
  expect(shapeOf(answer)).toEqual(errorPage)
  expect(answer.html).toContain('invalid_redirect_uri')
})

test('an error is never sent to an address that does not match', async () => {
  const { client } = stage
  for (const changes of [
    { response_type: 'token' },
    { scope: 'no"such' },
    { prompt: 'none login' },
    { response_mode: 'form_post' },
  ]) {
    const answer = await begin(client, 'https://evil.example/callback', changes)
    expect(shapeOf(answer)).toEqual(errorPage)
    expect(answer.html).not.toContain('action="https://evil.example')
  }
})

test('an unknown client is told so on a page, and nobody is sent anywhere', async () => {
  const { url } = await startFlow(await openApp(stage.server, stage.client))
  url.searchParams.set('client_id', 'cli_nobody')
  const answer = await createAgent(stage.server.url).get(url.href)
  expect(shapeOf(answer)).toEqual(errorPage)
  expect(answer.html).toContain('invalid_client')
})

test.for(['', '\u0000', 'x'.repeat(300), 'ümläut', '<script>alert(1)</script>'])(
  'client_id=%j is an unknown client',
  async (id) => {
    const { url } = await startFlow(await openApp(stage.server, stage.client))
    url.searchParams.set('client_id', id)
    const answer = await createAgent(stage.server.url).get(url.href)
    expect(shapeOf(answer)).toEqual(errorPage)
    expect(answer.html).not.toContain('<script>alert')
  },
)

test('a disabled client is answered like one that never was', async () => {
  const { server } = stage
  const client = await addClient(server)
  await disableClient(server, client.id, systemContext(server.clock))
  const answer = await begin(client, client.client.redirectUris[0] ?? '')
  expect(shapeOf(answer)).toEqual(errorPage)
  expect(answer.html).toContain('invalid_client')
})

test('the redirect URI may not be left out, also when only one is registered', async () => {
  const { url } = await startFlow(await openApp(stage.server, stage.client))
  url.searchParams.delete('redirect_uri')
  expect(shapeOf(await createAgent(stage.server.url).get(url.href))).toEqual(errorPage)
})

test('two redirect URIs in one request are refused on a page', async () => {
  const { url } = await startFlow(await openApp(stage.server, stage.client))
  url.searchParams.append('redirect_uri', 'https://evil.example/callback')
  expect(shapeOf(await createAgent(stage.server.url).get(url.href))).toEqual(errorPage)
})

test.for([
  ['http://127.0.0.1/callback', 'http://127.0.0.1:49152/callback'],
  ['http://127.0.0.1/callback', 'http://127.0.0.1/callback'],
  ['http://[::1]/callback', 'http://[::1]:50001/callback'],
  ['http://localhost/callback', 'http://localhost:3999/callback'],
  ['http://127.0.0.1:8000/callback', 'http://127.0.0.1:49152/callback'],
])(
  'a native client with %s may come back to %s: the port is drawn at run time (RFC 8252, 7.3)',
  async ([registered, used]) => {
    const client = await addClient(stage.server, { ...nativeMetadata, redirect_uris: [registered] })
    expect(isAccepted(await begin(client, used ?? ''))).toBe(true)
  },
)

test.for([
  ['http://127.0.0.1/callback', 'http://127.0.0.1:49152/other'],
  ['http://127.0.0.1/callback', 'http://localhost:49152/callback'],
  ['http://127.0.0.1/callback', 'http://[::1]:49152/callback'],
  ['http://127.0.0.1/callback', 'http://127.0.0.2:49152/callback'],
  ['http://127.0.0.1/callback', 'https://127.0.0.1:49152/callback'],
  ['http://127.0.0.1/callback', 'http://127.0.0.1:49152/callback?x=1'],
  ['http://127.0.0.1/callback', 'http://127.0.0.1:49152@evil.example/callback'],
  ['http://[::1]/callback', 'http://[::2]:49152/callback'],
])('a native client with %s may not come back to %s: only the port is free', async ([registered, used]) => {
  const client = await addClient(stage.server, { ...nativeMetadata, redirect_uris: [registered] })
  expect(shapeOf(await begin(client, used ?? ''))).toEqual(errorPage)
})

test('a client that is not native comes back to its very port', async () => {
  const client = await addClient(stage.server, { redirect_uris: ['http://127.0.0.1:8000/callback'] })
  expect(isAccepted(await begin(client, 'http://127.0.0.1:8000/callback'))).toBe(true)
  expect(shapeOf(await begin(client, 'http://127.0.0.1:8001/callback'))).toEqual(errorPage)
})

test('a native client at a drawn port gets its tokens with that same address', async () => {
  const { server, person } = stage
  const client = await addClient(server, nativeMetadata)
  const app = await openApp(server, client, 'http://127.0.0.1:51515/callback')
  const started = await startFlow(app)
  const callback = await authorize(createAgent(server.url), started, person)
  expect(callback.port).toBe('51515')
  expect((await exchange(app, callback, started)).claims()?.sub).toBe(person.id)
})

test('an app with a scheme of its own gets its answer there, from a page with a button for it', async () => {
  const { server, person } = stage
  const client = await addClient(server, { ...nativeMetadata, redirect_uris: ['com.example.app:/callback'] })
  const app = await openApp(server, client)
  const started = await startFlow(app)
  const agent = createAgent(server.url)
  const page = await allow(agent, await signIn(agent, await agent.get(started.url.href), person))
  expect(page.status).toBe(200)
  expect(page.headers.has('location')).toBe(false)
  const [, target = ''] = /<a class="[^"]*" href="(com\.example\.app:[^"]+)"/.exec(page.html) ?? []
  const callback = new URL(target.replaceAll('&amp;', '&'))
  expect(callback.pathname).toBe('/callback')
  expect((await exchange(app, callback, started)).claims()?.sub).toBe(person.id)
})
