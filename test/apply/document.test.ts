import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { addAdministratorKey, addApiKey } from '../support/api.ts'
import { addPerson } from '../support/server.ts'
import { changesOf, faultsOf, keptOf, openApplyBench, type ApplyBench } from './bench.ts'

let bench: ApplyBench
beforeAll(async () => {
  bench = await openApplyBench({ SIGN_UP: 'closed' })
})
afterAll(() => bench[Symbol.asyncDispose]())
beforeEach(async () => {
  await bench.clear()
  bench.mails.length = 0
})

const prune = { prune: true }
const scopes = { 'reports:read': { title: 'Read' } }
const identifier = 'https://api.example.com/reports'
const routes = [{ match: 'GET /v1/reports/**', scopes: ['reports:read'] }]
const redirect_uris = ['https://app.example.com/callback']
const tier = { hour: 10, burst: { size: 10 } }

test('a fault at the end leaves nothing of what came before it, and nobody is told of it', async () => {
  const before = await bench.rows()
  const document = {
    settings: { platform_name: 'ACME' },
    tiers: { gold: tier },
    resources: { reports: { identifier, scopes, routes } },
    organizations: { acme: { tier: 'gold', owners: ['eve@acme.example'] } },
    clients: { dashboard: { redirect_uris, scopes: ['nothing:read'] } },
  }
  expect(await faultsOf(bench.apply(document))).toEqual([400, '/document/clients/dashboard/scopes'])
  expect([await bench.rows(), await bench.db.auditEvent.count(), bench.mails]).toEqual([before, 0, []])
})

test('a dry run tells all of it, does nothing, and tells nobody', async () => {
  const before = await bench.rows()
  const document = {
    tiers: { gold: tier },
    organizations: { acme: { tier: 'gold', owners: ['eve@acme.example'] } },
    clients: { dashboard: { redirect_uris, organization: 'acme', tier: 'gold' } },
  }
  const planned = await bench.apply(document, { dryRun: true })
  expect([await bench.rows(), await bench.db.auditEvent.count(), bench.mails]).toEqual([before, 0, []])
  expect(changesOf(await bench.apply(document))).toEqual(changesOf(planned))
  expect(bench.mails).toEqual(['eve@acme.example'])
})

test('sections that are not there are left alone, also with --prune', async () => {
  const document = {
    settings: { platform_name: 'ACME' },
    tiers: { gold: tier },
    resources: { reports: { identifier, scopes, routes } },
    organizations: { acme: { tier: 'gold' } },
    clients: { dashboard: { redirect_uris } },
  }
  await bench.apply(document)
  const before = await bench.rows()
  expect(await bench.apply({}, prune)).toEqual({ changes: [], kept: [] })
  expect(await bench.rows()).toEqual(before)
  expect((await bench.export()).document).toMatchObject(document)
})

test('two applied at once come one after the other', async () => {
  const documents = ['a', 'b'].map((name) => ({
    tiers: { [name]: tier },
    organizations: { [name]: { tier: name, external_id: 'one' } },
    clients: { [name]: { redirect_uris, organization: name } },
  }))
  await Promise.all(documents.map((document) => bench.apply(document, prune)))
  const { document } = await bench.export()
  expect(documents.map((one) => Object.keys(one.organizations))).toContainEqual(
    Object.keys(document['organizations'] as object),
  )
})

test('a tier that somebody uses is not deleted, and it is said who', async () => {
  await bench.apply({ tiers: { gold: tier }, organizations: { acme: { tier: 'gold' } } })
  await addApiKey(bench, { tier: 'gold' })
  const { kept } = await bench.apply({ tiers: {} })
  expect(kept.map(({ name }) => name)).toEqual(['enterprise', 'gold', 'pro'])
  const refused = bench.apply({ tiers: {} }, prune)
  expect(await faultsOf(refused)).toEqual([409, '/document/tiers'])
  await expect(refused).rejects.toMatchObject({
    errors: [{ message: expect.stringContaining('the organization acme, an API key: give them another one first') }],
  })
})

test('an administrator’s first key keeps its tier from being pruned', async () => {
  await addAdministratorKey(bench)
  expect(await faultsOf(bench.apply({ tiers: {} }, prune))).toEqual([409, '/document/tiers'])
  expect(
    changesOf(
      await bench.apply(
        { tiers: { enterprise: { hour: 'unlimited', burst: { size: 5000, refill_per_second: 500 } } } },
        prune,
      ),
    ),
  ).toEqual(['delete tier pro'])
})

test('free can not be deleted: a file that prunes and does not name it gets it as it was at first', async () => {
  await bench.apply({ tiers: { free: { hour: 5, burst: { size: 5 }, limit_per: 'organization' } } })
  const { changes } = await bench.apply({ tiers: { pro: { hour: 10_000, burst: { size: 1000 } } } }, prune)
  expect(changes).toMatchObject([
    { action: 'delete', name: 'enterprise' },
    { action: 'update', name: 'free', notes: ['is not in the file: as it was at first'] },
  ])
  expect(await bench.db.tier.findUniqueOrThrow({ where: { name: 'free' } })).toMatchObject({
    hour: 1000,
    burstSize: 100,
  })
})

test('check routes are made, told apart, and asked by the names of scopes that come with them', async () => {
  const check = { on_limit: 403, mode: 'observe' }
  const made = await bench.apply({ resources: { reports: { identifier, scopes, routes, check } } })
  expect(changesOf(made)).toContain('create check routes reports')
  const cheaper = [...routes, { match: 'POST /v1/exports', scopes: ['reports:read'], cost: 25 }]
  const { changes } = await bench.apply({ resources: { reports: { identifier, scopes, routes: cheaper } } })
  expect(changes).toMatchObject([
    {
      kind: 'check routes',
      fields: [
        { field: 'routes' },
        { field: 'check.on_limit', from: 403, to: null },
        { field: 'check.mode', from: 'observe', to: 'enforce' },
      ],
    },
  ])
  expect((await bench.export()).document['resources']).toEqual({ reports: { identifier, scopes, routes: cheaper } })
})

test('check routes that a file does not say stay, and go with --prune', async () => {
  await bench.apply({ resources: { reports: { identifier, scopes, routes } } })
  const without = { resources: { reports: { identifier, scopes } } }
  expect(keptOf(await bench.apply(without))).toEqual(['check routes reports'])
  expect(changesOf(await bench.apply(without, prune))).toEqual(['delete check routes reports'])
})

test('routes can not ask for what their resource does not have, nor stand behind what matches before them', async () => {
  const faulty = [...routes, { match: 'GET /v1/reports/x', scopes: ['reports:fly'] }]
  expect(await faultsOf(bench.apply({ resources: { reports: { identifier, scopes, routes: faulty } } }))).toEqual([
    400,
    '/document/resources/reports/routes/1/scopes/0',
    '/document/resources/reports/routes/1/match',
  ])
})

test('a scope that check routes ask for does not leave their resource behind their back', async () => {
  await bench.apply({
    resources: { reports: { identifier, scopes, routes }, exports: { identifier: 'urn:x', scopes: {} } },
  })
  const moved = { reports: { identifier, scopes: {} }, exports: { identifier: 'urn:x', scopes } }
  expect(await faultsOf(bench.apply({ resources: moved }))).toEqual([
    409,
    '/document/resources/exports/scopes/reports:read',
  ])
  expect(changesOf(await bench.apply({ resources: moved }, prune))).toEqual([
    'update scope reports:read',
    'delete check routes reports',
  ])
})

test.for([
  [
    'the identifier of the management API',
    { reports: { identifier: 'https://api.example.com/v1' } },
    409,
    'reports/identifier',
  ],
  ['a check without routes', { reports: { identifier, check: {} } }, 400, 'reports/check'],
  [
    'what is no route',
    { reports: { identifier, routes: [{ match: 'get /x', scopes: [] }] } },
    400,
    'reports/routes/0/match',
  ],
] as const)('resources with %s are refused', async ([, resources, status, place]) => {
  const applying = Promise.resolve().then(() => bench.apply({ resources }))
  if (status === 400)
    await expect(applying).rejects.toMatchObject({
      issues: [{ path: ['resources', ...place.split('/').map((one) => (one === '0' ? 0 : one))] }],
    })
  else expect(await faultsOf(applying)).toEqual([status, `/document/resources/${place}`])
})

test('settings are set, taken back by --prune, and not over the environment', async () => {
  const { changes } = await bench.apply({
    settings: { platform_name: 'ACME', key_lifetime_max: 3600, sign_up: 'closed' },
  })
  expect(changes).toMatchObject([
    { kind: 'setting', name: 'platform_name', fields: [{ from: 'Keygrant', to: 'ACME' }] },
    { kind: 'setting', name: 'key_lifetime_max', fields: [{ to: 3600 }] },
  ])
  const fewer = { settings: { platform_name: 'ACME' } }
  expect(keptOf(await bench.apply(fewer))).toEqual(['setting key_lifetime_max'])
  expect((await bench.export()).document['settings']).toEqual({ platform_name: 'ACME', key_lifetime_max: 3600 })
  expect(changesOf(await bench.apply(fewer, prune))).toEqual(['update setting key_lifetime_max'])
  expect(await faultsOf(bench.apply({ settings: { sign_up: 'open' } }))).toEqual([409, '/document/settings/sign_up'])
})

test('who did it is noted with each change, as everywhere', async () => {
  const { email } = await addPerson(bench)
  await bench.db.auditEvent.deleteMany()
  await bench.apply({
    tiers: { gold: tier },
    resources: { reports: { identifier, scopes, routes } },
    organizations: { acme: { owners: [email], service_accounts: { ci: {} } } },
    clients: { dashboard: { redirect_uris, secret: 'dashboard-0123456789-abcdefghijklmnop' } },
  })
  const types = (await bench.db.auditEvent.findMany()).map(({ type }) => type)
  expect(types.toSorted()).toEqual([
    'client.created',
    'client.secret_created',
    'membership.created',
    'organization.created',
    'policy.created',
    'resource.created',
    'scope.created',
    'service_account.created',
    'tier.created',
  ])
})

test('webhooks for everybody’s events are made, changed and taken away; customers’ own are nobody’s business', async () => {
  await bench.clear()
  const { id: organizationId } = await bench.db.organization.create({ data: { id: 'org_1', name: 'Acme' } })
  const theirs = { id: 'whk_1', organizationId, name: 'chat', url: 'https://acme.example.com/' }
  await bench.db.webhookEndpoint.create({ data: { ...theirs, secretSealed: new Uint8Array(32) } })
  const secret = `whsec_${Buffer.alloc(32, 'one').toString('base64')}`
  const entry = { url: 'https://hooks.example.com/in', types: ['api_key.exposed'], secret }
  const made = await bench.apply({ webhooks: { chat: entry, log: { url: 'https://log.example.com/' } } })
  expect(made.changes).toMatchObject([
    { action: 'create', name: 'chat', fields: [{ field: 'secret', secret: 'set' }], notes: [] },
    { action: 'create', name: 'log', notes: [expect.stringContaining('keygrant webhooks rotate-secret whk_')] },
  ])
  expect((await bench.apply({ webhooks: { chat: entry } })).changes).toEqual([])
  const other = { ...entry, types: [], secret: `whsec_${Buffer.alloc(32, 'two').toString('base64')}` }
  const { changes } = await bench.apply({ webhooks: { chat: other } }, { prune: true })
  expect(changes).toMatchObject([
    { action: 'update', name: 'chat', fields: [{ field: 'types' }, { field: 'secret', secret: 'changed' }] },
    { action: 'delete', name: 'log' },
  ])
  expect(JSON.stringify([made, changes])).not.toContain('whsec_')
  await expect(bench.apply({ webhooks: { chat: { url: 'https://10.0.0.1/' } } })).rejects.toMatchObject({
    errors: [{ path: '/document/webhooks/chat/url' }],
  })
  await bench.apply({ webhooks: {} }, { prune: true })
  expect(await bench.db.webhookEndpoint.findMany({ select: { id: true } })).toEqual([{ id: 'whk_1' }])
})
