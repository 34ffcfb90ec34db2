/** The revocation feed: whoever holds what a credential may do learns at once that it changed, at whichever node, and misses nothing. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { systemContext } from '../../../src/audit/record.ts'
import { endAccess } from '../../../src/oidc/sessions/end-access.ts'
import { disableUser } from '../../../src/users/disable.ts'
import { addAdministratorKey, addApiKey, addMember, addOrganization, call, type TestKey } from '../../support/api.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { openDatabaseProxy, type DatabaseProxy } from '../../support/database-proxy.ts'
import { openEventStream, type EventStream, type StreamEvent } from '../../support/event-stream.ts'
import { eventually } from '../../support/eventually.ts'
import { addPerson, startTestServer, type TestServer } from '../../support/server.ts'

let database: TestDatabase
let proxy: DatabaseProxy
/** Where things are changed, and where they are listened for. */
let one: TestServer
let two: TestServer
let admin: TestKey

const settings = { PUBLIC_URL: 'http://localhost:3997' }

beforeAll(async () => {
  database = await createTestDatabase()
  proxy = await openDatabaseProxy(database.url)
  one = await startTestServer({ databaseUrl: database.url, settings })
  two = await startTestServer({ databaseUrl: proxy.url, settings })
  admin = await addAdministratorKey(one)
})
afterAll(async () => {
  await two[Symbol.asyncDispose]()
  await one[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

const originOf = (node: TestServer) => `http://localhost:${node.running.port}`
const digestOf = (id: string) => createHash('sha256').update(id).digest('base64url')

async function listen(
  options: { key?: string; cursor?: string; lastEventId?: string; node?: TestServer } = {},
): Promise<EventStream> {
  const { key = admin.key, cursor, lastEventId, node = two } = options
  const query = cursor === undefined ? '' : `?cursor=${cursor}`
  const stream = await openEventStream(`${originOf(node)}/v1/revocations${query}`, {
    key,
    ...(lastEventId === undefined ? {} : { lastEventId }),
  })
  onTestFinished(() => stream.close())
  return stream
}

async function ready(stream: EventStream): Promise<EventStream> {
  await eventually(() => expect(stream.events.map(({ event }) => event)).toContain('ready'))
  return stream
}

const told = (stream: EventStream, id: string) =>
  stream.events.filter(({ event, data }) => event === 'revocation' && data.digest === digestOf(id))

async function revokedKey(): Promise<TestKey> {
  const key = await addApiKey(one)
  const { status } = await call(originOf(one), 'DELETE', `/v1/keys/${key.id}`, { key: admin.key })
  expect(status).toBe(204)
  return key
}

describe('what is told', () => {
  test('a key that is revoked at one node, by its digest and kind, and nobody’s id', async () => {
    const stream = await ready(await listen())
    const key = await revokedKey()
    await eventually(() => expect(told(stream, key.id)).toHaveLength(1))
    const [event] = told(stream, key.id)
    expect(event?.data).toEqual({ kind: 'api_key', digest: digestOf(key.id), at: expect.stringMatching(/Z$/) })
    expect(JSON.stringify(stream.events)).not.toContain(key.id)
  })

  test('a person who is disabled', async () => {
    const stream = await ready(await listen())
    const { id, email } = await addPerson(one)
    const disabled = await disableUser({ db: one.db, endAccess }, { email }, systemContext(one.clock))
    expect(disabled.outcome).toBe('done')
    await eventually(() => expect(told(stream, id).map(({ data }) => data.kind)).toContain('user'))
  })

  test('heartbeats say how fresh it is, without end and without a change', async () => {
    const stream = await ready(await listen())
    const beats = () => stream.events.filter(({ event }) => event === 'heartbeat')
    await eventually(() => expect(beats().length).toBeGreaterThan(2))
    for (const { id, data } of beats()) {
      expect(id).toMatch(/^\d{13}$/)
      expect(data.age_ms).toBeLessThan(1_000)
    }
  })

  test('is a stream that nobody stores or gathers', async () => {
    const { status, headers } = await listen()
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('text/event-stream')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-accel-buffering')).toBe('no')
  })

  test('another organization is not told of, one’s own is', async () => {
    const own = await addOrganization(one)
    const other = await addOrganization(one)
    const { key } = await addApiKey(one, { organizationId: own, scopes: ['keys:verify'] })
    const stream = await ready(await listen({ key }))
    for (const id of [other, own]) {
      await call(originOf(one), 'PATCH', `/v1/organizations/${id}`, { key: admin.key, body: { tier: 'pro' } })
    }
    await eventually(() => expect(told(stream, own).length).toBeGreaterThan(0))
    expect(told(stream, other)).toEqual([])
  })
})

describe('who comes back', () => {
  test('is told what happened meanwhile, at another node too, and that nothing is missing', async () => {
    const first = await ready(await listen())
    const cursor = first.events.at(-1)?.id ?? ''
    first.close()
    const watching = await Promise.all([one, two].map(async (node) => ready(await listen({ node }))))
    const key = await revokedKey()
    for (const stream of watching) await eventually(() => expect(told(stream, key.id)).toHaveLength(1))
    for (const node of [one, two]) {
      const stream = await ready(await listen({ cursor, node }))
      await eventually(() => expect(told(stream, key.id)).toHaveLength(1))
      expect(stream.events.map(({ event }) => event)).not.toContain('reset')
      // Before it is ready, and not some time after.
      const order = stream.events.map(({ event, data }) => (data.digest === digestOf(key.id) ? 'it' : event))
      expect(order.indexOf('it')).toBeLessThan(order.indexOf('ready'))
    }
  })

  test('may come as browsers do, by Last-Event-ID, which is newer than the address', async () => {
    const stream = await ready(await listen({ cursor: '1', lastEventId: String(Date.now()) }))
    expect(stream.events.map(({ event }) => event)).not.toContain('reset')
  })

  test('finds at a node that was started meanwhile what happened before', async () => {
    const cursor = String(Date.now())
    const key = await revokedKey()
    await using late = await startTestServer({ databaseUrl: database.url, settings })
    const stream = await ready(await listen({ cursor, node: late }))
    expect(told(stream, key.id)).toHaveLength(1)
    // Who comes for the first time learns of the last hour.
    const fresh = await ready(await listen({ node: late }))
    expect(told(fresh, key.id)).toHaveLength(1)
    const { data } = fresh.events.find(({ event }) => event === 'ready') ?? {}
    expect(Date.parse(data.since)).toBeLessThanOrEqual(Date.now() - 3_500_000)
  })

  test.for([
    ['longer ago than is known', String(Date.now() - 86_400_000)],
    ['from the future', String(Date.now() + 86_400_000)],
  ])('from a time that is %s is told to forget everything', async ([, cursor = '']) => {
    const stream = await ready(await listen({ cursor }))
    expect(stream.events[0]?.event).toBe('reset')
  })
})

describe('when the database can’t be heard', () => {
  test('nobody is told that all is well; afterwards what was missed is told, and nothing has to be forgotten', async () => {
    const stream = await ready(await listen())
    await proxy.refuse()
    const key = await revokedKey()
    await eventually(async () => {
      const { body } = await call(originOf(two), 'GET', '/health/ready')
      expect(body.checks.listener).not.toBe('ok')
    })
    const before = stream.events.length
    await proxy.restore()
    await eventually(() => expect(told(stream, key.id)).toHaveLength(1))
    const since = stream.events.slice(before)
    const meanwhile = since.slice(0, since.indexOf(told(stream, key.id)[0] as StreamEvent))
    expect(meanwhile.map(({ event }) => event)).not.toContain('heartbeat')
    await eventually(() => expect(stream.events.at(-1)?.event).toBe('heartbeat'))
    expect(stream.events.map(({ event }) => event)).not.toContain('reset')
    expect(stream.ended).toBe(false)
  })
})

describe('who may listen', () => {
  test.for([
    ['nobody', undefined, 401, 'missing'],
    ['a key without the scope', ['keys:read'], 403, 'insufficient_scope'],
  ] as const)('%s is refused', async ([, scopes, status, code]) => {
    const key = scopes && (await addApiKey(one, { scopes: [...scopes] })).key
    const reply = await call(originOf(two), 'GET', '/v1/revocations', { key })
    expect([reply.status, reply.body.code]).toEqual([status, code])
  })

  test.for([
    ['GET', '?cursor=yesterday', 400, 'cursor'],
    ['GET', '?since=1', 400, 'since'],
    ['POST', '', 405, undefined],
  ] as const)('%s %s is %i', async ([method, query, status, path]) => {
    const reply = await call(originOf(two), method, `/v1/revocations${query}`, { key: admin.key })
    expect([reply.status, reply.body.errors?.[0]?.path]).toEqual([status, path])
  })

  test.for([
    ['revoked', (key: TestKey) => call(originOf(one), 'DELETE', `/v1/keys/${key.id}`, { key: admin.key })],
    [
      'left without the scope',
      (key: TestKey) =>
        call(originOf(one), 'PATCH', `/v1/keys/${key.id}`, { key: admin.key, body: { scopes: ['keys:read'] } }),
    ],
  ] as const)('whose key is %s hears no more', async ([, change]) => {
    const key = await addApiKey(one, { scopes: ['keys:verify', 'keys:read'] })
    const stream = await ready(await listen({ key: key.key }))
    expect((await change(key)).status).toBeLessThan(300)
    await eventually(() => expect(stream.ended).toBe(true))
  })

  test('one credential can’t take every stream', async () => {
    const organizationId = await addOrganization(one)
    const { id: userId } = await addPerson(one)
    await addMember(one, organizationId, userId, 'admin')
    const { key } = await addApiKey(one, { organizationId, userId, scopes: ['keys:verify'] })
    const streams = await Promise.all(Array.from({ length: 100 }, () => listen({ key })))
    expect(new Set(streams.map(({ status }) => status))).toEqual(new Set([200]))
    const refused = await call(originOf(two), 'GET', '/v1/revocations', { key })
    expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited'])
    expect((await listen()).status).toBe(200)
    for (const stream of streams) stream.close()
    await eventually(async () => expect((await listen({ key })).status).toBe(200))
  })
})

test('a server that ends lets its listeners go at once, so that they turn to another', async () => {
  const going = await startTestServer({ databaseUrl: database.url, settings })
  const stream = await ready(await listen({ node: going }))
  await going[Symbol.asyncDispose]()
  await eventually(() => expect(stream.ended).toBe(true))
})

test('what was told is kept for hours only', async () => {
  const moved = { now: () => new Date(Date.now() + 4 * 3_600_000) }
  await revokedKey()
  await using later = await startTestServer({ databaseUrl: database.url, settings, clock: moved })
  expect(await one.db.revocation.count()).toBeGreaterThan(0)
  await later.running.inside.sweeper.sweep()
  expect(await one.db.revocation.count()).toBe(0)
})
