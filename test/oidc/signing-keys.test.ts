/** Signing keys rotate in stages and without a restart: published, used, retired, gone. */
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify, type JWK } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { listSigningKeys, rotateSigningKeys } from '../../src/oidc/signing-keys/signing-keys.ts'
import { createAgent, type Agent } from '../support/agent.ts'
import { createTestDatabase } from '../support/database.ts'
import { tokensFor, type Tokens } from '../support/flow.ts'
import { addPerson, startTestServer, type TestServer } from '../support/server.ts'
import { introspect, isActive, refresh } from './endpoints.ts'
import { openStage, silently, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

/** One test begins where the last one ended: the server's time never goes back. */
let now = Date.now()
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now }))
afterEach(() => {
  now = Date.now()
  vi.useRealTimers()
})

const hour = 3_600_000
const day = 24 * hour

/** Time passes, and the server looks at its keys as it does each minute. */
async function pass(milliseconds: number): Promise<void> {
  vi.setSystemTime(Date.now() + milliseconds)
  await stage.server.running.inside.refreshSigningKeys()
}

async function published(): Promise<string[]> {
  const { keys } = (await (await fetch(`${stage.server.url}/oauth2/jwks`)).json()) as { keys: JWK[] }
  return keys.map(({ kid }) => kid ?? '')
}

async function flow(agent: Agent = createAgent(stage.server.url)): Promise<Tokens> {
  const { server, client } = stage
  const person = await addPerson(server)
  return (await tokensFor(server, client, person, { scope: 'openid reports:read' }, agent)).tokens
}

const kidOf = (token: string | undefined): string => decodeProtectedHeader(token ?? '').kid ?? ''

/** What a client does with a token that it gets: fetches the keys and verifies it. */
async function verifies(token: string | undefined): Promise<boolean> {
  const keys = createRemoteJWKSet(new URL(`${stage.server.url}/oauth2/jwks`))
  return jwtVerify(token ?? '', keys, { issuer: stage.server.url, clockTolerance: '30d' }).then(
    () => true,
    () => false,
  )
}

test('a rotation goes through its stages, and at none of them does a token fail to verify', async () => {
  const { server } = stage
  const before = await flow()
  const old = await published()
  expect(old).toHaveLength(2)

  const rotation = await rotateSigningKeys(server)
  await pass(0)
  const fresh = rotation.published.map(({ kid }) => kid)
  expect((await published()).toSorted()).toEqual([...old, ...fresh].toSorted())
  // Published, not used: whoever keeps the keys for a day hasn't seen them yet.
  const meanwhile = await flow()
  expect(old).toContain(kidOf(meanwhile.access_token))
  expect(old).toContain(kidOf(meanwhile.id_token))
  await pass(23 * hour)
  expect(old).toContain(kidOf((await flow()).access_token))

  await pass(2 * hour)
  const after = await flow()
  expect(fresh).toContain(kidOf(after.access_token))
  expect(fresh).toContain(kidOf(after.id_token))
  expect((await published()).toSorted()).toEqual([...old, ...fresh].toSorted())
  for (const token of [before, meanwhile, after]) {
    expect(await verifies(token.access_token)).toBe(true)
    expect(await verifies(token.id_token)).toBe(true)
  }

  await pass(7 * day + hour)
  expect((await published()).toSorted()).toEqual(fresh.toSorted())
  expect(await verifies(before.access_token)).toBe(false)
  expect(await verifies(after.id_token)).toBe(true)
})

test('a token that was signed before the rotation is introspected until it dies of age', async () => {
  const { server, client } = stage
  const tokens = await flow()
  const { published: fresh } = await rotateSigningKeys(server)
  await pass(0)
  expect(await isActive(server, client, tokens.access_token)).toBe(true)
  await pass(25 * hour)
  const late = await flow()
  expect(fresh.map(({ kid }) => kid)).toContain(kidOf(late.access_token))
  expect(await isActive(server, client, late.access_token)).toBe(true)
  expect((await introspect(server, client, tokens.access_token)).body).toEqual({ active: false })
})

test('codes, sessions and refresh tokens know nothing of a rotation', async () => {
  const { server, client, person } = stage
  const first = await tokensFor(server, client, person, { scope: 'openid offline_access', prompt: 'consent' })
  await rotateSigningKeys(server)
  await pass(25 * hour)
  expect(await refresh(server, client, first.tokens.refresh_token)).toMatchObject({ status: 200 })
  expect((await silently(first.app, first.agent)).searchParams.has('code')).toBe(true)
})

test('an ID token hint from before a rotation is taken as long as its key is published', async () => {
  const { server, client, person } = stage
  const { agent, app, tokens } = await tokensFor(server, client, person)
  await rotateSigningKeys(server)
  await pass(25 * hour)
  const hint = { prompt: 'none', id_token_hint: tokens.id_token ?? '' }
  expect((await silently(app, agent, hint)).searchParams.has('code')).toBe(true)
})

test('rotating twice in a row leaves one key to be used next, and none without its day of being published', async () => {
  const { server } = stage
  await rotateSigningKeys(server)
  await pass(hour)
  const second = await rotateSigningKeys(server)
  await pass(23.5 * hour)
  // The first rotation's keys would be due by now; tokens still verify, whichever sign.
  expect(await verifies((await flow()).access_token)).toBe(true)
  await pass(hour)
  const tokens = await flow()
  expect(second.published.map(({ kid }) => kid)).toContain(kidOf(tokens.access_token))
})

test('private parts rest sealed, each for its own row, and what was done is noted', async () => {
  const { db } = stage.server
  const rows = await db.signingKey.findMany()
  expect(rows.length).toBeGreaterThan(2)
  for (const { id, publicJwk, privateSealed } of rows) {
    expect(Object.keys(publicJwk as object)).not.toContain('d')
    expect(Buffer.from(privateSealed).toString('latin1')).not.toContain('"d"')
    const elsewhere = { table: 'signing_keys', column: 'private_sealed', row: 'sgk_another' }
    expect(() => stage.server.secrets.open(privateSealed, elsewhere)).toThrow()
    expect(await db.auditEvent.count({ where: { type: 'signing_key.published', targetId: id } })).toBe(1)
  }
})

test('keys that are gone are swept a day later, and the others stay', async () => {
  const { server } = stage
  await rotateSigningKeys(server)
  await pass(25 * hour)
  await pass(8 * day)
  await server.running.inside.sweeper.sweep()
  const left = await listSigningKeys(server.db, server.clock)
  expect(left.map(({ stage: at }) => at)).toEqual(['used', 'used'])
})

test('nodes that start at once on an empty database make one set of keys', async () => {
  await using database = await createTestDatabase()
  const nodes: TestServer[] = await Promise.all([1, 2, 3].map(() => startTestServer({ databaseUrl: database.url })))
  const sets = await Promise.all(nodes.map(async ({ url }) => (await fetch(`${url}/oauth2/jwks`)).text()))
  for (const node of nodes) await node[Symbol.asyncDispose]()
  expect(new Set(sets).size).toBe(1)
})
