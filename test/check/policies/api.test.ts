/** Stored policies over HTTP, and what nodes hold of them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPolicies } from '../../../src/check/policies/directory.ts'
import { openChanges } from '../../../src/platform/changes.ts'
import { createLog } from '../../../src/platform/log.ts'
import { addAdministratorKey, addApiKey, addResource, call, type TestKey } from '../../support/api.ts'
import { eventually } from '../../support/eventually.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'

let server: TestServer
let platform: TestKey
let customer: TestKey
beforeAll(async () => {
  server = await startTestServer()
  platform = await addAdministratorKey(server)
  await addResource(server, 'reports', { 'reports:read': 'anyone', 'reports:write': 'anyone' })
  await addResource(server, 'exports', { 'exports:run': 'anyone' })
  customer = await addApiKey(server, { scopes: ['reports:read', 'policies:read', 'policies:write'] })
})
afterAll(() => server[Symbol.asyncDispose]())

interface Shown {
  name: string
  created_at: string
  updated_at: string
  data: Shown[]
  errors?: { path: string; code: string; message: string }[]
}

async function ask(key: TestKey, method: string, path: string, body?: unknown) {
  const reply = await call(server.url, method, path, { key: key.key, body })
  return { status: reply.status, body: reply.body as Shown }
}

const put = (routes: unknown, more: object = {}, name = 'reports') =>
  ask(platform, 'PUT', `/v1/policies/${name}`, { routes, ...more })

const faultsOf = async (routes: unknown, more: object = {}) => {
  const { status, body } = await put(routes, more)
  return [status, ...(body.errors ?? []).map(({ path, code }) => `${path} ${code}`)]
}

describe('a policy', () => {
  test('is made and replaced under the name of its resource, and noted', async () => {
    const routes = [{ match: 'GET /v1/reports/**', scopes: ['reports:read', 'reports:read'] }]
    const made = await put(routes)
    expect(made).toMatchObject({
      status: 200,
      body: {
        name: 'reports',
        resource: 'https://api.example.com/reports',
        environment: 'live',
        on_limit: null,
        on_outage: null,
        mode: 'enforce',
        routes: [{ match: 'GET /v1/reports/**', scopes: ['reports:read'], cost: 1 }],
      },
    })
    expect((await ask(platform, 'GET', '/v1/policies/reports')).body).toEqual(made.body)
    const settings = { environment: 'test', on_limit: 403, on_outage: 403, mode: 'observe' }
    const replaced = await put([{ match: '* /**', scopes: [], cost: 10 }], settings)
    expect(replaced).toMatchObject({
      status: 200,
      body: { ...settings, created_at: made.body.created_at, routes: [{ match: '* /**', scopes: [], cost: 10 }] },
    })
    const events = await server.db.auditEvent.findMany({ where: { targetId: 'reports' }, orderBy: { at: 'asc' } })
    expect(events.map(({ type }) => type)).toEqual(['policy.created', 'policy.updated'])
  })

  test('is refused with every fault of its routes', async () => {
    expect(
      await faultsOf([
        { match: 'GET /a', scopes: ['reports:read'], cost: 0 },
        { match: 'GET /../a', scopes: ['x'] },
        { match: 'a', scopes: 'x', colour: 'red' },
      ]),
    ).toEqual([
      400,
      '/routes/0/cost too_small',
      '/routes/1/match custom',
      '/routes/2/match custom',
      '/routes/2/scopes invalid_type',
      '/routes/2/colour unknown_field',
    ])
    expect(await faultsOf([{ match: 'GET /a', scopes: [], cost: 10_001 }])).toEqual([400, '/routes/0/cost too_big'])
    expect(await faultsOf([], { on_limit: 429, mode: 'dream' })).toEqual([
      400,
      '/on_limit invalid_value',
      '/mode invalid_value',
    ])
  })

  test('is refused with scopes that are not its resource’s own', async () => {
    const scopes = ['reports:read', 'exports:run', 'keys:read', 'nothing']
    expect(await faultsOf([{ match: 'GET /a', scopes }])).toEqual([
      400,
      '/routes/0/scopes/1 unknown_scope',
      '/routes/0/scopes/2 unknown_scope',
      '/routes/0/scopes/3 unknown_scope',
    ])
  })

  test('is refused with a route that an earlier one makes unreachable', async () => {
    const routes = ['GET /a/*', 'POST /a/b', '* /b/**', 'GET /a/b', 'HEAD /a/c', 'PUT /b', 'GET /a/'].map((match) => ({
      match,
      scopes: [],
    }))
    expect(await faultsOf(routes)).toEqual([
      400,
      '/routes/3/match unreachable',
      '/routes/4/match unreachable',
      '/routes/5/match unreachable',
    ])
  })

  test('has at most 500 routes', async () => {
    const routes = Array.from({ length: 501 }, (_, index) => ({ match: `GET /${index}`, scopes: ['reports:read'] }))
    expect(await faultsOf(routes)).toEqual([400, '/routes too_big'])
    expect(await faultsOf(routes.slice(1))).toEqual([200])
  })

  test('is there for resources that are registered, and not for the management API', async () => {
    expect((await put([], {}, 'nothing')).status).toBe(404)
    expect((await put([], {}, 'keygrant')).status).toBe(403)
  })

  test('is deleted once', async () => {
    await put([], {}, 'exports')
    expect((await ask(platform, 'DELETE', '/v1/policies/exports')).status).toBe(204)
    expect((await ask(platform, 'DELETE', '/v1/policies/exports')).status).toBe(404)
  })
})

describe('whoever is no administrator', () => {
  test('reads the policies of the resources that its key reaches, and changes none', async () => {
    await put([])
    await put([], {}, 'exports')
    const { body } = await ask(customer, 'GET', '/v1/policies')
    expect(body.data.map(({ name }) => name)).toEqual(['reports'])
    expect((await ask(customer, 'GET', '/v1/policies/reports')).status).toBe(200)
    expect((await ask(customer, 'GET', '/v1/policies/exports')).status).toBe(404)
    expect((await ask(customer, 'PUT', '/v1/policies/reports', { routes: [] })).status).toBe(403)
    expect((await ask(customer, 'DELETE', '/v1/policies/reports')).status).toBe(403)
    const all = await ask(platform, 'GET', '/v1/policies')
    expect(all.body.data.map(({ name }) => name).toSorted()).toEqual(['exports', 'reports'])
  })
})

describe('a node', () => {
  test('hears of a policy that is made, replaced or deleted elsewhere, also with its resource', async () => {
    const log = createLog('silent')
    await using changes = await openChanges({ url: server.config.database.url ?? '', log, clock: server.clock })
    await put([{ match: 'GET /a', scopes: [] }])
    using policies = await createPolicies({ db: server.db, changes, log })
    expect(policies.get('reports')?.match('GET', '/a')).toMatchObject({ label: 'reports GET /a' })
    expect(policies.get('nothing')).toBeUndefined()
    await put([{ match: 'GET /b', scopes: [] }])
    await eventually(() => expect(policies.get('reports')?.match('GET', '/b')).not.toBeNull())
    await ask(platform, 'PATCH', '/v1/resources/reports', { identifier: 'https://api.example.com/new' })
    await eventually(() => expect(policies.get('reports')?.resource).toBe('https://api.example.com/new'))
    await ask(platform, 'DELETE', '/v1/resources/reports')
    await eventually(() => expect(policies.get('reports')).toBeUndefined())
  })

  test('leaves out a policy that it can not read, says so, and keeps the others', async () => {
    await put([{ match: 'GET /a', scopes: [] }], {}, 'exports')
    await addResource(server, 'newer', {})
    const { id: resourceId } = await server.db.resource.findUniqueOrThrow({ where: { name: 'newer' } })
    const routes = [{ match: 'GET /a/**/b', scopes: [], cost: 1 }]
    await server.db.policy.create({ data: { name: 'newer', resourceId, routes } })
    const lines: string[] = []
    const log = createLog('error', { write: (line) => void lines.push(line) })
    await using changes = await openChanges({ url: server.config.database.url ?? '', log, clock: server.clock })
    using policies = await createPolicies({ db: server.db, changes, log })
    expect(policies.get('newer')).toBeUndefined()
    expect(policies.get('exports')).toBeDefined()
    expect(lines.join()).toContain('can not be read')
  })
})
