/** Signing out at an app's wish (OpenID Connect RP-Initiated Logout 1.0). */
import { decodeJwt } from 'jose'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createAgent, type Agent, type Answer } from '../support/agent.ts'
import { tokensFor, type Tokens } from '../support/flow.ts'
import { addClient, type TestClient } from '../support/server.ts'
import { isActive, refresh } from './endpoints.ts'
import { openStage, type Stage } from './stage.ts'

const afterwards = 'https://app.example.com/signed-out'

let stage: Stage
let client: TestClient
beforeAll(async () => {
  stage = await openStage()
  client = await addClient(stage.server, { post_logout_redirect_uris: [afterwards] })
})
afterAll(() => stage[Symbol.asyncDispose]())
afterEach(() => void vi.useRealTimers())

async function signedIn(): Promise<{ agent: Agent; tokens: Tokens; hint: string }> {
  const { agent, tokens } = await tokensFor(stage.server, client, stage.person, { scope: 'openid reports:read' })
  return { agent, tokens, hint: tokens.id_token ?? '' }
}

const logout = (agent: Agent, parameters: Record<string, string> = {}): Promise<Answer> =>
  agent.get(`/oauth2/logout?${new URLSearchParams(parameters)}`)

const confirm = async (agent: Agent): Promise<Answer> => agent.follow(await agent.submit('/oauth2/logout/confirm'))

const isSignedIn = async (agent: Agent): Promise<boolean> => (await agent.get('/account/connected-apps')).status === 200

test('asks before it signs out, with the app’s name, and then sends the person back', async () => {
  const { agent, hint, tokens } = await signedIn()
  const page = await logout(agent, { id_token_hint: hint, post_logout_redirect_uri: afterwards, state: 'abc' })
  expect(page.status).toBe(200)
  expect(page.html).toContain('ACME Dashboard')
  expect(await isSignedIn(agent)).toBe(true)
  await logout(agent, { id_token_hint: hint, post_logout_redirect_uri: afterwards, state: 'abc' })
  const back = await confirm(agent)
  expect(back.location).toBe(`${afterwards}?state=abc`)
  expect(await isSignedIn(agent)).toBe(false)
  expect(await isActive(stage.server, client, tokens.access_token)).toBe(false)
  expect((await refresh(stage.server, client, tokens.refresh_token)).status).toBe(400)
})

test('a posted form that leads to another host is answered by a page that navigates, since form-action stops a redirect', async () => {
  const { agent, hint } = await signedIn()
  await logout(agent, { id_token_hint: hint, post_logout_redirect_uri: afterwards })
  const answer = await agent.submit('/oauth2/logout/confirm')
  expect(answer.headers.get('location')).toBeNull()
  expect(answer.status).toBe(200)
  expect(answer.html).toContain(afterwards)
})

test('works without a hint, and ends on our own page', async () => {
  const { agent } = await signedIn()
  const page = await logout(agent)
  expect(page.status).toBe(200)
  const done = await confirm(agent)
  expect(done.status).toBe(200)
  expect(done.url).toContain('/oauth2/logout/success')
  expect(await isSignedIn(agent)).toBe(false)
})

test('a client_id is enough to be sent back', async () => {
  const { agent } = await signedIn()
  await logout(agent, { client_id: client.id, post_logout_redirect_uri: afterwards })
  expect((await confirm(agent)).location).toBe(afterwards)
})

test('a hint that has expired still names the app', async () => {
  const { agent, hint } = await signedIn()
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 3_600_000 })
  await logout(agent, { id_token_hint: hint, post_logout_redirect_uri: afterwards })
  expect((await confirm(agent)).location).toBe(afterwards)
})

test.for([
  'https://app.example.com/signed-out/',
  'https://app.example.com/signed-out?x=1',
  'https://evil.example/signed-out',
  'https://app.example.com/callback',
  'javascript:alert(1)',
])('post_logout_redirect_uri=%s is not registered, and nobody is sent there', async (uri) => {
  const { agent, hint } = await signedIn()
  const page = await logout(agent, { id_token_hint: hint, post_logout_redirect_uri: uri })
  expect(page.status).toBe(400)
  expect(page.location).toBeNull()
  expect(page.html).toContain(page.headers.get('x-request-id') ?? 'none')
  expect(await isSignedIn(agent)).toBe(true)
})

test('an address without an app that registered it is ignored', async () => {
  const { agent } = await signedIn()
  await logout(agent, { post_logout_redirect_uri: afterwards })
  const done = await confirm(agent)
  expect(done.location).toBeNull()
  expect(done.url).toContain('/oauth2/logout/success')
})

test('a hint that is not ours, or of another app, is refused', async () => {
  const { agent, hint } = await signedIn()
  const [header, , signature] = hint.split('.')
  const payload = Buffer.from(JSON.stringify({ ...decodeJwt(hint), sub: 'usr_other' })).toString('base64url')
  for (const wrong of [
    { id_token_hint: 'nothing' },
    { id_token_hint: `${header}.${payload}.${signature}` },
    { id_token_hint: hint, client_id: stage.client.id },
  ]) {
    expect((await logout(agent, wrong)).status).toBe(400)
  }
  expect(await isSignedIn(agent)).toBe(true)
})

test('a sign-out that another site posts is refused (CSRF), with a wrong proof and with none', async () => {
  const { agent, hint } = await signedIn()
  const forged = async (fields: Record<string, string>) =>
    agent.fetch('/oauth2/logout/confirm', { method: 'POST', body: new URLSearchParams({ logout: 'yes', ...fields }) })
  expect((await forged({})).status).toBe(400)
  await logout(agent, { id_token_hint: hint })
  expect((await forged({})).status).toBe(400)
  expect((await forged({ xsrf: 'f'.repeat(48) })).status).toBe(400)
  expect(await isSignedIn(agent)).toBe(true)
})

test('the proof of one browser is worth nothing in another', async () => {
  const [mine, theirs] = [await signedIn(), await signedIn()]
  const page = await logout(mine.agent)
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(page.html)?.[1] ?? ''
  await logout(theirs.agent)
  const body = new URLSearchParams({ logout: 'yes', xsrf })
  expect((await theirs.agent.fetch('/oauth2/logout/confirm', { method: 'POST', body })).status).toBe(400)
  expect(await isSignedIn(theirs.agent)).toBe(true)
})

test('a GET alone never signs anybody out', async () => {
  const { agent, hint } = await signedIn()
  for (const parameters of [{}, { id_token_hint: hint }, { id_token_hint: hint, logout: 'yes' }]) {
    await logout(agent, parameters)
    await agent.get('/oauth2/logout/confirm')
    await agent.get('/oauth2/logout/success')
  }
  expect(await isSignedIn(agent)).toBe(true)
})

test('a posted request is sent on as a GET', async () => {
  const { agent, hint } = await signedIn()
  const body = new URLSearchParams({ id_token_hint: hint, post_logout_redirect_uri: afterwards })
  const response = await agent.fetch('/oauth2/logout', { method: 'POST', body })
  expect(response.status).toBe(303)
  await agent.get(response.headers.get('location') ?? '')
  expect((await confirm(agent)).location).toBe(afterwards)
})

test('with nobody signed in there is nothing to ask', async () => {
  const { hint } = await signedIn()
  const agent = createAgent(stage.server.url)
  const back = await logout(agent, { id_token_hint: hint, post_logout_redirect_uri: afterwards, state: 'x y' })
  expect(back.location).toBe(`${afterwards}?state=x+y`)
  expect((await agent.follow(await logout(agent))).url).toContain('/oauth2/logout/success')
})

test('speaks the language that the app asks for', async () => {
  const { agent } = await signedIn()
  expect((await logout(agent, { ui_locales: 'de' })).html).toContain('<html lang="de">')
})
