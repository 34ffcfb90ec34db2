/** Who reads what of the audit trail, and by which questions. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Event } from '../../src/audit/events.ts'
import { record, type AuditContext } from '../../src/audit/record.ts'
import {
  addAdministratorKey,
  addApiKey,
  addMember,
  addOrganization,
  call,
  type Reply,
  type TestKey,
} from '../support/api.ts'
import { addPerson, startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
let administrator: TestKey
let own: TestKey
let other: TestKey
beforeAll(async () => {
  server = await startTestServer()
  administrator = await addAdministratorKey(server)
  own = await addApiKey(server, { scopes: ['audit-events:read'], tier: 'enterprise' })
  other = await addApiKey(server, { tier: 'enterprise' })
  for (const [minute, organizationId] of [own.organizationId, other.organizationId, null].entries()) {
    const changed = {
      type: 'organization.updated',
      id: `org_${minute}`,
      organizationId,
      data: { changed: ['name'] },
    } as const
    await write([changed, { ...changed, type: 'organization.deleted', data: {} }], minute)
  }
})
afterAll(() => server[Symbol.asyncDispose]())

async function write(
  happened: readonly Event[],
  minute: number,
  actor: AuditContext['actor'] = { kind: 'user', id: 'usr_ann' },
): Promise<void> {
  const clock = { now: () => new Date(`2026-03-01T12:0${minute}:00Z`) }
  const context = { actor, requestId: 'request-1', address: '192.0.2.1', clock }
  await server.db.$transaction((tx) => record(tx, happened, context))
}

const march = 'from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z'
const ask = (query: string, { key }: Pick<TestKey, 'key'> = administrator, headers = {}): Promise<Reply> =>
  call(server.url, 'GET', `/v1/audit-events?${query}`, { key, headers })

interface Item {
  id: string
  type: string
  created_at: string
  actor: { kind: string; id: string | null }
  target: { kind: string; id: string }
  organization_id: string | null
  address: string | null
  data: object
}

const dataOf = ({ status, body }: Reply): Item[] => {
  expect([status, body]).toEqual([200, expect.anything()])
  return (body as { data: Item[] }).data
}

test('an administrator of the platform reads everything, the newest first', async () => {
  const data = dataOf(await ask(march))
  expect(data.map((item) => item.organization_id)).toEqual([
    null,
    null,
    other.organizationId,
    other.organizationId,
    own.organizationId,
    own.organizationId,
  ])
  expect(data.at(-1)).toMatchObject({
    created_at: '2026-03-01T12:00:00.000Z',
    actor: { kind: 'user', id: 'usr_ann' },
    target: { kind: 'organization', id: 'org_0' },
    request_id: 'request-1',
    address: '192.0.2.1',
  })
})

test('a customer reads what happened in their own organization alone, whatever they ask for', async () => {
  const seen = dataOf(await ask('', own))
  expect(new Set(seen.map((item) => item.organization_id))).toEqual(new Set([own.organizationId]))
  expect(seen.map(({ address }) => address)).toEqual(seen.map(() => null))
  for (const query of [
    `organization_id=${other.organizationId}`,
    'target_id=org_1',
    'target_id=org_2',
    `type=tier.created`,
  ])
    expect(dataOf(await ask(query, own))).toEqual([])
})

test('several are asked for by their ids, and nobody gets another’s so', async () => {
  const all = dataOf(await ask(march))
  const wanted = [all[1]?.id, all[3]?.id, all[5]?.id]
  expect(dataOf(await ask(`ids=${wanted.join(',')}`)).map(({ id }) => id)).toEqual(wanted)
  expect(dataOf(await ask(`ids=${wanted.join(',')}`, own)).map(({ id }) => id)).toEqual([wanted[2]])
})

test('a customer doesn’t learn who sat at the host, and can’t ask for it', async () => {
  const organizationId = own.organizationId
  await write([{ type: 'organization.updated', id: organizationId, organizationId, data: { changed: [] } }], 4, {
    kind: 'cli',
    id: 'root',
  })
  expect(dataOf(await ask(`target_id=${organizationId}`, own))).toMatchObject([{ actor: { kind: 'cli', id: null } }])
  expect(dataOf(await ask('actor_id=root', own))).toEqual([])
  expect(dataOf(await ask('actor_id=root'))).toMatchObject([{ actor: { kind: 'cli', id: 'root' } }])
})

test('a member who doesn’t administer the organization reads nothing', async () => {
  const person = await addPerson(server)
  await addMember(server, own.organizationId, person.id, 'member')
  const options = { organizationId: own.organizationId, userId: person.id, scopes: ['audit-events:read'] }
  expect(dataOf(await ask('', await addApiKey(server, options)))).toEqual([])
})

test('nobody reads it without the scope', async () => {
  expect((await ask('', other)).status).toBe(403)
  expect((await call(server.url, 'GET', '/v1/audit-events')).status).toBe(401)
})

test.for([
  ['type=organization.deleted', 3],
  ['target_id=org_1', 2],
  ['actor_id=usr_ann', 6],
  ['actor_id=usr_bob', 0],
  ['type=organization.deleted&target_id=org_1', 1],
] as const)('?%s finds %i', async ([query, count]) => {
  expect(dataOf(await ask(`${march}&${query}`)).filter(({ actor }) => actor.kind === 'user')).toHaveLength(count)
})

test('from is in the span, and to is not', async () => {
  const data = dataOf(await ask('from=2026-03-01T12:01:00Z&to=2026-03-01T12:02:00Z'))
  expect(data.map(({ target }) => target.id)).toEqual(['org_1', 'org_1'])
  const refused = { status: 400, body: { errors: [{ path: 'to' }] } }
  expect(await ask('from=2026-03-01T12:01:00Z&to=2026-03-01T12:01:00Z')).toMatchObject(refused)
})

test('pages go on where they ended, and lines are the whole of them', async () => {
  const seen: Item[] = []
  for (let cursor = ''; ;) {
    const reply = await ask(`${march}&limit=2${cursor}`)
    seen.push(...dataOf(reply))
    const next = (reply.body as { next_cursor: string | null }).next_cursor
    if (next === null) break
    cursor = `&cursor=${next}`
  }
  expect(seen).toEqual(dataOf(await ask(march)))
  const { body, headers } = await ask(march, administrator, { accept: 'application/x-ndjson' })
  expect(headers['content-type']).toBe('application/x-ndjson')
  const lines = (body as string).trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line) as Item)).toEqual(seen)
})

test('no line brings a terminal anything to run, or to show the other way round, and each says the same', async () => {
  const name = 'Acme \u009b2J\u007f \u202egpj.\u2066exe \u{e0041}\u2028 \u00fc'
  const data = { name, hint: 'abcd', environment: 'live', scopes: [], expires_at: null, owner: 'usr_1' }
  await write([{ type: 'api_key.created', id: 'key_odd', organizationId: own.organizationId, data } as never], 6)
  const query = 'from=2026-03-01T12:06:00Z&to=2026-03-01T12:07:00Z'
  const { body } = await ask(query, administrator, { accept: 'application/x-ndjson' })
  const text = body as string
  expect(text).toMatch(/^[\n\u0020-\u007e\u00a1-\u00ac\u00ae-\u00ff]+$/)
  expect(
    text
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { data: object }).data),
  ).toMatchObject([{ name }])
})

test('lines go on behind what is held in memory at a time', async () => {
  const organizationId = await addOrganization(server)
  await server.db.auditEvent.createMany({
    data: Array.from({ length: 2_500 }, (_, index) => ({
      id: `aud_many_${index}`,
      at: new Date(Date.parse('2026-05-01T00:00:00Z') + Math.floor(index / 7)),
      type: 'organization.updated',
      actorKind: 'system',
      targetKind: 'organization',
      targetId: organizationId,
      organizationId,
    })),
  })
  const { body } = await ask(`organization_id=${organizationId}`, administrator, { accept: 'application/x-ndjson' })
  const lines = (body as string).trimEnd().split('\n')
  expect([lines.length, new Set(lines).size]).toEqual([2_500, 2_500])
})

test('no address of a person is in it, not even in a row from before its field was marked', async () => {
  await write(
    [{ type: 'user.created', id: 'usr_1', data: { email: 'ann@example.com', name: 'Ann', by: 'sign_up' } }],
    5,
  )
  const row = await server.db.auditEvent.findFirstOrThrow({ where: { targetId: 'usr_1' } })
  await server.db.auditEvent.create({
    data: {
      ...row,
      id: 'aud_older',
      seq: null,
      mac: null,
      data: { by: 'sign_up', email: 'bob@example.com', name: 'Bob' },
    },
  })
  const { body } = await ask('target_id=usr_1')
  expect(body).toMatchObject({ data: [{ data: { by: 'sign_up' } }, { data: { by: 'sign_up' } }] })
  expect(JSON.stringify(body)).not.toMatch(/ann@|bob@|"Ann"|"Bob"/)
})
