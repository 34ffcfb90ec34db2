/** The database goes away: apps are told to come again, never that they are wrong, and nothing that they had is spent. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { introspect, isActive, refresh, revoke, tokenRequest, userinfo } from '../oidc/endpoints.ts'
import { openStage, tokensAgain, type Stage } from '../oidc/stage.ts'
import { createAgent } from '../support/agent.ts'
import { allow, exchange, onConsent, openApp, signIn, startFlow, tokensFor } from '../support/flow.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { openDatabaseProxy, type DatabaseProxy } from '../support/database-proxy.ts'
import { addClient, addPerson } from '../support/server.ts'
import { ask, jsonOf } from './raw.ts'

let database: TestDatabase
let proxy: DatabaseProxy
let stage: Stage
beforeAll(async () => {
  database = await createTestDatabase()
  proxy = await openDatabaseProxy(database.url)
  stage = await openStage({ databaseUrl: proxy.url })
})
afterEach(async () => {
  await proxy.restore().catch(() => undefined)
  await backAgain()
})
afterAll(async () => {
  await stage[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

/** Ends only what hangs: the server looks for its database in steps of its own. */
const patience = { timeout: 30_000 }
async function backAgain(): Promise<void> {
  await expect.poll(async () => (await fetch(`${stage.server.url}/health/ready`)).status, patience).toBe(200)
}

async function whileAway<T>(act: () => Promise<T>): Promise<T> {
  await proxy.refuse()
  try {
    return await act()
  } finally {
    await proxy.restore()
    await backAgain()
  }
}

const unavailable = { status: 503, body: { error: 'temporarily_unavailable' } }

test('an exchange during an outage is 503, and the code is good afterwards', async () => {
  const { server, person } = stage
  const client = await addClient(server)
  const first = await tokensFor(server, client, person)
  const started = await startFlow(first.app)
  const callback = new URL((await first.agent.get(started.url.href)).location ?? '')
  const answer = await whileAway(() =>
    tokenRequest(server, client, {
      grant_type: 'authorization_code',
      code: callback.searchParams.get('code') ?? '',
      code_verifier: started.verifier,
      redirect_uri: client.client.redirectUris[0],
    }),
  )
  expect(answer).toMatchObject(unavailable)
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await exchange(first.app, callback, started)).claims()?.sub).toBe(person.id)
})

test('no endpoint takes an outage for a wrong client, a wrong token or no token', async () => {
  const { server, person } = stage
  const client = await addClient(server)
  const { tokens } = await tokensFor(server, client, person, { scope: 'openid reports:read' })
  const identity = await tokensFor(server, client, person, { scope: 'openid' })
  const answers = await whileAway(() =>
    Promise.all([
      refresh(server, client, tokens.refresh_token),
      tokenRequest(server, client, { grant_type: 'client_credentials' }),
      introspect(server, client, tokens.access_token),
      introspect(server, client, identity.tokens.access_token),
      revoke(server, client, tokens.access_token),
      revoke(server, client, identity.tokens.access_token),
      userinfo(server, identity.tokens.access_token),
      tokenRequest(server, { id: 'cli_unknown', secret: 'x' }, { grant_type: 'client_credentials' }),
    ]),
  )
  const [refreshed, , ...others] = answers
  for (const answer of [refreshed, ...others]) expect(answer).toMatchObject(unavailable)
  expect(await refresh(server, client, tokens.refresh_token)).toMatchObject({ status: 200 })
  expect(await isActive(server, client, tokens.access_token)).toBe(true)
  expect((await userinfo(server, identity.tokens.access_token)).status).toBe(200)
})

test('every page of a flow is a 503 page with the request id during an outage, and the flow goes on', async () => {
  const { server } = stage
  const [client, person] = [await addClient(server), await addPerson(server)]
  const app = await openApp(server, client)
  const agent = createAgent(server.url)
  const started = await startFlow(app)
  const expectOutage = async (url: string) => {
    const { status, html, headers, location } = await agent.get(url)
    expect([status, location]).toEqual([503, null])
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    expect(html).toContain(headers.get('x-request-id'))
    expect(html).toContain(`href="${new URL(url, server.url).pathname}`)
  }
  await whileAway(() => expectOutage(started.url.href))
  const signInPage = await agent.follow(await agent.get(started.url.href))
  await whileAway(() => expectOutage(signInPage.url))
  const consent = await signIn(agent, await agent.get(signInPage.url), person)
  expect(onConsent(consent)).toBe(true)
  await whileAway(() => expectOutage(consent.url))
  const answer = await allow(agent, await agent.get(consent.url))
  expect((await exchange(app, new URL(answer.location ?? ''), started)).claims()?.sub).toBe(person.id)
})

test('an authorization during an outage is not sent back to the app as an error', async () => {
  const { server, client, person } = stage
  const { agent, app } = await tokensFor(server, client, person)
  const { url } = await startFlow(app, { prompt: 'none' })
  const { status, location } = await whileAway(() => agent.get(url.href))
  expect([status, location]).toEqual([503, null])
  expect((await tokensAgain(app, agent)).access_token).toBeTruthy()
})

test('a consent that is posted during an outage is not half given', async () => {
  const { server } = stage
  const [client, person] = [await addClient(server), await addPerson(server)]
  const app = await openApp(server, client)
  const agent = createAgent(server.url)
  const started = await startFlow(app, { scope: 'openid email' })
  const consent = await signIn(agent, await agent.get(started.url.href), person)
  const failed = await whileAway(() => agent.submit('/consent', { scope: ['email'] }))
  expect(failed.status).toBe(503)
  expect(failed.headers.getSetCookie()).toEqual([])
  expect(await server.db.grant.count({ where: { clientId: client.id } })).toBe(0)
  const answer = await allow(agent, await agent.get(consent.url))
  expect((await exchange(app, new URL(answer.location ?? ''), started)).scope).toBe('openid email')
})

test('connections that are cut are made anew, and nobody notices but who was being served', async () => {
  const { server, client, person } = stage
  const { agent, app } = await tokensFor(server, client, person)
  proxy.cut()
  await backAgain()
  expect((await tokensAgain(app, agent)).access_token).toBeTruthy()
})

test('liveness does not ask the database; readiness says what is missing', async () => {
  const { port } = stage.server.running
  const [live, ready] = await whileAway(() =>
    Promise.all([ask(port, { path: '/health/live' }), ask(port, { path: '/health/ready' })]),
  )
  expect(live.status).toBe(200)
  expect(ready.status).toBe(503)
  expect(Number(ready.headers['retry-after'])).toBeGreaterThan(0)
  expect(jsonOf(ready)).toMatchObject({ status: 'failed', checks: { database: 'failed', signing_keys: 'ok' } })
  expect(ready.text).not.toMatch(/ECONNREFUSED|127\.0\.0\.1|postgres/i)
})

test('keys and discovery are served without the database', async () => {
  const { server } = stage
  const statuses = await whileAway(() =>
    Promise.all(
      ['/oauth2/jwks', '/.well-known/openid-configuration'].map(
        async (path) => (await fetch(server.url + path)).status,
      ),
    ),
  )
  expect(statuses).toEqual([200, 200])
})
