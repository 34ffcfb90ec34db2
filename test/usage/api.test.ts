/** What customers and administrators see of usage: in pages, and whole as lines. */
import { get } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addAdministratorKey, addApiKey, addOrganization, call, type Reply, type TestKey } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
let administrator: TestKey
let own: TestKey
let other: TestKey
beforeAll(async () => {
  server = await startTestServer()
  administrator = await addAdministratorKey(server)
  own = await addApiKey(server, { scopes: ['usage:read'], tier: 'enterprise' })
  other = await addApiKey(server)
  await addRows()
})
afterAll(() => server[Symbol.asyncDispose]())

const from = '2026-03-01T00:00:00Z'
const to = '2026-03-04T00:00:00Z'

/** Three days of two keys and a client, in two organizations, each key by two routes. */
async function addRows(): Promise<void> {
  const rows = [own, other].flatMap(({ id, organizationId }, which) =>
    Array.from({ length: 72 }, (_, hours) =>
      ['', 'reports GET /v1/reports'].map((route) => ({
        hour: new Date(Date.parse(from) + hours * 3_600_000),
        kind: 'key',
        credentialId: id,
        organizationId,
        route,
        allowed: 10 + which,
        limited: 2,
        denied: 1,
        cost: 20 + which,
      })),
    ).flat(),
  )
  const client = {
    hour: new Date('2026-03-02T05:00:00Z'),
    kind: 'client',
    credentialId: 'cli_one',
    organizationId: '',
    route: '',
    allowed: 7,
    limited: 0,
    denied: 0,
    cost: 7,
  }
  await server.db.usage.createMany({ data: [...rows, client] })
}

const usage = (query: string, { key } = own, headers = {}): Promise<Reply> =>
  call(server.url, 'GET', `/v1/usage?from=${from}&to=${to}&${query}`, { key, headers })

interface Item {
  time: string
  key_id?: string
  client_id?: string
  organization_id?: string | null
  route?: string | null
  allowed: number
  limited: number
  denied: number
  cost: number
}

const dataOf = ({ status, body }: Reply): Item[] => {
  expect([status, body]).toEqual([200, expect.anything()])
  return (body as { data: Item[] }).data
}

test('adds up by key and day, the newest first', async () => {
  const data = dataOf(await usage('group_by=key&interval=day'))
  expect(data).toEqual(
    [3, 2, 1].map((day) => ({
      time: `2026-03-0${day}T00:00:00.000Z`,
      organization_id: own.organizationId,
      key_id: own.id,
      allowed: 480,
      limited: 96,
      denied: 48,
      cost: 960,
    })),
  )
})

test('adds up by route, and tells calls without a stored policy as null', async () => {
  const data = dataOf(await usage('group_by=route&interval=day&limit=2'))
  expect(data.map(({ route, allowed }) => [route, allowed])).toEqual([
    ['reports GET /v1/reports', 240],
    [null, 240],
  ])
})

test('one sees the own organizations alone, whatever one asks for', async () => {
  for (const query of ['', `organization_id=${other.organizationId}`, `key_id=${other.id}`, 'client_id=cli_one']) {
    for (const groupBy of ['organization', 'key', 'client', 'route']) {
      const text = JSON.stringify(dataOf(await usage(`group_by=${groupBy}&interval=day&${query}`)))
      expect(text).not.toContain(other.id)
      expect(text).not.toContain(other.organizationId)
      expect(text).not.toContain('"allowed":528')
      expect(text).not.toContain('cli_one')
      if (query !== '') expect(text).toBe('[]')
    }
  }
})

test('an administrator sees everybody, and may choose', async () => {
  const all = dataOf(await usage('group_by=organization&interval=day', administrator))
  expect(all.filter(({ time }) => time.startsWith('2026-03-02')).map((item) => item.organization_id)).toEqual(
    expect.arrayContaining([own.organizationId, other.organizationId, null]),
  )
  const one = dataOf(await usage(`group_by=key&interval=day&organization_id=${other.organizationId}`, administrator))
  expect(one.map(({ key_id, allowed }) => [key_id, allowed])).toEqual([1, 2, 3].map(() => [other.id, 528]))
  expect(dataOf(await usage('group_by=client', administrator))).toEqual([
    {
      time: '2026-03-02T05:00:00.000Z',
      organization_id: null,
      client_id: 'cli_one',
      allowed: 7,
      limited: 0,
      denied: 0,
      cost: 7,
    },
  ])
})

test.for(['hour', 'day'])(
  'pages by %s go on where they ended, with nothing twice and nothing left out',
  async (interval) => {
    for (const groupBy of ['key', 'route', 'organization']) {
      const query = `group_by=${groupBy}&interval=${interval}`
      const whole = dataOf(await usage(`${query}&limit=200`, administrator))
      const seen: Item[] = []
      for (let cursor = ''; ;) {
        const reply = await usage(`${query}&limit=7${cursor}`, administrator)
        seen.push(...dataOf(reply))
        const next = (reply.body as { next_cursor: string | null }).next_cursor
        if (next === null) break
        cursor = `&cursor=${next}`
      }
      expect(seen).toEqual(whole)
      expect(new Set(seen.map((item) => JSON.stringify(item))).size).toBe(seen.length)
    }
  },
)

test('the whole time as one has the busiest first, and is never longer than 32 days', async () => {
  const both = dataOf(await usage('group_by=key&interval=all', administrator))
  expect(both.map(({ key_id }) => key_id)).toEqual([other.id, own.id])
  expect(both[1]).toMatchObject({ time: new Date(from).toISOString(), allowed: 1440, limited: 288, denied: 144 })
  const one = await usage('group_by=key&interval=all&limit=1', administrator)
  expect(dataOf(one)).toHaveLength(1)
  expect(one.body).toMatchObject({ next_cursor: null })
  expect(dataOf(await usage('group_by=key&interval=all')).map(({ key_id }) => key_id)).toEqual([own.id])
  const long = 'group_by=key&interval=all&from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z'
  const refused = await call(server.url, 'GET', `/v1/usage?${long}`, { key: own.key })
  expect(refused.body).toMatchObject({ errors: [{ path: 'from', message: 'must be at most 32 days before to' }] })
})

test('a span that begins or ends within an interval holds the one that it begins in, and not the one that it ends in', async () => {
  const reply = await call(
    server.url,
    'GET',
    `/v1/usage?group_by=key&from=2026-03-01T03:30:00Z&to=2026-03-01T05:30:00Z`,
    { key: own.key },
  )
  expect(dataOf(reply).map(({ time }) => time)).toEqual(['2026-03-01T04:00:00.000Z', '2026-03-01T03:00:00.000Z'])
})

test('without a span it shows the last day, with the hour that is under way', async () => {
  const { key, id } = await addApiKey(server, { scopes: ['usage:read'], tier: 'enterprise' })
  const ask = () => call(server.url, 'GET', '/v1/usage?group_by=key', { key })
  await ask()
  await server.running.inside.usage.flush()
  expect(dataOf(await ask())).toMatchObject([{ key_id: id, allowed: 1 }])
})

test.for([
  ['interval=day', 'group_by', 'required'],
  ['group_by=person', 'group_by', 'invalid_value'],
  ['group_by=key&interval=minute', 'interval', 'invalid_value'],
  ['group_by=key&limit=201', 'limit', 'too_big'],
  ['group_by=key&page=2', 'page', 'unknown_field'],
] as const)('refuses ?%s', async ([query, path, code]) => {
  expect(await usage(query)).toMatchObject({ status: 400, body: { errors: [{ path, code }] } })
})

test('refuses a span that ends before it begins', async () => {
  const path = `/v1/usage?group_by=key&from=${to}&to=${from}`
  const refused = { status: 400, body: { errors: [{ path: 'to' }] } }
  expect(await call(server.url, 'GET', path, { key: own.key })).toMatchObject(refused)
})

test('nobody sees usage without the scope', async () => {
  expect((await usage('group_by=key', other)).status).toBe(403)
  expect((await call(server.url, 'GET', '/v1/usage?group_by=key')).status).toBe(401)
})

test('as lines it comes whole, each an object as in pages', async () => {
  const reply = await usage('group_by=key', administrator, { accept: 'application/x-ndjson' })
  const headers = { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store', vary: 'accept' }
  expect(reply).toMatchObject({ status: 200, headers })
  const lines = (reply.body as string).trimEnd().split('\n')
  expect(lines).toHaveLength(144)
  expect(lines.slice(0, 100).map((line) => JSON.parse(line) as Item)).toEqual(
    dataOf(await usage('group_by=key&limit=100', administrator)),
  )
})

test('lines of nothing are an empty answer, and their faults are answered as elsewhere', async () => {
  const accept = { accept: 'application/x-ndjson' }
  expect(await usage('group_by=client', own, accept)).toMatchObject({ status: 200, body: '' })
  expect((await usage('group_by=person', own, accept)).status).toBe(400)
  expect((await usage('group_by=key', other, accept)).status).toBe(403)
})

test('a large export is read as fast as its reader takes it, and ends when the reader goes away', async () => {
  const organizationId = await addOrganization(server)
  await server.pool.query(
    `INSERT INTO usage (hour, kind, credential_id, organization_id, allowed)
      SELECT timestamptz '2026-05-01' + make_interval(hours => n % 50), 'key', 'key_' || n / 50, $1, 1 FROM generate_series(0, 59999) n`,
    [organizationId],
  )
  const path = `/v1/usage?group_by=key&from=2026-05-01T00:00:00Z&to=2026-06-01T00:00:00Z&organization_id=${organizationId}`
  const headers = { accept: 'application/x-ndjson', authorization: `Bearer ${administrator.key}` }
  const whole = await call(server.url, 'GET', path, { headers })
  const lines = (whole.body as string).trimEnd().split('\n')
  expect(lines).toHaveLength(60_000)
  expect(new Set(lines).size).toBe(60_000)

  server.statements()
  const { port } = server.running
  await new Promise<void>((resolve, reject) => {
    get({ host: 'localhost', port, path, headers }, (response) => {
      response.once('data', () => {
        response.destroy()
        resolve()
      })
    }).on('error', reject)
  })
  const sent = () => server.statements().filter((text) => text.includes('FROM usage')).length
  // What was under way ends, and nothing more is read.
  await eventually(() => expect(sent()).toBe(0))
})
