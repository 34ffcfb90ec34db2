/** Resources and scopes over HTTP: the newcomer's first call, and what only administrators change. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { managementScopes } from '../../src/http/api/scopes.ts'
import { addAdministratorKey, addApiKey, addResource, call, type CallOptions, type TestKey } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
let platform: TestKey
let customer: TestKey
beforeAll(async () => {
  server = await startTestServer()
  platform = await addAdministratorKey(server)
  await addResource(server, 'reports', { 'reports:read': 'anyone', 'reports:write': 'anyone' })
  await addResource(server, 'exports', { 'exports:run': 'anyone' })
  customer = await addApiKey(server, {
    scopes: ['reports:read', 'resources:read', 'resources:write', 'scopes:read', 'scopes:write'],
  })
  await eventually(async () => {
    const { data } = (await ask(customer, 'GET', '/v1/resources')).body
    if (data.length < 2) throw new Error('the resources are not heard of yet')
  })
})
afterAll(() => server[Symbol.asyncDispose]())

/** What answers of these routes have, each some of it. */
interface Shown {
  id: string
  name: string
  identifier: string
  title: string
  description: string | null
  updated_at: string
  scopes: { name: string; title: string }[]
  data: Shown[]
  next_cursor: string | null
  code: string
  errors?: { path: string }[]
}

async function ask(key: TestKey | null, method: string, path: string, body?: unknown, options: CallOptions = {}) {
  const reply = await call(server.url, method, path, { key: key?.key, body, ...options })
  return { status: reply.status, body: reply.body as Shown }
}

const builtIn = () => `${server.url}/v1`
let drawn = 0
const fresh = () => `api-${++drawn}`

async function created(scopes: object[] = []): Promise<{ name: string; id: string; path: string }> {
  const name = fresh()
  const identifier = `https://api.example.com/${name}`
  const { status, body } = await ask(platform, 'POST', '/v1/resources', { name, identifier, scopes })
  if (status !== 201) throw new Error(JSON.stringify(body))
  return { name, id: body.id, path: `/v1/resources/${body.id}` }
}

describe('the first call', () => {
  test('tells any valid key what it may reach, with the scopes that it has there', async () => {
    const { status, body } = await ask(customer, 'GET', '/v1/resources')
    expect(status).toBe(200)
    expect(body.data.map(({ identifier, scopes }) => [identifier, scopes.map(({ name }) => name).toSorted()])).toEqual([
      ['https://api.example.com/reports', ['reports:read']],
      [builtIn(), ['resources:read', 'resources:write', 'scopes:read', 'scopes:write']],
    ])
  })

  test('tells a key without scopes of nothing, and nobody without a key', async () => {
    const bare = await addApiKey(server, { scopes: [] })
    expect(await ask(bare, 'GET', '/v1/resources')).toMatchObject({ status: 200, body: { data: [] } })
    expect(await ask(null, 'GET', '/v1/resources')).toMatchObject({ status: 401, body: { code: 'missing' } })
  })

  test('tells an administrator of everything, the management API among it', async () => {
    const { body } = await ask(platform, 'GET', '/v1/resources?limit=200')
    const names = body.data.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['reports', 'exports', 'keygrant']))
    const management = body.data.find(({ name }) => name === 'keygrant')
    expect(management).toMatchObject({
      identifier: builtIn(),
      title: 'Keygrant API',
      access_token: { format: 'jwt', lifetime: 900 },
    })
    expect(management?.scopes).toHaveLength(managementScopes.length)
  })

  test('comes in pages that hold each resource once', async () => {
    const seen: string[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body } = await ask(platform, 'GET', `/v1/resources?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`)
      expect(body.data).toHaveLength(1)
      seen.push(body.data[0]?.name ?? '')
      cursor = body.next_cursor
    }
    const { body } = await ask(platform, 'GET', '/v1/resources?limit=200')
    expect(seen).toEqual(body.data.map(({ name }) => name))
  })
})

describe('a resource', () => {
  test('is made with its scopes, read by its id and by its name, and noted', async () => {
    const name = fresh()
    const answer = await ask(platform, 'POST', '/v1/resources', {
      name,
      identifier: `https://api.example.com/${name}`,
      access_token: { format: 'opaque' },
      scopes: [
        { name: `${name}:read`, title: 'Read' },
        { name: `${name}:write`, title: 'Write', grantable_by: 'org_admin' },
      ],
    })
    expect(answer).toMatchObject({
      status: 201,
      body: {
        name,
        title: `Api ${drawn}`,
        access_token: { format: 'opaque', lifetime: 900 },
        scopes: [
          { name: `${name}:read`, title: 'Read', description: null, writes: false, grantable_by: 'anyone' },
          { name: `${name}:write`, writes: true, grantable_by: 'org_admin' },
        ],
      },
    })
    for (const which of [answer.body.id, name]) {
      expect((await ask(platform, 'GET', `/v1/resources/${which}`)).body).toEqual(answer.body)
    }
    const events = await server.db.auditEvent.findMany({ where: { targetId: answer.body.id } })
    expect(events.map(({ type, actorId }) => [type, actorId])).toEqual([['resource.created', platform.subject]])
  })

  test('is made once by the same Idempotency-Key', async () => {
    const name = fresh()
    const headers = { 'idempotency-key': name }
    const body = { name, identifier: `urn:example:${name}` }
    const first = await ask(platform, 'POST', '/v1/resources', body, { headers })
    const again = await ask(platform, 'POST', '/v1/resources', body, { headers })
    expect([first.status, again.status]).toEqual([201, 201])
    expect(again.body).toEqual(first.body)
  })

  test('may not have what another one or the management API has', async () => {
    const there = await created([{ name: `taken:${drawn + 1}`, title: 'T' }])
    const other = { name: fresh(), identifier: `urn:example:${drawn}` }
    const attempt = async (fields: object) => {
      const { status, body } = await ask(platform, 'POST', '/v1/resources', { ...other, ...fields })
      return [status, body.code, body.errors?.[0]?.path]
    }
    expect(await attempt({ name: there.name })).toEqual([409, 'conflict', undefined])
    expect(await attempt({ identifier: `https://api.example.com/${there.name}` })).toEqual([409, 'conflict', undefined])
    expect(await attempt({ identifier: builtIn() })).toEqual([409, 'conflict', undefined])
    expect(await attempt({ name: 'keygrant' })).toEqual([400, 'bad_request', '/name'])
    expect(await attempt({ scopes: [{ name: `taken:${there.name.slice(4)}`, title: 'T' }] })).toEqual([
      409,
      'conflict',
      undefined,
    ])
    expect(await attempt({ scopes: [{ name: 'keys:read', title: 'T' }] })).toEqual([
      400,
      'bad_request',
      '/scopes/0/name',
    ])
    const twice = { name: 'twice', title: 'T' }
    expect(await attempt({ scopes: [twice, twice] })).toEqual([400, 'bad_request', '/scopes'])
    expect((await ask(platform, 'POST', '/v1/resources', other)).status).toBe(201)
  })

  test('names every fault of the input at once', async () => {
    const { status, body } = await ask(platform, 'POST', '/v1/resources', {
      name: 'No',
      identifier: 'x',
      colour: 'red',
    })
    expect(status).toBe(400)
    expect(body.errors?.map((fault) => fault.path).toSorted()).toEqual(['/colour', '/identifier', '/name'])
  })

  test('changes, and is what it was where nothing is said', async () => {
    const { path, id } = await created([{ name: fresh(), title: 'T' }])
    const before = (await ask(platform, 'GET', path)).body
    const { status, body } = await ask(platform, 'PATCH', path, { title: 'New', access_token: { lifetime: 60 } })
    expect(status).toBe(200)
    expect({ ...body, updated_at: before.updated_at }).toEqual({
      ...before,
      title: 'New',
      access_token: { format: 'jwt', lifetime: 60 },
    })
    expect((await ask(platform, 'PATCH', path, {})).status).toBe(200)
    const events = await server.db.auditEvent.findMany({ where: { targetId: id, type: 'resource.updated' } })
    expect(events.map(({ data }) => data)).toEqual([{ changed: ['title', 'access_token.lifetime'] }])
    expect(await ask(platform, 'PATCH', path, { name: 'other' })).toMatchObject({ status: 400 })
  })

  test('is deleted with its scopes and its policy, and a key that names them has them no more', async () => {
    const scope = fresh()
    const { path, name } = await created([{ name: scope, title: 'T' }])
    await ask(platform, 'PUT', `/v1/policies/${name}`, { routes: [{ match: 'GET /**', scopes: [scope] }] })
    const key = await addApiKey(server, { scopes: [scope] })
    await eventually(async () => expect((await ask(key, 'GET', '/v1/resources')).body.data).toHaveLength(1))
    expect((await ask(platform, 'DELETE', path)).status).toBe(204)
    expect((await ask(platform, 'DELETE', path)).status).toBe(404)
    expect((await ask(platform, 'GET', `/v1/policies/${name}`)).status).toBe(404)
    expect((await ask(key, 'GET', '/v1/resources')).body.data).toEqual([])
  })

  test.for([
    ['GET', '', 200],
    ['PATCH', '', 403],
    ['DELETE', '', 403],
    ['GET', '/scopes', 200],
    ['POST', '/scopes', 403],
    ['PATCH', '/scopes/keys:read', 403],
    ['DELETE', '/scopes/keys:read', 403],
  ] as const)('that is built in answers %s %s with %i, also to an administrator', async ([method, path, status]) => {
    const body = method === 'POST' ? { name: fresh(), title: 'T' } : method === 'PATCH' ? {} : undefined
    expect((await ask(platform, method, `/v1/resources/keygrant${path}`, body)).status).toBe(status)
  })
})

describe('a scope', () => {
  test('is given to a key by the very next request, made with its resource or added to it', async () => {
    // Many at once, so that the notice of a change is behind its answer.
    const rounds = Array.from({ length: 20 }, async (_, round) => {
      const { name, path } = await created([{ name: `next${round}:read`, title: 'Read' }])
      const give = async (scope: string) => (await ask(platform, 'POST', '/v1/keys', { name, scopes: [scope] })).status
      const first = await give(`next${round}:read`)
      await ask(platform, 'POST', `${path}/scopes`, { name: `next${round}:write`, title: 'Write' })
      return [first, await give(`next${round}:write`)]
    })
    expect(await Promise.all(rounds)).toEqual(rounds.map(() => [201, 201]))
  })

  test('is added behind the others, changed, and deleted', async () => {
    const { path } = await created([{ name: fresh(), title: 'First' }])
    const name = `https://api.example.com/${fresh()}/read`
    const at = `${path}/scopes/${encodeURIComponent(name)}`
    expect(await ask(platform, 'POST', `${path}/scopes`, { name, title: 'Second' })).toMatchObject({
      status: 201,
      body: { name, writes: false },
    })
    const listed = await ask(platform, 'GET', `${path}/scopes`)
    expect(listed.body.data.map(({ title }) => title)).toEqual(['First', 'Second'])
    const changed = await ask(platform, 'PATCH', at, { description: 'Words', grantable_by: 'administrator' })
    expect(changed).toMatchObject({ status: 200, body: { description: 'Words', grantable_by: 'administrator' } })
    expect((await ask(platform, 'PATCH', at, { description: null })).body.description).toBeNull()
    expect((await ask(platform, 'DELETE', at)).status).toBe(204)
    expect((await ask(platform, 'DELETE', at)).status).toBe(404)
  })

  test('is moved among its resource’s, and those behind it move on', async () => {
    const [one, two, three] = [fresh(), fresh(), fresh()]
    const { path } = await created([one, two, three].map((name) => ({ name, title: name })))
    const move = async (name: string, position: number) => {
      const { status } = await ask(platform, 'PATCH', `${path}/scopes/${name}`, { position })
      const { body } = await ask(platform, 'GET', `${path}/scopes`)
      return [status, ...body.data.map((scope) => scope.name)]
    }
    expect(await move(three, 0)).toEqual([200, three, one, two])
    expect(await move(one, 2)).toEqual([200, three, two, one])
    // Beyond the end is the end, and where it stands already changes nothing.
    expect(await move(two, 99)).toEqual([200, three, one, two])
    const events = await server.db.auditEvent.count({ where: { type: 'scope.updated', targetId: two } })
    expect(await move(two, 2)).toEqual([200, three, one, two])
    expect(await server.db.auditEvent.count({ where: { type: 'scope.updated', targetId: two } })).toBe(events)
    expect(await move(one, -1)).toEqual([400, three, one, two])
  })

  test('of another resource is not there', async () => {
    const [one, other] = [await created([{ name: fresh(), title: 'T' }]), await created()]
    const { scopes } = (await ask(platform, 'GET', one.path)).body
    expect((await ask(platform, 'PATCH', `${other.path}/scopes/${scopes[0]?.name}`, {})).status).toBe(404)
    const again = { name: scopes[0]?.name, title: 'T' }
    expect((await ask(platform, 'POST', `${other.path}/scopes`, again)).status).toBe(409)
  })
})

describe('whoever is no administrator', () => {
  test('sees the resources that its key reaches, and the others like those that are not there', async () => {
    expect((await ask(customer, 'GET', '/v1/resources/reports')).body.scopes).toHaveLength(1)
    expect((await ask(customer, 'GET', '/v1/resources/reports/scopes')).body.data).toHaveLength(1)
    const foreign = await ask(customer, 'GET', '/v1/resources/exports')
    const missing = await ask(customer, 'GET', '/v1/resources/nothing')
    expect({ ...foreign.body, request_id: '' }).toEqual({ ...missing.body, request_id: '' })
    expect((await ask(customer, 'GET', '/v1/resources/exports/scopes')).status).toBe(404)
  })

  test.for([
    ['POST', '/v1/resources', { name: 'mine', identifier: 'urn:example:mine' }],
    ['PATCH', '/v1/resources/reports', {}],
    ['DELETE', '/v1/resources/reports', undefined],
    ['POST', '/v1/resources/reports/scopes', { name: 'mine:read', title: 'T' }],
    ['PATCH', '/v1/resources/reports/scopes/reports:read', {}],
    ['DELETE', '/v1/resources/reports/scopes/reports:read', undefined],
  ] as const)('can not %s %s', async ([method, path, body]) => {
    expect(await ask(customer, method, path, body)).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  })

  test('needs the scope to read one', async () => {
    const key = await addApiKey(server, { scopes: ['reports:read'] })
    const answer = await ask(key, 'GET', '/v1/resources/reports')
    expect(answer).toMatchObject({
      status: 403,
      body: { code: 'insufficient_scope', missing_scopes: ['resources:read'] },
    })
  })
})
