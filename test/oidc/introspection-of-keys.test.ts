/** What a client learns of API keys (RFC 7662), and which of them it may end (RFC 7009): those of its own organization. */
import * as oidc from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { drawApiKey } from '../../src/api-keys/format.ts'
import { addApiKey, addMember, addOrganization, addResource, call, type TestKey } from '../support/api.ts'
import { createTestDatabase } from '../support/database.ts'
import { openDatabaseProxy } from '../support/database-proxy.ts'
import { eventually } from '../support/eventually.ts'
import { openApp } from '../support/flow.ts'
import {
  addClient,
  addPerson,
  startTestServer,
  type TestClient,
  type TestServer,
  type TestServerOptions,
} from '../support/server.ts'
import { basic, introspect, post, revoke } from './endpoints.ts'

const machine = { grant_types: ['client_credentials'], redirect_uris: undefined } as const
const verifiesAll = { ...machine, scope: 'admin:keys:verify' } as const
const nothing = { active: false }

interface Stage extends AsyncDisposable {
  server: TestServer
  organizationId: string
  /** Registered by an administrator, for the organization. */
  own: TestClient
}

async function openStage(options: TestServerOptions = {}): Promise<Stage> {
  const server = await startTestServer(options)
  await addResource(server, 'ledger', { 'ledger:read': 'anyone', 'ledger:close': 'org_admin' })
  const organizationId = await addOrganization(server, { externalId: 'cus_42', tier: 'pro' })
  const own = await addClient(server, machine, { organization_id: organizationId })
  return { server, organizationId, own, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

const ask = async (client: TestClient, token: string) => (await introspect(stage.server, client, token)).body
const isGood = async ({ key }: TestKey) =>
  (await call(stage.server.url, 'GET', '/v1/resources', { key })).status === 200

async function addKey(columns: Parameters<typeof addApiKey>[1] = {}): Promise<TestKey> {
  const { server, organizationId } = stage
  return addApiKey(server, { organizationId, scopes: ['ledger:read'], ...columns })
}

/** Everybody who is told nothing of the organization's keys, and who can end none. */
async function strangers(): Promise<Record<string, TestClient>> {
  const { server, organizationId } = stage
  const elsewhere = await addOrganization(server)
  return {
    'of another organization': await addClient(server, machine, { organization_id: elsewhere }),
    'of no organization': await addClient(server, machine),
    'public, of the organization': await addClient(
      server,
      { token_endpoint_auth_method: 'none' },
      { organization_id: organizationId },
    ),
    'self-registered, with the scope of an administrator’s': await addClient(
      server,
      verifiesAll,
      {},
      'self_registered',
    ),
  }
}

test('a key is told like a token: for whom, for what, of whom and until when', async () => {
  const { server, organizationId, own } = stage
  const key = await addKey()
  const told = await ask(own, key.key)
  expect(told).toEqual({
    active: true,
    token_type: 'Bearer',
    iss: server.url,
    sub: key.subject,
    scope: 'ledger:read',
    iat: expect.any(Number) as number,
    exp: expect.any(Number) as number,
    key_id: key.id,
    organization_id: organizationId,
    external_id: 'cus_42',
    environment: 'live',
    tier: 'pro',
  })
  expect(Number(told['exp']) - Number(told['iat'])).toBe(90 * 86_400)
})

test('a client library takes it for a token of any kind', async () => {
  const { server, own } = stage
  const key = await addKey()
  const { configuration } = await openApp(server, own, 'https://unused.example.com')
  expect(await oidc.tokenIntrospection(configuration, key.key)).toMatchObject({ active: true, sub: key.subject })
  await oidc.tokenRevocation(configuration, key.key)
  await eventually(async () => expect(await oidc.tokenIntrospection(configuration, key.key)).toEqual(nothing))
})

test('what is told is what holds now: the resource, the environment, its own tier, its owner’s rights', async () => {
  const { server, organizationId, own } = stage
  const person = await addPerson(server)
  await addMember(server, organizationId, person.id, 'admin')
  const key = await addKey({
    userId: person.id,
    scopes: ['ledger:read', 'ledger:close', 'gone:since'],
    resource: 'https://api.example.com/ledger',
    environment: 'test',
    tier: 'free',
    externalId: 'project-7',
  })
  expect(await ask(own, key.key)).toMatchObject({
    sub: person.id,
    scope: 'ledger:read ledger:close',
    aud: 'https://api.example.com/ledger',
    environment: 'test',
    tier: 'free',
    external_id: 'project-7',
  })
  await server.db.membership.updateMany({ where: { userId: person.id, organizationId }, data: { role: 'member' } })
  await server.db.$executeRaw`SELECT pg_notify('keygrant_changes', ${JSON.stringify({ kind: 'user', id: person.id })})`
  await eventually(async () => expect(await ask(own, key.key)).toMatchObject({ scope: 'ledger:read' }))
})

test('an administrator’s client with admin:keys:verify learns of every organization’s keys', async () => {
  const gateway = await addClient(stage.server, verifiesAll)
  const key = await addKey()
  expect(await ask(gateway, key.key)).toMatchObject({ active: true, key_id: key.id })
})

test('nobody else learns anything, and not whether it is a key', async () => {
  const key = await addKey()
  for (const [who, client] of Object.entries(await strangers())) {
    expect([who, await ask(client, key.key)]).toEqual([who, nothing])
    expect([who, await ask(client, drawApiKey('kg', 'live'))]).toEqual([who, nothing])
  }
})

test('who doesn’t prove who it is learns nothing and ends nothing', async () => {
  const { server, own } = stage
  const key = await addKey()
  for (const path of ['/oauth2/introspect', '/oauth2/revoke']) {
    const wrong = await post(server, path, { token: key.key }, { authorization: basic(own.id, 'not-the-secret') })
    expect(wrong).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    const none = await post(server, path, { token: key.key, client_id: own.id })
    expect(none).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
  }
  expect(await isGood(key)).toBe(true)
})

test('a key that is no good is told like one that never was', async () => {
  const { own } = stage
  const past = new Date(Date.now() - 1_000)
  const keys = {
    revoked: (await addKey({ revokedAt: past })).key,
    disabled: (await addKey({ disabledAt: past })).key,
    expired: (await addKey({ expiresAt: past })).key,
    unknown: drawApiKey('kg', 'live'),
    mistyped: (await addKey()).key.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
  }
  for (const [what, key] of Object.entries(keys)) expect([what, await ask(own, key)]).toEqual([what, nothing])
})

test('a client of the organization, registered by an administrator, ends its keys, and the audit trail names it', async () => {
  const { server, organizationId, own } = stage
  const key = await addKey()
  expect(await isGood(key)).toBe(true)
  expect(await revoke(server, own, key.key)).toMatchObject({ status: 200 })
  await eventually(async () => expect(await isGood(key)).toBe(false))
  expect(await ask(own, key.key)).toEqual(nothing)
  const happened = await server.db.auditEvent.findMany({ where: { targetId: key.id } })
  expect(happened).toMatchObject([{ type: 'api_key.revoked', actorKind: 'client', actorId: own.id, organizationId }])
  expect(happened[0]?.requestId).not.toBeNull()
  expect(await revoke(server, own, key.key)).toMatchObject({ status: 200 })
  expect(await server.db.auditEvent.count({ where: { targetId: key.id } })).toBe(1)
})

test('whoever else asks to end a key is answered as if it were done, and it lives', async () => {
  const { server, organizationId } = stage
  const key = await addKey()
  const others = {
    ...(await strangers()),
    'with admin:keys:verify, which only looks': await addClient(server, verifiesAll),
    'self-registered, of the organization': await addClient(
      server,
      machine,
      { organization_id: organizationId },
      'self_registered',
    ),
  }
  for (const [who, client] of Object.entries(others)) {
    expect([who, (await revoke(server, client, key.key)).status]).toEqual([who, 200])
  }
  expect(await isGood(key)).toBe(true)
  expect((await server.db.apiKey.findUniqueOrThrow({ where: { id: key.id } })).revokedAt).toBeNull()
})

test('what can’t be a key is looked up nowhere, and a warm key isn’t either', async () => {
  const { server, own } = stage
  const key = await addKey()
  await ask(own, key.key)
  server.statements()
  const mistyped = key.key.replace(/.$/, (last) => (last === '0' ? '1' : '0'))
  for (const token of [key.key, mistyped, 'kg_live_short', 'something-opaque']) await ask(own, token)
  await revoke(server, own, mistyped)
  // What was used is written down now and then, by whichever call.
  const looks = server.statements().filter((text) => !text.includes('INSERT INTO usage'))
  expect(looks.filter((text) => /api_key|token|client/.test(text))).toEqual([])
})

test('an outage never makes a key look dead', async () => {
  await using database = await createTestDatabase()
  await using proxy = await openDatabaseProxy(database.url)
  await using away = await openStage({ databaseUrl: proxy.url })
  const key = await addApiKey(away.server, { organizationId: away.organizationId })
  // The client is known, the key isn't yet.
  expect((await introspect(away.server, away.own, 'something-opaque')).body).toEqual(nothing)
  await proxy.refuse()
  for (const endpoint of [introspect, revoke]) {
    const answer = await endpoint(away.server, away.own, key.key)
    expect(answer).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } })
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  }
  await proxy.restore()
})
