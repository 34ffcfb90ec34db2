/** How long refresh tokens live: 30 days each, 90 days a line, and no longer than the session unless offline access was allowed. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createAgent, type Agent } from '../support/agent.ts'
import { tokensFor } from '../support/flow.ts'
import { addClient, addPerson, type TestClient } from '../support/server.ts'
import { isActive, refresh, userinfo } from './endpoints.ts'
import { openStage, signInAt, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage[Symbol.asyncDispose]())
afterEach(() => void vi.useRealTimers())

const refused = { status: 400, body: { error: 'invalid_grant' } }
const offline = { scope: 'openid email offline_access', prompt: 'consent' }
const day = 86_400_000

async function begin(parameters: Record<string, string>, agent: Agent = createAgent(stage.server.url)) {
  const { server, person } = stage
  const client = await addClient(server)
  const { tokens } = await tokensFor(server, client, person, parameters, agent)
  return { client, agent, token: tokens.refresh_token ?? '', accessToken: tokens.access_token, scope: tokens.scope }
}

async function next(client: TestClient, token: string): Promise<string> {
  const answer = await refresh(stage.server, client, token)
  expect(answer.status).toBe(200)
  return answer.body['refresh_token'] as string
}

test('an unused refresh token lives 30 days', async () => {
  const [one, two] = [await begin(offline), await begin(offline)]
  const now = Date.now()
  vi.useFakeTimers({ toFake: ['Date'], now: now + 30 * day - 60_000 })
  expect(await refresh(stage.server, one.client, one.token)).toMatchObject({ status: 200 })
  vi.setSystemTime(now + 30 * day + 60_000)
  expect(await refresh(stage.server, two.client, two.token)).toMatchObject(refused)
})

test('each rotation gives 30 days anew, and 90 days after the first the line ends', async () => {
  const { client, token } = await begin(offline)
  const now = Date.now()
  let current = token
  vi.useFakeTimers({ toFake: ['Date'], now })
  for (const days of [29, 58, 87, 89.9]) {
    vi.setSystemTime(now + days * day)
    current = await next(client, current)
  }
  vi.setSystemTime(now + 90 * day + 60_000)
  expect(await refresh(stage.server, client, current)).toMatchObject(refused)
})

test('sweeping along the way takes nothing that still works', async () => {
  const { client, token } = await begin(offline)
  const now = Date.now()
  let current = token
  vi.useFakeTimers({ toFake: ['Date'], now })
  for (const days of [25, 50, 75]) {
    vi.setSystemTime(now + days * day)
    await stage.server.running.inside.sweeper.sweep()
    current = await next(client, current)
  }
  // The first of the line is still known, so that a thief who kept it is.
  expect(await refresh(stage.server, client, token)).toMatchObject(refused)
  expect(await refresh(stage.server, client, current)).toMatchObject(refused)
})

test('signing out ends refresh tokens and access tokens that offline access does not cover', async () => {
  const { client, agent, token, accessToken } = await begin({ scope: 'openid email' })
  await agent.get('/account/connected-apps')
  await agent.submit('/sign-out')
  expect(await refresh(stage.server, client, token)).toMatchObject(refused)
  expect((await userinfo(stage.server, accessToken)).status).toBe(401)
})

test('signing out ends the JWTs that offline access does not cover', async () => {
  const { client, agent, accessToken } = await begin({ scope: 'openid reports:read' })
  expect(await isActive(stage.server, client, accessToken)).toBe(true)
  await agent.get('/account/connected-apps')
  await agent.submit('/sign-out')
  expect(await isActive(stage.server, client, accessToken)).toBe(false)
})

test('offline access outlives the sign-out', async () => {
  const { client, agent, token, accessToken } = await begin(offline)
  await agent.get('/account/connected-apps')
  await agent.submit('/sign-out')
  expect(await isActive(stage.server, client, accessToken)).toBe(true)
  const successor = await next(client, token)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 20 * day })
  await next(client, successor)
})

test('offline access outlives the session’s own end', async () => {
  const { client, token } = await begin(offline)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 20 * day })
  await stage.server.running.inside.sweeper.sweep()
  expect(await refresh(stage.server, client, token)).toMatchObject({ status: 200 })
})

test('a refresh token without offline access ends with the session', async () => {
  const { client, token } = await begin({ scope: 'openid' })
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 15 * day })
  expect(await refresh(stage.server, client, token)).toMatchObject(refused)
})

test('offline_access without prompt=consent is dropped (OIDC Core, 11)', async () => {
  const { scope, client, agent, token } = await begin({ scope: 'openid offline_access' })
  expect(scope).toBe('openid')
  await agent.get('/account/connected-apps')
  await agent.submit('/sign-out')
  expect(await refresh(stage.server, client, token)).toMatchObject(refused)
})

test('offline_access for a client that may not refresh is dropped', async () => {
  const { server, person } = stage
  const client = await addClient(server, { grant_types: ['authorization_code'] })
  const { tokens } = await tokensFor(server, client, person, offline)
  expect(tokens.scope).toBe('openid email')
  expect(tokens.refresh_token).toBeUndefined()
})

test('of two authorizations in one session, only the one with offline access outlives the sign-out', async () => {
  const { server, person } = stage
  const first = await begin(offline)
  const second = await tokensFor(server, first.client, person, { scope: 'openid email' }, first.agent)
  const jwt = await tokensFor(server, first.client, person, { scope: 'openid reports:read' }, first.agent)
  expect(second.tokens.scope).toBe('openid email')
  await first.agent.get('/account/connected-apps')
  await first.agent.submit('/sign-out')
  expect(await refresh(server, first.client, second.tokens.refresh_token)).toMatchObject(refused)
  expect((await userinfo(server, second.tokens.access_token)).status).toBe(401)
  expect(await isActive(server, first.client, jwt.tokens.access_token)).toBe(false)
  await next(first.client, first.token)
})

test('a sign-out in one browser ends nothing in another', async () => {
  const { server, person } = stage
  const one = await begin({ scope: 'openid' })
  const other = await tokensFor(server, one.client, person)
  await one.agent.get('/account/connected-apps')
  await one.agent.submit('/sign-out')
  expect(await refresh(server, one.client, other.tokens.refresh_token)).toMatchObject({ status: 200 })
})

test('signing in anew as the same person keeps the session and what hangs on it', async () => {
  const { client, agent, token } = await begin({ scope: 'openid' })
  await signInAt(agent, stage.person)
  expect(await refresh(stage.server, client, token)).toMatchObject({ status: 200 })
})

test('signing in as somebody else ends the session and what hangs on it', async () => {
  const { client, agent, token } = await begin({ scope: 'openid' })
  await signInAt(agent, await addPerson(stage.server))
  expect(await refresh(stage.server, client, token)).toMatchObject(refused)
})
