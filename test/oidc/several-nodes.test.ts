/** Two nodes on one database: what one changes holds on the other within a second, and a flow may wander between them. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemContext } from '../../src/audit/record.ts'
import { rotateSecret } from '../clients/rotate.ts'
import { rotateSigningKeys } from '../../src/oidc/signing-keys/signing-keys.ts'
import { createAgent } from '../support/agent.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { tokensFor } from '../support/flow.ts'
import {
  addClient,
  addPerson,
  addResources,
  startTestServer,
  type TestClient,
  type TestServer,
} from '../support/server.ts'
import { introspect, isActive, refresh, revoke, tokenRequest, userinfo } from './endpoints.ts'
import { disableClient, enableClient } from '../clients/disable.ts'

const publicUrl = 'http://localhost:3999'

let database: TestDatabase
let one: TestServer
let two: TestServer
beforeAll(async () => {
  database = await createTestDatabase()
  // One installation has one issuer, whichever node answers.
  const settings = { PUBLIC_URL: publicUrl }
  one = await startTestServer({ databaseUrl: database.url, settings })
  two = await startTestServer({ databaseUrl: database.url, settings })
  await addResources(one)
})
afterAll(async () => {
  await two[Symbol.asyncDispose]()
  await one[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

/** Where a node itself is reached, as a load balancer does. */
const at = ({ running }: TestServer) => ({ url: `http://localhost:${running.port}` })

/** A revocation reaches every node within a second. */
const within = { timeout: 1000, interval: 20 }

const machine = { grant_types: ['client_credentials'], redirect_uris: undefined } as const
const ask = (node: TestServer, client: Pick<TestClient, 'id' | 'secret'>) =>
  tokenRequest(at(node), client, { grant_type: 'client_credentials', scope: 'reports:read' })

test('both nodes are the same issuer with the same keys', async () => {
  for (const path of ['/.well-known/openid-configuration', '/oauth2/jwks']) {
    const [first, second] = await Promise.all([one, two].map(async (node) => (await fetch(at(node).url + path)).text()))
    expect(first).toBe(second)
    if (path.includes('configuration')) expect(first).toContain(`"issuer":"${publicUrl}"`)
  }
})

test('a client that was just registered is known everywhere at once', async () => {
  const client = await addClient(one, machine)
  expect(await ask(two, client)).toMatchObject({ status: 200 })
})

test('a disabled client is refused on the other node, and welcome there when it is enabled again', async () => {
  const client = await addClient(one, machine)
  // Held in memory by both.
  for (const node of [one, two]) expect(await ask(node, client)).toMatchObject({ status: 200 })
  await disableClient(one, client.id, systemContext(one.clock))
  await expect.poll(() => ask(two, client), within).toMatchObject({ status: 401 })
  await enableClient(one, client.id, systemContext(one.clock))
  await expect.poll(() => ask(two, client), within).toMatchObject({ status: 200 })
})

test('a secret that ended on one node ends on the other', async () => {
  const client = await addClient(one, machine)
  for (const node of [one, two]) expect(await ask(node, client)).toMatchObject({ status: 200 })
  const rotated = await rotateSecret(two, client.id, 0)
  await expect.poll(() => ask(one, client), within).toMatchObject({ status: 401 })
  const successor = rotated.outcome === 'rotated' ? rotated.secret : null
  expect(await ask(one, { id: client.id, secret: successor })).toMatchObject({ status: 200 })
})

test('resources that one node is given are known to the other', async () => {
  const client = await addClient(one, machine)
  const file = `
version: 1
resources:
  invoices:
    identifier: https://api.example.com/invoices
    scopes:
      invoices:read: { title: See your invoices, grantable_by: anyone }
`
  await addResources(one, file)
  const given = async () => {
    const { body } = await tokenRequest(at(two), client, { grant_type: 'client_credentials', scope: 'invoices:read' })
    return body['scope']
  }
  await expect.poll(given, within).toBe('invoices:read')
})

test('a rotated signing key is published everywhere, before it is used', async () => {
  const { published } = await rotateSigningKeys(one)
  const kids = async () => {
    const { keys } = (await (await fetch(`${at(two).url}/oauth2/jwks`)).json()) as { keys: { kid: string }[] }
    return keys.map(({ kid }) => kid)
  }
  await expect.poll(kids, within).toEqual(expect.arrayContaining(published.map(({ kid }) => kid)))
})

interface Signed {
  client: TestClient
  tokens: Record<'reports' | 'identity', { access_token: string; refresh_token?: string }>
}

/** Tokens of a flow whose app and browser both know the first node only. */
async function signedIn(): Promise<Signed> {
  const [client, person] = [await addClient(one), await addPerson(one)]
  await using flows = await startTestServer({ databaseUrl: database.url })
  const agent = createAgent(flows.url)
  const reports = await tokensFor(flows, client, person, { scope: 'openid reports:read' }, agent)
  const identity = await tokensFor(flows, client, person, { scope: 'openid' }, agent)
  return { client, tokens: { reports: reports.tokens, identity: identity.tokens } }
}

test('an opaque token and a refresh token of one node are good on the other, and dead there once revoked', async () => {
  const { client, tokens } = await signedIn()
  expect((await userinfo(at(two), tokens.identity.access_token)).status).toBe(200)
  const refreshed = await refresh(at(two), client, tokens.identity.refresh_token)
  expect(refreshed.status).toBe(200)
  await revoke(at(one), client, tokens.identity.access_token)
  expect((await userinfo(at(two), tokens.identity.access_token)).status).toBe(401)
  expect(await isActive(at(two), client, refreshed.body['access_token'] as string)).toBe(false)
})

test('a retried refresh gets the same successor from whichever node it reaches', async () => {
  const { client, tokens } = await signedIn()
  const answers = await Promise.all(
    [one, two, one, two].map((node) => refresh(at(node), client, tokens.identity.refresh_token)),
  )
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  expect(new Set(answers.map(({ body }) => body['refresh_token'])).size).toBe(1)
})

test('what both nodes answer of a token is the same', async () => {
  const client = await addClient(one, machine)
  const { body } = await ask(one, client)
  const told = await Promise.all(
    [one, two].map(async (node) => (await introspect(at(node), client, body['access_token'] as string)).body),
  )
  expect(told[0]).toEqual(told[1])
  expect(told[0]).toMatchObject({ active: true, iss: publicUrl })
  await revoke(at(one), client, body['access_token'] as string)
  expect(await isActive(at(two), client, body['access_token'] as string)).toBe(false)
})

test('a JWT that one node revoked is dead on the other', async () => {
  const client = await addClient(one, machine)
  const { body } = await ask(two, client)
  const token = body['access_token'] as string
  expect(await isActive(at(one), client, token)).toBe(true)
  await revoke(at(one), client, token)
  expect(await isActive(at(two), client, token)).toBe(false)
})
