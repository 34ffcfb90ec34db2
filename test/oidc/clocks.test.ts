/** A node whose own clock is wrong issues what it would with a right one: all times are the database's. */
import { decodeJwt } from 'jose'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createAgent } from '../support/agent.ts'
import { authorize, openApp, startFlow } from '../support/flow.ts'
import {
  addClient,
  addPerson,
  addResources,
  startTestServer,
  type TestClient,
  type TestPerson,
  type TestServer,
} from '../support/server.ts'
import { introspect, isActive, refresh, tokenRequest } from './endpoints.ts'

const began = performance.now()
const beganAt = Date.now()
/** The right time, which nobody sets. */
const clock = { now: () => new Date(beganAt + performance.now() - began) }
const nowSeconds = () => clock.now().getTime() / 1000

/** Sets this machine's clock wrong by so many seconds; it goes on from there. */
function setOwnClock(seconds: number): void {
  vi.useRealTimers()
  if (seconds !== 0) vi.useFakeTimers({ toFake: ['Date'], now: clock.now().getTime() + seconds * 1000 })
}

let server: TestServer
let client: TestClient
let person: TestPerson
beforeAll(async () => {
  server = await startTestServer({ clock })
  await addResources(server)
  client = await addClient(server)
  person = await addPerson(server)
})
afterAll(() => server[Symbol.asyncDispose]())
afterEach(() => setOwnClock(0))

const near = (seconds: unknown, expected: number) => expect(Math.abs(Number(seconds) - expected)).toBeLessThan(20)

interface Tokens {
  access_token: string
  id_token: string
  refresh_token: string
  expires_in: number
}

async function flow(scope: string): Promise<{ code: string; verifier: string }> {
  const started = await startFlow(await openApp(server, client), { scope, max_age: '600' })
  const callback = await authorize(createAgent(server.url), started, person)
  return { code: callback.searchParams.get('code') ?? '', verifier: started.verifier }
}

async function exchange({ code, verifier }: { code: string; verifier: string }): Promise<Tokens> {
  const { status, body } = await tokenRequest(server, client, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: client.client.redirectUris[0],
    code_verifier: verifier,
  })
  expect([status, body]).toEqual([200, expect.anything()])
  return body as unknown as Tokens
}

const hour = 3600

test.for([
  ['an hour ahead', hour],
  ['an hour behind', -hour],
  ['right', 0],
] as const)('what is issued by a node that is %s has the right times', async ([, skew]) => {
  setOwnClock(skew)
  const tokens = await exchange(await flow('openid email reports:read'))
  const [accessToken, idToken] = [decodeJwt(tokens.access_token), decodeJwt(tokens.id_token)]
  near(accessToken.iat, nowSeconds())
  near(accessToken.exp, nowSeconds() + 900)
  near(accessToken['auth_time'], nowSeconds())
  near(idToken.iat, nowSeconds())
  near(idToken.exp, nowSeconds() + hour)
  near(idToken['auth_time'], nowSeconds())
  expect(tokens.expires_in).toBe(900)
  const { body } = await introspect(server, client, tokens.access_token)
  expect(body).toMatchObject({ active: true, iat: accessToken.iat, exp: accessToken.exp })

  const row = await server.db.refreshToken.findFirstOrThrow({ orderBy: { issuedAt: 'desc' } })
  near(row.issuedAt.getTime() / 1000, nowSeconds())
  near(row.expiresAt.getTime() / 1000, nowSeconds() + 30 * 24 * hour)
  const session = await server.db.session.findFirstOrThrow({ orderBy: { createdAt: 'desc' } })
  near(session.expiresAt.getTime() / 1000, nowSeconds() + 14 * 24 * hour)
})

test.for([
  ['ahead', hour],
  ['behind', -hour],
] as const)('opaque tokens of a node that is an hour %s live as long as they should, and say so', async ([, skew]) => {
  setOwnClock(skew)
  const tokens = await exchange(await flow('openid exports:run'))
  const { body } = await introspect(server, client, tokens.access_token)
  expect(body['active']).toBe(true)
  near(body['iat'], nowSeconds())
  near(body['exp'], nowSeconds() + 600)
  // On a node whose clock is right, and on one that is wrong the other way.
  setOwnClock(0)
  expect(await isActive(server, client, tokens.access_token)).toBe(true)
  setOwnClock(-skew)
  expect(await isActive(server, client, tokens.access_token)).toBe(true)
})

test.for([
  ['forward', hour],
  ['back', -hour],
] as const)('a clock that is set %s between two steps interrupts no flow', async ([, skew]) => {
  const code = await flow('openid email reports:read')
  setOwnClock(skew)
  const tokens = await exchange(code)
  setOwnClock(-skew)
  const { status, body } = await refresh(server, client, tokens.refresh_token)
  expect([status, body]).toMatchObject([200, { refresh_token: expect.any(String) as string }])
})

test('a session lives on when this machine is set back or ahead, and asks nobody to sign in again', async () => {
  const agent = createAgent(server.url)
  const app = await openApp(server, client)
  await authorize(agent, await startFlow(app), person)
  for (const skew of [hour, -hour]) {
    setOwnClock(skew)
    const { location } = await agent.get((await startFlow(app, { max_age: '600' })).url.href)
    expect(location).toContain('code=')
  }
})
