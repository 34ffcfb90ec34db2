/** The headers that protect people go with every kind of answer, and what carries a secret is stored nowhere. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStage, type Stage } from '../oidc/stage.ts'
import { openApp, startFlow, tokensFor } from '../support/flow.ts'
import { addClient, addPerson } from '../support/server.ts'
import { basic } from '../oidc/endpoints.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

interface Case {
  what: string
  /** @returns the answer, after whatever it takes to get it */
  fetch: () => Promise<Response>
}

const get = (path: string, headers: Record<string, string> = { accept: 'text/html' }) =>
  fetch(stage.server.url + path, { headers, redirect: 'manual' })
const post = (path: string, body: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(stage.server.url + path, { method: 'POST', body: new URLSearchParams(body), headers, redirect: 'manual' })
const asClient = () => ({ authorization: basic(stage.client.id, stage.client.secret ?? '') })

async function signedIn(
  path: string | ((url: URL) => string),
  parameters: Record<string, string> = {},
): Promise<Response> {
  const { agent, app } = await tokensFor(stage.server, await addClient(stage.server), await addPerson(stage.server))
  const { url } = await startFlow(app, parameters)
  return agent.fetch(typeof path === 'string' ? path : path(url))
}

const cases: Case[] = [
  { what: 'the front page', fetch: () => get('/') },
  { what: 'a form', fetch: () => get('/sign-in') },
  { what: 'a form that is refused', fetch: () => post('/sign-in', {}) },
  { what: 'a page of an account', fetch: () => signedIn('/account/connected-apps') },
  { what: 'a redirect to the sign-in', fetch: () => get('/account/connected-apps') },
  { what: 'a page that is not there', fetch: () => get('/nowhere') },
  { what: 'an interaction that is not there', fetch: () => get('/interaction/nothing') },
  {
    what: 'an authorization that begins',
    fetch: async () => get((await beginning()).href.slice(stage.server.url.length)),
  },
  { what: 'an authorization that is answered', fetch: () => signedIn((url) => url.href) },
  { what: 'one that is answered by a form', fetch: () => signedIn((url) => url.href, { response_mode: 'form_post' }) },
  { what: 'a wrong authorization', fetch: () => get('/oauth2/authorize?client_id=nobody') },
  { what: 'a sign-out page', fetch: () => signedIn('/oauth2/logout') },
  { what: 'tokens refused', fetch: () => post('/oauth2/token', { grant_type: 'authorization_code' }, asClient()) },
  { what: 'a wrong client', fetch: () => post('/oauth2/token', {}, { authorization: basic('x', 'y') }) },
  { what: 'introspection', fetch: () => post('/oauth2/introspect', { token: 'x' }, asClient()) },
  { what: 'revocation', fetch: () => post('/oauth2/revoke', { token: 'x' }, asClient()) },
  { what: 'userinfo refused', fetch: () => get('/oauth2/userinfo', {}) },
  { what: 'the keys', fetch: () => get('/oauth2/jwks') },
  { what: 'the discovery document', fetch: () => get('/.well-known/openid-configuration') },
  { what: 'an endpoint that is not there', fetch: () => get('/oauth2/nowhere', {}) },
  { what: 'a method that is not there', fetch: () => post('/oauth2/jwks', {}) },
  { what: 'a problem of /v1', fetch: () => get('/v1/nowhere', {}) },
  { what: 'health', fetch: () => get('/health/ready', {}) },
  {
    what: 'a stylesheet',
    fetch: async () => get(/href="(\/assets\/[^"]+\.css)"/.exec(await (await get('/')).text())?.[1] ?? ''),
  },
]

async function beginning(): Promise<URL> {
  return (await startFlow(await openApp(stage.server, stage.client))).url
}

test.for(cases)(
  '$what: no framing, no sniffing, no referrer, no foreign or inline script',
  async ({ fetch: answer }) => {
    const { headers } = await answer()
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).toContain("style-src 'self'")
    expect(policy).toContain("base-uri 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|\*|https?:|nonce/)
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('x-request-id')).toBeTruthy()
    expect(headers.get('x-powered-by')).toBeNull()
    expect(headers.get('server')).toBeNull()
  },
)

/** Public, and the same for everybody. */
const cacheable = ['the keys', 'the discovery document', 'a stylesheet']
/** Nobody's, and without a secret. */
const indifferent = [
  'a redirect to the sign-in',
  'a problem of /v1',
  'an endpoint that is not there',
  'a method that is not there',
  'revocation',
]

test.for(cases.filter(({ what }) => ![...cacheable, ...indifferent].includes(what)))(
  '$what is stored nowhere',
  async ({ fetch: answer }) => {
    expect((await answer()).headers.get('cache-control')).toContain('no-store')
  },
)

test('pages hold no inline script, style or handler', async () => {
  const pages = [
    get('/'),
    get('/sign-in'),
    get('/sign-up'),
    get('/nowhere'),
    signedIn('/account/connected-apps'),
    signedIn('/oauth2/logout'),
  ]
  for (const page of await Promise.all(pages)) {
    const html = await page.text()
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:/i)
    expect(html).not.toMatch(/(src|href)="(https?:)?\/\//)
  }
})

test('an asset is kept for ever, under a name that changes with it', async () => {
  const html = await (await get('/')).text()
  const path = /href="(\/assets\/keygrant\.[\w-]{12}\.css)"/.exec(html)?.[1] ?? ''
  const asset = await get(path)
  expect(asset.status).toBe(200)
  expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  expect((await get(path.replace(/\.[\w-]{12}\./, '.000000000000.'))).status).toBe(404)
  for (const outside of ['/assets/../package.json', '/assets/%2e%2e/package.json', '/assets/..%2fpackage.json']) {
    expect((await get(outside)).status).toBe(404)
  }
})

test('plain http at loopback sends no HSTS, which would lock a developer out', async () => {
  expect((await get('/')).headers.get('strict-transport-security')).toBeNull()
})

test('a page of another origin may call an endpoint only where its client comes from', async () => {
  const { server, client } = stage
  const ask = async (origin: string) => {
    const response = await post(
      '/oauth2/token',
      { grant_type: 'authorization_code', client_id: client.id },
      { ...asClient(), origin },
    )
    return response.headers.get('access-control-allow-origin')
  }
  expect(await ask('https://app.example.com')).toBe('https://app.example.com')
  expect(await ask('https://evil.example')).toBeNull()
  const page = await get('/sign-in', { origin: 'https://evil.example', accept: 'text/html' })
  expect(page.headers.get('access-control-allow-origin')).toBeNull()
  expect(server.url).toContain('localhost')
})
