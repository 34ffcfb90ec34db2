/** `/v1/apply` and `/v1/export` over HTTP: who may what, and that what was applied is what the server goes by. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { managementScopes } from '../../src/http/api/scopes.ts'
import { tokenRequest } from '../oidc/endpoints.ts'
import { addAdministratorKey, addApiKey, caller, type TestKey } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
let platform: TestKey
beforeAll(async () => {
  server = await startTestServer()
  platform = await addAdministratorKey(server)
})
afterAll(() => server[Symbol.asyncDispose]())

const apply = ({ key }: Pick<TestKey, 'key'>, sections: object, options: object = {}) =>
  caller(server, key)('POST', '/v1/apply', { body: { document: { version: 1, ...sections }, ...options } })
const every = managementScopes.map(({ name }) => name)
const without = (...scopes: string[]) =>
  addAdministratorKey(server, { scopes: every.filter((one) => !scopes.includes(one)) })
const tier = { hour: 10, burst: { size: 10 } }

test('what is applied is what gateways, clients and lists go by', async () => {
  const secret = crypto.randomUUID() + crypto.randomUUID()
  const identifier = 'https://api.platform.com/reports'
  const document = {
    tiers: { gold: tier },
    resources: {
      reports: {
        identifier,
        scopes: { 'reports:read': { title: 'See your reports' } },
        routes: [{ match: 'GET /v1/reports/**', scopes: ['reports:read'] }],
      },
    },
    organizations: { acme: { external_id: 'cus_42', tier: 'gold' } },
    clients: {
      machine: { grant_types: ['client_credentials'], resources: ['reports'], organization: 'acme', secret },
    },
  }
  const { status, body } = await apply(platform, document)
  expect([status, body]).toMatchObject([200, { dry_run: false, changed: true, kept: expect.any(Array) }])
  expect(JSON.stringify(body)).not.toContain(secret)
  const id = body.changes.find(({ kind }: { kind: string }) => kind === 'client').about as string
  await eventually(async () => {
    const parameters = { grant_type: 'client_credentials', scope: 'reports:read', resource: identifier }
    const { body: tokens } = await tokenRequest(server, { id, secret }, parameters)
    const check = await caller(server, tokens['access_token'] as string)('GET', '/v1/check/@reports/v1/reports/7')
    expect([check.status, check.headers['x-auth-external-id'], check.headers['x-auth-tier']]).toEqual([
      200,
      'cus_42',
      'gold',
    ])
  })
  const exported = await caller(server, platform.key)('GET', '/v1/export')
  const { clients: _, ...rest } = document
  expect(exported).toMatchObject({ status: 200, body: { document: rest, left_out: ['settings'] } })
  expect(JSON.stringify(exported.body)).not.toContain(secret)
  expect((await apply(platform, exported.body.document, { prune: false })).body.changed).toBe(false)
})

test.for([
  ['tiers', ['admin:tiers:write']],
  ['resources', ['admin:scopes:write']],
  ['resources', ['admin:policies:write', 'admin:resources:write']],
  ['organizations', ['admin:organizations:write']],
  ['clients', ['admin:clients:write']],
  ['webhooks', ['admin:webhooks:write']],
] as const)('%s need %s, and a dry run only the reading', async ([section, missing]) => {
  const key = await without(...missing)
  const { status, body } = await apply(key, { [section]: {} })
  expect([status, body.code, body.missing_scopes.toSorted()]).toEqual([403, 'insufficient_scope', missing.toSorted()])
  expect((await apply(key, { [section]: {} }, { dry_run: true })).status).toBe(200)
  expect((await apply(key, {})).status).toBe(200)
})

test('an export leaves out what the key may not read, and says so', async () => {
  const key = await addAdministratorKey(server, {
    scopes: ['admin:tiers:read', 'admin:clients:read', 'resources:read'],
  })
  const { body } = await caller(server, key.key)('GET', '/v1/export')
  expect([Object.keys(body.document), body.left_out]).toEqual([
    ['version', 'tiers', 'clients'],
    ['settings', 'resources', 'organizations', 'webhooks'],
  ])
})

test('settings are for the host: no key sets them, not even to try', async () => {
  for (const dry_run of [true, false]) {
    const { status, body } = await apply(
      platform,
      { settings: { platform_name: 'X' }, tiers: { x: tier } },
      { dry_run },
    )
    expect([status, body.code]).toEqual([403, 'host_only'])
    expect(body.detail).toContain('run keygrant apply there')
  }
  expect(await server.db.tier.count({ where: { name: 'x' } })).toBe(0)
})

test('nobody but an administrator of the platform applies or exports, whatever the key has', async () => {
  const key = await addApiKey(server, { scopes: every })
  expect((await apply(key, {})).status).toBe(403)
  expect((await caller(server, key.key)('GET', '/v1/export')).status).toBe(403)
  // An administrator's, but for another API.
  const elsewhere = await addAdministratorKey(server, { resource: 'https://api.platform.com/reports' })
  expect((await apply(elsewhere, { tiers: {} })).body.code).toBe('wrong_resource')
})

test('a file makes no client that can do more by itself than the key that applies it', async () => {
  const scopes = [
    'admin:clients:write',
    'admin:resources:write',
    'admin:scopes:write',
    'admin:policies:write',
    'admin:organizations:write',
  ]
  const key = await addAdministratorKey(server, { scopes, grantableScopes: [] })
  const machine = { grant_types: ['client_credentials'], scopes: ['keys:write'] }
  const { status, body } = await apply(key, { clients: { robot: machine } })
  expect([status, body.code, body.missing_scopes]).toEqual([403, 'insufficient_scope', ['keys:write']])
  expect(body.detail).toContain('The client robot:')
  const reader = await addAdministratorKey(server, { scopes: ['admin:clients:read'], grantableScopes: [] })
  expect((await apply(reader, { clients: { robot: machine } }, { dry_run: true })).body.changed).toBe(true)
  expect((await apply(platform, { clients: { robot: machine } })).status).toBe(200)
})

test('every fault of a document is told by its place, names among them', async () => {
  const { status, body } = await apply(platform, {
    tiers: { GOLD: tier, free: { hour: 0, burst: {} } },
    resources: { reports: { identifier: 'reports', colour: 'red' } },
    clients: { dashboard: { redirect_uris: ['http://app.example.com'], secret: 'abcdefghijk-short' } },
    whistles: {},
  })
  expect([status, body.errors.map(({ path }: { path: string }) => path).toSorted()]).toEqual([
    400,
    [
      '/document/clients/dashboard/redirect_uris/0',
      '/document/clients/dashboard/secret',
      '/document/resources/reports/colour',
      '/document/resources/reports/identifier',
      '/document/tiers/GOLD',
      '/document/tiers/free/burst/size',
      '/document/tiers/free/hour',
      '/document/whistles',
    ],
  ])
  expect(JSON.stringify(body)).not.toContain('abcdefghijk-short')
})

test('a document may have two megabytes, and no more', async () => {
  const metadata = { text: 'x'.repeat(15_000) }
  const organizations = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`big-${index}`, { metadata }]))
  expect((await apply(platform, { organizations: organizations(100) }, { dry_run: true })).status).toBe(200)
  expect((await apply(platform, { organizations: organizations(150) }, { dry_run: true })).status).toBe(413)
})

test('documents that wait for another one hold nobody else up', async () => {
  await using small = await startTestServer({ settings: { DATABASE_POOL_SIZE: '2' } })
  const { key } = await addAdministratorKey(small)
  const ask = caller(small, key)
  const other = await small.pool.connect()
  await other.query(`BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('apply', 0))`)
  const body = { document: { version: 1, tiers: {} }, dry_run: true }
  const waiting = Promise.all([1, 2, 3, 4].map(async () => (await ask('POST', '/v1/apply', { body })).status))
  await eventually(async () => {
    const { rows } = await other.query(`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
    expect(rows.length).toBeGreaterThan(0)
  })
  expect((await ask('GET', '/v1/organizations')).status).toBe(200)
  await other.query('COMMIT')
  other.release()
  expect(await waiting).toEqual([200, 200, 200, 200])
})
