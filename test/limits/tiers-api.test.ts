import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { addAdministratorKey, addApiKey, caller } from '../support/api.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
let asAdministrator: ReturnType<typeof caller>
let asCustomer: ReturnType<typeof caller>
beforeAll(async () => {
  server = await startTestServer()
  asAdministrator = caller(server, (await addAdministratorKey(server)).key)
  asCustomer = caller(server, (await addApiKey(server, { scopes: ['tiers:read', 'tiers:write'] })).key)
})
afterAll(() => server[Symbol.asyncDispose]())

const gold = { hour: 50_000, burst: { size: 500 }, limit_per: 'key', organization_limits: null }

interface Tier {
  name: string
  burst: object
}
interface Refusal {
  detail: string
  errors: { path: string }[]
}
interface Page {
  data: Tier[]
  next_cursor: string | null
}

const eventsOf = async (name: string) => {
  const rows = await server.db.auditEvent.findMany({ where: { targetId: name }, orderBy: { id: 'asc' } })
  return rows.map(({ type, data }) => [type, data])
}

test('whoever may read tiers sees all of them', async () => {
  const answer = await asCustomer('GET', '/v1/tiers?limit=200')
  expect(answer).toMatchObject({ status: 200, body: { next_cursor: null } })
  expect((answer.body as Page).data).toContainEqual(
    expect.objectContaining({
      name: 'enterprise',
      hour: 'unlimited',
      burst: { size: 5_000, refill_per_second: 500 },
      limit_per: 'key',
      organization_limits: null,
    }),
  )
  expect((await asCustomer('GET', '/v1/tiers/free')).body).toMatchObject({ hour: 1_000, burst: { size: 100 } })
  expect(await asCustomer('GET', '/v1/tiers/none')).toMatchObject({ status: 404, body: { code: 'not_found' } })
})

test('tiers come page by page, each once', async () => {
  const names: string[] = []
  let cursor = ''
  do {
    const page = (await asCustomer('GET', `/v1/tiers?limit=2${cursor}`)).body as Page
    names.push(...page.data.map(({ name }) => name))
    cursor = page.next_cursor === null ? '' : `&cursor=${page.next_cursor}`
  } while (cursor !== '')
  expect(names).toEqual(expect.arrayContaining(['free', 'pro', 'enterprise']))
  expect(new Set(names).size).toBe(names.length)
})

test('nobody but an administrator changes or deletes one', async () => {
  const own = await addApiKey(server, { scopes: ['tiers:read'] })
  for (const [method, options] of [
    ['PUT', { body: gold }],
    ['DELETE', {}],
  ] as const) {
    expect(await asCustomer(method, '/v1/tiers/free', options)).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    })
    expect(await caller(server, own.key)(method, '/v1/tiers/free', options)).toMatchObject({
      status: 403,
      body: { code: 'insufficient_scope' },
    })
    expect(await caller(server)(method, '/v1/tiers/free', options)).toMatchObject({ status: 401 })
  }
  expect((await asCustomer('GET', '/v1/tiers/free')).body).toMatchObject({ hour: 1_000 })
})

test('a tier is made and changed alike, comes back as it was put, and what changed is noted', async () => {
  const put = (body: object) => asAdministrator('PUT', '/v1/tiers/gold', { body })
  expect(await put(gold)).toMatchObject({ status: 200, body: { name: 'gold', ...gold } })
  const organization_limits = { hour: 'unlimited', burst: { size: 9_000, refill_per_second: 0.5 } }
  const wider = { ...gold, burst: { size: 600, refill_per_second: 2.5 }, organization_limits }
  expect((await put(wider)).body).toMatchObject(wider)
  expect((await put(wider)).status).toBe(200)
  expect((await asAdministrator('GET', '/v1/tiers/gold')).body).toMatchObject(wider)
  expect(await eventsOf('gold')).toEqual([
    ['tier.created', {}],
    ['tier.updated', { changed: ['burst', 'organization_limits'] }],
  ])
})

test('what is not said of a tier is what goes without saying', async () => {
  const answer = await asAdministrator('PUT', '/v1/tiers/plain', { body: { hour: 10, burst: { size: 1 } } })
  const tier = answer.body as Tier
  expect(tier).toMatchObject({ limit_per: 'key', organization_limits: null, burst: { size: 1 } })
  expect(tier.burst).not.toHaveProperty('refill_per_second')
})

test.for<[string, string, object, string[]]>([
  ['no hour', 'a', { burst: { size: 1 } }, ['/hour']],
  ['no bucket', 'a', { hour: 1 }, ['/burst']],
  ['an hour of none', 'a', { hour: 0, burst: { size: 1 } }, ['/hour']],
  ['half a call', 'a', { hour: 1.5, burst: { size: 1 } }, ['/hour']],
  ['an hour beyond counting', 'a', { hour: 1e10, burst: { size: 1 } }, ['/hour']],
  ['a bucket beyond counting', 'a', { hour: 1, burst: { size: 10_000_001 } }, ['/burst/size']],
  [
    'a bucket that never fills',
    'a',
    { hour: 1, burst: { size: 1, refill_per_second: 0 } },
    ['/burst/refill_per_second'],
  ],
  ['no refill with an unlimited hour', 'a', { hour: 'unlimited', burst: { size: 1 } }, ['/burst/refill_per_second']],
  [
    'nor with an unlimited ceiling',
    'a',
    { ...gold, organization_limits: { hour: 'unlimited', burst: { size: 1 } } },
    ['/organization_limits/burst/refill_per_second'],
  ],
  ['an unknown field', 'a', { ...gold, day: 5 }, ['/day']],
  ['another way of counting', 'a', { ...gold, limit_per: 'client' }, ['/limit_per']],
  ['several at once', 'a', { hour: 'lots', burst: { size: 'big' } }, ['/hour', '/burst/size']],
  ['a name that is none', 'A%20b', gold, ['name']],
])('a tier with a fault is refused, and every fault named: %s', async ([_, name, body, paths]) => {
  const answer = await asAdministrator('PUT', `/v1/tiers/${name}`, { body })
  expect(answer).toMatchObject({ status: 400, body: { code: 'bad_request' } })
  expect((answer.body as Refusal).errors.map(({ path }) => path)).toEqual(paths)
  expect(await server.db.tier.findUnique({ where: { name: 'a' } })).toBeNull()
})

test('a tier that somebody uses is not deleted, and neither is free', async () => {
  await asAdministrator('PUT', '/v1/tiers/used', { body: gold })
  const { id } = await addApiKey(server, { tier: 'used' })
  const refused = await asAdministrator('DELETE', '/v1/tiers/used')
  expect(refused).toMatchObject({ status: 409, body: { code: 'conflict' } })
  expect((refused.body as Refusal).detail).toContain('API keys 1')
  await server.db.apiKey.update({ where: { id }, data: { revokedAt: new Date() } })
  expect((await asAdministrator('DELETE', '/v1/tiers/used')).status).toBe(204)
  expect((await asAdministrator('DELETE', '/v1/tiers/used')).status).toBe(404)
  expect(await eventsOf('used')).toEqual([
    ['tier.created', {}],
    ['tier.deleted', {}],
  ])
  expect(await asAdministrator('DELETE', '/v1/tiers/free')).toMatchObject({ status: 409 })
})

test('a changed tier holds for calls that come after, and what was spent stays spent', async () => {
  await asAdministrator('PUT', '/v1/tiers/small', { body: { hour: 1_000, burst: { size: 50 } } })
  const { key } = await addApiKey(server, { scopes: ['tiers:read'], tier: 'small' })
  const call = caller(server, key)
  const remaining = async () => Number((await call('GET', '/v1/tiers/free')).headers['x-ratelimit-remaining'])
  expect(await remaining()).toBe(999)
  await asAdministrator('PUT', '/v1/tiers/small', { body: { hour: 500, burst: { size: 50 } } })
  let calls = 1
  await eventually(async () => {
    calls++
    expect(await remaining()).toBe(500 - calls)
  })
})
