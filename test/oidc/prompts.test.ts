/** When a person is asked, and how an app may ask for it (OIDC Core, 3.1.2.1). */
import { decodeJwt } from 'jose'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createAgent, type Agent, type Answer } from '../support/agent.ts'
import {
  allow,
  authorize,
  exchange,
  onConsent,
  openApp,
  signIn,
  startFlow,
  tokensFor,
  type App,
} from '../support/flow.ts'
import { addClient, addPerson } from '../support/server.ts'
import { browserMetadata, openStage, signedInAgent, tokensAgain, type Stage } from './stage.ts'

let stage: Stage
let app: App
/** The person's browser, in which the app was allowed. */
let agent: Agent
beforeAll(async () => {
  stage = await openStage()
  const first = await tokensFor(stage.server, stage.client, stage.person, { scope: 'openid email' })
  app = first.app
  agent = first.agent
})
afterAll(() => stage[Symbol.asyncDispose]())
afterEach(() => void vi.useRealTimers())

async function ask(by: Agent, parameters: Record<string, string> = {}): Promise<Answer> {
  const started = await startFlow(app, parameters)
  return by.follow(await by.get(started.url.href))
}

const onSignIn = ({ url, status }: Answer): boolean => status === 200 && new URL(url).pathname === '/sign-in'

const errorOf = ({ location }: Answer): string | null => new URL(location ?? 'none:').searchParams.get('error')

test('who is signed in and has allowed it before is asked nothing', async () => {
  const { location } = await ask(agent)
  expect(new URL(location ?? '').searchParams.has('code')).toBe(true)
})

test('prompt=none answers without a page: with a code, or with the reason', async () => {
  const { server } = stage
  expect(new URL((await ask(agent, { prompt: 'none' })).location ?? '').searchParams.has('code')).toBe(true)
  expect(errorOf(await ask(createAgent(server.url), { prompt: 'none' }))).toBe('login_required')
  const newcomer = await signedInAgent(server, await addPerson(server))
  expect(errorOf(await ask(newcomer, { prompt: 'none' }))).toBe('consent_required')
  expect(errorOf(await ask(agent, { prompt: 'none', scope: 'openid email profile' }))).toBe('consent_required')
})

test('prompt=none together with another prompt is refused', async () => {
  expect(errorOf(await ask(agent, { prompt: 'none login' }))).toBe('invalid_request')
})

test('a prompt that does not exist is refused', async () => {
  expect(errorOf(await ask(agent, { prompt: 'create' }))).toBe('invalid_request')
})

test('prompt=login asks who is signed in to sign in again, and auth_time tells of it', async () => {
  const { server, person, client } = stage
  const { agent: own } = await tokensFor(server, client, person, { scope: 'openid email' })
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 600_000 })
  const started = await startFlow(app, { prompt: 'login', max_age: '86400', scope: 'openid email' })
  const page = await own.follow(await own.get(started.url.href))
  expect(onSignIn(page)).toBe(true)
  const answered = await signIn(own, page, person)
  const tokens = await exchange(app, new URL(answered.location ?? ''), started)
  expect(decodeJwt(tokens.id_token ?? '')['auth_time']).toBeGreaterThanOrEqual(Math.floor(Date.now() / 1000) - 60)
})

test('prompt=login cannot be answered with the sign-in from before', async () => {
  const { server, person, client } = stage
  const { agent: own } = await tokensFor(server, client, person, { scope: 'openid email' })
  // A sign-in counts by the second; the request is a later one.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5000 })
  const started = await startFlow(app, { prompt: 'login', scope: 'openid email' })
  const { location } = await own.get(started.url.href)
  // Going straight on, past the page that asks.
  const uid = new URL(location ?? '').pathname.split('/').at(-1) ?? ''
  const skipped = await own.get(`/oauth2/authorize/${uid}`)
  expect(skipped.location === null || !new URL(skipped.location).searchParams.has('code')).toBe(true)
  expect(onSignIn(await own.follow(await own.get(started.url.href)))).toBe(true)
})

test('prompt=consent asks again what was allowed', async () => {
  const page = await ask(agent, { prompt: 'consent', scope: 'openid email' })
  expect(onConsent(page)).toBe(true)
})

test('prompt="login consent" asks both, in this order', async () => {
  const { server, person, client } = stage
  const { agent: own } = await tokensFor(server, client, person, { scope: 'openid email' })
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5000 })
  const page = await ask(own, { prompt: 'login consent', scope: 'openid email' })
  expect(onSignIn(page)).toBe(true)
  const consent = await signIn(own, page, person)
  expect(onConsent(consent)).toBe(true)
  expect(new URL((await allow(own, consent)).location ?? '').searchParams.has('code')).toBe(true)
})

test('prompt=select_account lets who is signed in be somebody else', async () => {
  const { server, person, client } = stage
  const { agent: own } = await tokensFor(server, client, person, { scope: 'openid email' })
  const other = await addPerson(server)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5000 })
  const started = await startFlow(app, { prompt: 'select_account', scope: 'openid email' })
  const page = await own.follow(await own.get(started.url.href))
  expect(onSignIn(page)).toBe(true)
  const callback = await authorize(own, { ...started, url: new URL(page.url) }, other)
  expect((await exchange(app, callback, started)).claims()?.sub).toBe(other.id)
})

test('max_age asks for a new sign-in when the last one is older, and gives auth_time', async () => {
  const { server, person, client } = stage
  const { agent: own } = await tokensFor(server, client, person, { scope: 'openid email' })
  const within = await tokensAgain(app, own, { max_age: '3600', scope: 'openid email' })
  expect(decodeJwt(within.id_token ?? '')['auth_time']).toBeTypeOf('number')
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_700_000 })
  expect(onSignIn(await ask(own, { max_age: '3600' }))).toBe(true)
  expect(errorOf(await ask(own, { max_age: '3600', prompt: 'none' }))).toBe('login_required')
})

test('max_age=0 is a new sign-in each time', async () => {
  const { server, person, client } = stage
  const { agent: own } = await tokensFor(server, client, person, { scope: 'openid email' })
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5000 })
  const started = await startFlow(app, { max_age: '0', scope: 'openid email' })
  const page = await own.follow(await own.get(started.url.href))
  expect(onSignIn(page)).toBe(true)
  const answered = await signIn(own, page, person)
  expect(new URL(answered.location ?? '').searchParams.has('code')).toBe(true)
})

test('login_hint stands in the form, and only an address does', async () => {
  const { server } = stage
  const page = await ask(createAgent(server.url), { login_hint: 'hinted@example.com' })
  expect(page.html).toMatch(/<input[^>]*name="email"[^>]*value="hinted@example.com"/)
  const forged = await ask(createAgent(server.url), { login_hint: '"><script>alert(1)</script>' })
  expect(onSignIn(forged)).toBe(true)
  expect(forged.html).not.toContain('<script>alert')
})

test('the sign-in page says which app waits, and where it leads', async () => {
  const page = await ask(createAgent(stage.server.url))
  expect(page.html).toContain('ACME Dashboard')
  expect(page.html).toContain('app.example.com')
})

test('ui_locales=de gives every page of the flow in German', async () => {
  const { server } = stage
  const person = await addPerson(server)
  const own = createAgent(server.url)
  const page = await ask(own, { ui_locales: 'nl de en' })
  expect(page.html).toContain('<html lang="de">')
  const consent = await signIn(own, page, person)
  expect(onConsent(consent)).toBe(true)
  expect(consent.html).toContain('<html lang="de">')
  const wrong = await own.get('/oauth2/authorize?client_id=nobody&ui_locales=de')
  expect(wrong.html).toContain('<html lang="de">')
})

test('an unknown language falls back to the browser’s, then to English', async () => {
  const { server } = stage
  const { url } = await startFlow(app, { ui_locales: 'tlh' })
  const own = createAgent(server.url)
  const started = await own.fetch(url.href)
  const waiting = new URL(started.headers.get('location') ?? '', server.url)
  const toSignIn = await own.fetch(waiting.href, { headers: { 'accept-language': 'de' } })
  const page = await own.fetch(toSignIn.headers.get('location') ?? '', { headers: { 'accept-language': 'de' } })
  expect(await page.text()).toContain('<html lang="en">')
})

test('id_token_hint of who is signed in goes through; of another it does not', async () => {
  const { server, person, client } = stage
  const mine = await tokensFor(server, client, person, { scope: 'openid email' })
  const theirs = await tokensFor(server, client, await addPerson(server), { scope: 'openid email' })
  const hint = mine.tokens.id_token ?? ''
  const own = await ask(mine.agent, { prompt: 'none', id_token_hint: hint })
  expect(new URL(own.location ?? '').searchParams.has('code')).toBe(true)
  expect(errorOf(await ask(theirs.agent, { prompt: 'none', id_token_hint: hint }))).toBe('login_required')
  expect(onSignIn(await ask(theirs.agent, { id_token_hint: hint }))).toBe(true)
  const [header, , signature] = hint.split('.')
  const forged = `${header}.${Buffer.from('{"sub":"usr_other"}').toString('base64url')}.${signature}`
  expect(errorOf(await ask(mine.agent, { prompt: 'none', id_token_hint: forged }))).toBe('invalid_request')
})

test('an id_token_hint that has expired still hints', async () => {
  const { server, person, client } = stage
  const { tokens, agent: own } = await tokensFor(server, client, person, { scope: 'openid email' })
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 3_600_000 })
  const answer = await ask(own, { prompt: 'none', id_token_hint: tokens.id_token ?? '' })
  expect(new URL(answer.location ?? '').searchParams.has('code')).toBe(true)
})

test('an app that is new to a signed-in person asks at once for consent, not for a sign-in', async () => {
  const other = await openApp(stage.server, await addClient(stage.server, browserMetadata))
  const started = await startFlow(other)
  const page = await agent.follow(await agent.get(started.url.href))
  expect(onConsent(page)).toBe(true)
})
