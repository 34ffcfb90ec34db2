import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { findClient } from '../../src/clients/store.ts'
import { verifySecret } from '../../src/clients/verify-secret.ts'
import { addOrganization } from '../support/api.ts'
import { addClient } from '../support/server.ts'
import { changesOf, faultsOf, keptOf, openApplyBench, type ApplyBench } from './bench.ts'

let bench: ApplyBench
beforeAll(async () => {
  bench = await openApplyBench()
})
afterAll(() => bench[Symbol.asyncDispose]())
beforeEach(() => bench.clear())

const redirect_uris = ['https://app.example.com/callback']
const secret = (name: string) => `${name}-0123456789-abcdefghijklmnopqrstuvwxyz`
const resources = {
  reports: {
    identifier: 'https://api.example.com/reports',
    scopes: {
      'reports:read': { title: 'Read' },
      'reports:write': { title: 'Write', grantable_by: 'org_admin' },
      'reports:purge': { title: 'Purge', grantable_by: 'administrator' },
    },
  },
}

async function clientOf(slug: string) {
  const { id } = await bench.db.client.findUniqueOrThrow({ where: { slug } })
  const client = await findClient(bench.db, id)
  if (!client) throw new Error(`there is no client ${slug}`)
  return client
}
const apply = (dashboard: object, more: object = {}, options = {}) =>
  bench.apply({ clients: { dashboard: { redirect_uris, ...dashboard } }, ...more }, options)
const accepts = async (one: string) => verifySecret(await clientOf('dashboard'), secret(one), bench)

test('a client of a file is an administrator’s, and is told that it has no secret yet', async () => {
  const { changes } = await apply({ contacts: ['ann@example.com'], tier: 'pro', verified: true })
  const client = await clientOf('dashboard')
  expect(client).toMatchObject({ name: 'Dashboard', origin: 'administrator', tier: 'pro', verified: true, secrets: [] })
  const notes = [`has no secret yet: keygrant clients rotate-secret ${client.id}`]
  expect(changes).toMatchObject([{ action: 'create', about: client.id, fields: [], notes }])
  const dry = await bench.apply({ clients: { other: { redirect_uris } } }, { dryRun: true })
  expect(dry.changes).toMatchObject([{ about: null, notes: ['has no secret yet: keygrant clients rotate-secret ID'] }])
})

describe('what it may ask for', () => {
  test('is all of the resources that are named, but for what is for administrators alone', async () => {
    await apply({ resources: ['reports'] }, { resources })
    expect((await clientOf('dashboard')).scope?.split(' ')).toEqual([
      'address',
      'email',
      'offline_access',
      'openid',
      'phone',
      'profile',
      'reports:read',
      'reports:write',
    ])
  })

  test('grows with the resource, in the same file, and shrinks with what is pruned there', async () => {
    await apply({ resources: ['reports'] }, { resources })
    const { identifier, scopes } = resources.reports
    const other = { 'reports:list': { title: 'List' }, 'reports:read': scopes['reports:read'] }
    const changed = { resources: { reports: { identifier, scopes: other } } }
    await apply({ resources: ['reports'] }, changed, { prune: true })
    const held = (await clientOf('dashboard')).scope?.split(' ').filter((one) => one.includes(':'))
    expect(held).toEqual(['reports:list', 'reports:read'])
  })

  test('is what is named by itself, besides', async () => {
    await apply({ scopes: ['reports:purge', 'openid'] }, { resources })
    expect((await clientOf('dashboard')).scope).toBe('openid reports:purge')
    await apply({}, { resources })
    expect((await clientOf('dashboard')).scope).toBeNull()
  })

  test('is left in its order where it is the same, and named by itself in an export', async () => {
    await apply({ scopes: ['openid', 'reports:read'] }, { resources })
    await bench.db.client.updateMany({ data: { scope: 'reports:read openid' } })
    expect((await apply({ scopes: ['openid', 'reports:read'] }, { resources })).changes).toEqual([])
    expect((await bench.export()).document['clients']).toEqual({
      dashboard: { redirect_uris, scopes: ['openid', 'reports:read'] },
    })
  })

  test('may be what has gone since, as long as it stays as it is', async () => {
    await apply({ scopes: ['reports:read'] }, { resources })
    await bench.apply({ resources: {} }, { prune: true })
    expect((await apply({ scopes: ['reports:read'] })).changes).toEqual([])
    expect(await faultsOf(apply({ scopes: ['reports:write'] }))).toEqual([400, '/document/clients/dashboard/scopes'])
  })
})

test('names of resources and organizations stand for what they are called by elsewhere', async () => {
  const more = { resources, organizations: { acme: {} } }
  await apply({ introspects: ['reports', 'https://api.example.com/v1'], organization: 'acme' }, more)
  const acme = await bench.db.organization.findUniqueOrThrow({ where: { slug: 'acme' } })
  expect(await clientOf('dashboard')).toMatchObject({
    introspects: ['https://api.example.com/reports', 'https://api.example.com/v1'],
    organizationId: acme.id,
  })
  expect((await bench.export()).document['clients']).toEqual({
    dashboard: { redirect_uris, introspects: ['reports', 'keygrant'], organization: 'acme' },
  })
})

test('an organization that no file knows is named by its id', async () => {
  const id = await addOrganization(bench)
  await apply({ organization: id })
  expect((await bench.export()).document['clients']).toMatchObject({ dashboard: { organization: id } })
})

test.for([
  ['a resource that is not there', { resources: ['reports', 'none'] }, 400, ['resources/0', 'resources/1']],
  ['an organization that is not there', { organization: 'acme' }, 400, ['organization']],
  ['a tier that is not there', { tier: 'gold' }, 400, ['tier']],
  ['a scope that is not there', { grantable_scopes: ['x:read'] }, 400, ['grantable_scopes/0']],
  [
    'what it introspects that is not there',
    { introspects: ['none', 'urn:none'] },
    400,
    ['introspects/0', 'introspects/1'],
  ],
  [
    'a secret where it proves itself otherwise',
    { token_endpoint_auth_method: 'none', secret: secret('a') },
    400,
    ['secret'],
  ],
  ['a contradiction', { token_endpoint_auth_method: 'none', pkce_exempt: true }, 400, ['pkce_exempt']],
  ['no address to come back to', { redirect_uris: [] }, 400, ['redirect_uris']],
] as const)('a file with %s is refused, and told where', async ([, entry, status, places]) => {
  const paths = places.map((place) => `/document/clients/dashboard/${place}`)
  expect(await faultsOf(apply(entry))).toEqual([status, ...paths])
  expect(await bench.db.client.count()).toBe(0)
})

describe('a secret', () => {
  test('is set, is the same the next time, and is told nowhere', async () => {
    const { changes } = await apply({ secret: secret('a') })
    expect(changes).toMatchObject([{ fields: [{ field: 'secret', from: null, to: null, secret: 'set' }], notes: [] }])
    expect(JSON.stringify(changes)).not.toContain(secret('a'))
    expect(await accepts('a')).toBe(true)
    expect((await apply({ secret: secret('a') })).changes).toEqual([])
    const exported = await bench.export()
    expect(exported.document['clients']).toEqual({ dashboard: { redirect_uris } })
    expect(exported.notes).toEqual(['the secret of the client dashboard is not in here: see its field secret'])
  })

  test('that is another one takes the place of the one before, which works for another day', async () => {
    await apply({ secret: secret('a') })
    const { changes } = await apply({ secret: secret('b') })
    expect(changes).toMatchObject([{ action: 'update', fields: [{ field: 'secret', secret: 'changed' }] }])
    expect([await accepts('a'), await accepts('b')]).toEqual([true, true])
    bench.clock.advance(86_401)
    expect([await accepts('a'), await accepts('b')]).toEqual([false, true])
    bench.clock.advance(-86_401)
  })

  test('stays where the file says none', async () => {
    await apply({ secret: secret('a') })
    expect((await apply({})).changes).toEqual([])
    expect(await accepts('a')).toBe(true)
  })

  test('is one client’s alone', async () => {
    await bench.apply({ clients: { other: { redirect_uris, secret: secret('a') } } })
    expect(await faultsOf(apply({ secret: secret('a') }))).toEqual([409, '/document/clients/dashboard/secret'])
    const both = { one: { redirect_uris, secret: secret('b') }, two: { redirect_uris, secret: secret('b') } }
    expect(() => bench.apply({ clients: both })).toThrow('is the secret of one, too')
  })

  test('goes with the need for it', async () => {
    await apply({ secret: secret('a') })
    await apply({ token_endpoint_auth_method: 'none' })
    expect((await clientOf('dashboard')).secrets).toEqual([])
  })
})

test('a stopped client stays so unless it is said: no deployment undoes an emergency stop', async () => {
  await apply({ disabled: true })
  expect((await apply({})).changes).toEqual([])
  expect((await clientOf('dashboard')).disabledAt).not.toBeNull()
  expect((await apply({ disabled: false })).changes).toMatchObject([{ fields: [{ field: 'disabled', to: false }] }])
})

describe('one that was there before files', () => {
  test('is adopted by its name, if an administrator registered it for the same organization', async () => {
    const { id } = await addClient(bench, { client_name: 'Dashboard', redirect_uris })
    const { changes } = await apply({})
    expect(changes).toMatchObject([{ action: 'adopt', about: id, fields: [{ field: 'slug', to: 'dashboard' }] }])
    expect((await clientOf('dashboard')).secrets).toHaveLength(1)
  })

  test('is not, if somebody else may have its secret', async () => {
    const organization_id = await addOrganization(bench)
    await addClient(bench, { client_name: 'Dashboard', redirect_uris }, {}, 'self_registered')
    await addClient(bench, { client_name: 'Dashboard', redirect_uris }, { organization_id })
    expect(changesOf(await apply({}))).toEqual(['create client dashboard'])
  })

  test('has to be named where there are several', async () => {
    for (let time = 0; time < 2; time++) await addClient(bench, { client_name: 'Dashboard', redirect_uris })
    expect(await faultsOf(apply({}))).toEqual([409, '/document/clients/dashboard'])
  })
})

test('--prune deletes what a file has named before, and nothing else', async () => {
  const { id } = await addClient(bench)
  await bench.apply({ clients: { one: { redirect_uris }, two: { redirect_uris } } })
  expect(keptOf(await bench.apply({ clients: { one: { redirect_uris } } }))).toEqual(['client two'])
  expect(changesOf(await bench.apply({ clients: { one: { redirect_uris } } }, { prune: true }))).toEqual([
    'delete client two',
  ])
  expect(await bench.db.client.count({ where: { id } })).toBe(1)
  expect((await bench.export()).notes).toContain(
    'not in here, since without a slug no file knows them: 1 of the clients',
  )
})

test('a client is not given to an organization that the same file deletes', async () => {
  await bench.apply({ organizations: { acme: {} } })
  const given = apply({ organization: 'acme' }, { organizations: {} }, { prune: true })
  expect(await faultsOf(given)).toEqual([409, '/document/clients/dashboard/organization'])
})

test('a client leaves an organization before that is deleted', async () => {
  await apply({ organization: 'acme' }, { organizations: { acme: {} } })
  await apply({}, { organizations: {} }, { prune: true })
  expect((await clientOf('dashboard')).organizationId).toBeNull()
})
