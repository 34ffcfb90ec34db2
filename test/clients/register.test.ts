import { afterAll, beforeAll, expect, test } from 'vitest'
import { metadataOf } from '../../src/clients/client.ts'
import { deleteClient } from '../../src/clients/delete.ts'
import { findClient, listClientPage } from '../../src/clients/store.ts'
import { verifySecret } from '../../src/clients/verify-secret.ts'
import { isId } from '../../src/platform/ids.ts'
import { openFeatureBench, type FeatureBench } from '../support/feature-bench.ts'
import { callback, registered } from './registered.ts'
import { disableClient, enableClient } from './disable.ts'

let bench: FeatureBench
beforeAll(async () => {
  bench = await openFeatureBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

test('a registered client is found as it was registered, and its secret is accepted', async () => {
  const jwks = { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }] }
  const metadata = { jwks, contacts: ['dev@example.com'], default_max_age: 60, scope: 'openid email' }
  const { client, secret } = await registered(bench, metadata, {
    verified: true,
    introspects: ['https://api.example.com'],
  })
  const found = await findClient(bench.db, client.id)
  expect(found).toMatchObject({ ...client, secrets: [{ hint: secret?.slice(-4) }] })
  expect(isId('cli', client.id)).toBe(true)
  expect(found && verifySecret(found, secret ?? '', bench)).toBe(true)
  expect(await bench.eventsOf(client.id)).toEqual(['client.created'])
})

test('what a registered client says of itself holds no secret and nothing that only an administrator sets', async () => {
  const { client } = await registered(bench, {}, { verified: true, pkce_exempt: true })
  const { client_id, client_id_issued_at, ...metadata } = metadataOf(client)
  expect(client_id).toBe(client.id)
  expect(client_id_issued_at).toBe(Math.floor(client.createdAt.getTime() / 1000))
  expect(metadata).toEqual({
    client_name: 'Dashboard',
    redirect_uris: [callback],
    post_logout_redirect_uris: [],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    application_type: 'web',
    token_endpoint_auth_method: 'client_secret_basic',
    contacts: [],
  })
})

test.for(['none', 'private_key_jwt'])('a client that proves itself by %s is given no secret', async (method) => {
  const jwks = { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }] }
  const { client, secret } = await registered(bench, { token_endpoint_auth_method: method, jwks })
  expect(secret).toBeNull()
  expect((await findClient(bench.db, client.id))?.secrets).toEqual([])
})

test('a client without a name is called by its client_id', async () => {
  const { client } = await registered(bench, { client_name: undefined })
  expect((await findClient(bench.db, client.id))?.name).toBe(client.id)
})

test('a registration that fails leaves nothing: no client, no secret, no event', async () => {
  const counts = () =>
    Promise.all([
      bench.db.client.count(),
      bench.db.clientSecret.count(),
      bench.db.auditEvent.count(),
      bench.db.outboxEvent.count(),
    ])
  const before = await counts()
  await expect(registered(bench, {}, { organization_id: 'org_nobody' })).rejects.toThrow()
  expect(await counts()).toEqual(before)
})

test('a registration is told to webhooks, without the secret', async () => {
  const { client, secret } = await registered(bench)
  const told = await bench.db.outboxEvent.findMany({ where: { data: { path: ['id'], equals: client.id } } })
  expect(told.map(({ type, data }) => ({ type, data }))).toEqual([
    { type: 'client.created', data: { id: client.id, name: 'Dashboard', redirect_uris: [callback] } },
  ])
  expect(JSON.stringify(told)).not.toContain(secret)
})

test('a disabled client works again when it is enabled, and each change is noted once', async () => {
  const { client } = await registered(bench)
  expect(await disableClient(bench, client.id, bench.context)).toBe('done')
  expect(await disableClient(bench, client.id, bench.context)).toBe('already')
  expect((await findClient(bench.db, client.id))?.disabledAt).toBeInstanceOf(Date)
  expect(await enableClient(bench, client.id, bench.context)).toBe('done')
  expect(await enableClient(bench, client.id, bench.context)).toBe('already')
  expect((await findClient(bench.db, client.id))?.disabledAt).toBeNull()
  expect(await bench.eventsOf(client.id)).toEqual(['client.created', 'client.disabled', 'client.enabled'])
  expect(await disableClient(bench, 'cli_unknown', bench.context)).toBe('not_found')
})

test('a deleted client is gone with its secrets, and that is noted', async () => {
  const { client } = await registered(bench)
  expect(await deleteClient(bench, client.id, bench.context)).toBe(true)
  expect(await findClient(bench.db, client.id)).toBeNull()
  expect(await bench.db.clientSecret.count({ where: { clientId: client.id } })).toBe(0)
  expect(await bench.eventsOf(client.id)).toEqual(['client.created', 'client.deleted'])
  expect(await deleteClient(bench, client.id, bench.context)).toBe(false)
})

test('pages of clients, newest first, hold each client once', async () => {
  const clients = []
  for (let index = 0; index < 5; index++) clients.push((await registered(bench)).client)
  const everybodys = { organizationIds: null, organizationId: undefined }
  const all = await listClientPage(bench.db, { ...everybodys, limit: 1000, cursor: undefined })
  const paged: typeof all = []
  for (;;) {
    const page = await listClientPage(bench.db, { ...everybodys, limit: 2, cursor: paged.at(-1) })
    paged.push(...page.slice(0, 2))
    if (page.length <= 2) break
  }
  expect(paged).toEqual(all)
  expect(paged.slice(0, 5).map(({ id }) => id)).toEqual(clients.toReversed().map(({ id }) => id))
})
