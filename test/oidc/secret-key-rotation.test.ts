/** SECRET_KEY rotates without a loss: what was made under the old key works on beside the new one, and under no other. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAgent, type Agent } from '../support/agent.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { exchange, startFlow, tokensFor, type App, type Tokens } from '../support/flow.ts'
import {
  addClient,
  addPerson,
  addResources,
  freePort,
  startTestServer,
  type TestClient,
  type TestPerson,
  type TestServer,
} from '../support/server.ts'
import { isActive, refresh } from './endpoints.ts'
import { silently, tokensAgain } from './stage.ts'

const [oldKey, newKey, otherKey] = ['old', 'new', 'other'].map(
  (name) => `${name}-key-for-tests-0123456789-abcdefghijklmnop`,
) as [string, string, string]

let database: TestDatabase
let port: number
let server: TestServer
/** What was left behind under the old key. */
let before: {
  client: TestClient
  person: TestPerson
  app: App
  agent: Agent
  tokens: Tokens
  code: { callback: URL; started: Awaited<ReturnType<typeof startFlow>> }
  spent: { token: string; successor: string }
}

const start = (secretKey: string): Promise<TestServer> =>
  startTestServer({
    databaseUrl: database.url,
    settings: { SECRET_KEY: secretKey, PORT: String(port), PUBLIC_URL: `http://localhost:${port}` },
  })

beforeAll(async () => {
  database = await createTestDatabase()
  port = await freePort()
  const first = await start(oldKey)
  await addResources(first)
  const [client, person, agent] = [await addClient(first), await addPerson(first), createAgent(first.url)]
  const { app, tokens } = await tokensFor(first, client, person, { scope: 'openid reports:read' }, agent)
  const second = await tokensAgain(app, agent, { scope: 'openid reports:read' })
  const spent = await refresh(first, client, second.refresh_token)
  const started = await startFlow(app)
  const callback = new URL((await agent.get(started.url.href)).location ?? '')
  before = {
    client,
    person,
    app,
    agent,
    tokens,
    code: { callback, started },
    spent: { token: second.refresh_token ?? '', successor: spent.body['refresh_token'] as string },
  }
  await first[Symbol.asyncDispose]()
  server = await start(`${newKey},${oldKey}`)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

test('a refresh that was answered before is retried after, and gets the same successor', async () => {
  const { client, spent } = before
  const retried = await refresh(server, client, spent.token)
  expect(retried.body['refresh_token']).toBe(spent.successor)
  const next = await refresh(server, client, spent.successor)
  expect(next.status).toBe(200)
  expect(await refresh(server, client, next.body['refresh_token'] as string)).toMatchObject({ status: 200 })
})

test('codes, sessions, client secrets, consents and signing keys work on', async () => {
  const { client, app, agent, tokens, code } = before
  expect((await exchange(app, code.callback, code.started)).access_token).toBeTruthy()
  expect(await isActive(server, client, tokens.access_token)).toBe(true)
  expect((await silently(app, agent)).searchParams.has('code')).toBe(true)
  expect((await agent.get('/account/connected-apps')).status).toBe(200)
})

test('what is new is made under the new key', async () => {
  const { client, person } = before
  const { tokens } = await tokensFor(server, client, person, { scope: 'openid exports:run' })
  const [digest] = server.secrets.digests('access_token', tokens.access_token)
  expect(await server.db.accessToken.count({ where: { digest: Uint8Array.from(digest ?? []) } })).toBe(1)
})

test('a key that the database was not made with refuses the start, and says what to do', async () => {
  await expect(start(otherKey)).rejects.toThrow(/SECRET_KEY/)
})
