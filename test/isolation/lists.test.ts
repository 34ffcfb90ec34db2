/** Lists: nobody finds what isn't theirs by any filter, by another's cursor, or by looking through all pages. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../src/platform/ids.ts'
import { addApiKey, addMember } from '../support/api.ts'
import { addClient } from '../support/server.ts'
import {
  addCustomer,
  openIsolationStage,
  strangers,
  tokenOfPerson,
  type CallerName,
  type Customer,
  type IsolationStage,
} from './callers.ts'

let stage: IsolationStage
let ours: Belongings
let theirs: Belongings
beforeAll(async () => {
  stage = await openIsolationStage()
  ours = await furnish(stage.ours)
  theirs = await furnish(stage.theirs)
})
afterAll(() => stage[Symbol.asyncDispose]())

/** What a filter may name. */
interface Belongings {
  organization: string
  externalId: string
  email: string
  user: string
  key: string
  keyName: string
  hint: string
  client: string
  grant: string
  webhook: string
  event: string
}

/** Two and more of everything, so that there are pages. */
async function furnish({ id, admin, member }: Customer): Promise<Belongings> {
  const { server } = stage
  const { db } = server
  const externalId = `customer ${id}`
  await db.organization.update({ where: { id }, data: { externalId } })
  const keyName = `Key of ${id}`
  const more = { organizationId: id, name: keyName, externalId: `${externalId} itself`, scopes: ['keys:read'] }
  await addApiKey(server, { ...more, userId: member.id })
  const key = await addApiKey(server, { ...more, userId: admin.id })
  const { hint } = await db.apiKeySecret.findFirstOrThrow({ where: { apiKeyId: key.id } })
  const clients = [
    await addClient(server, {}, { organization_id: id }),
    await addClient(server, {}, { organization_id: id }, 'self_registered'),
  ]
  const grants = clients.map((client) => ({
    id: newId('grt'),
    userId: member.id,
    clientId: client.id,
    clientFingerprint: new Uint8Array(32),
  }))
  await db.grant.createMany({ data: grants })
  const webhooks = [newId('whk'), newId('whk')]
  const endpoints = webhooks.map((webhook) => ({ id: webhook, name: webhook, url: 'https://localhost:9/' }))
  const secretSealed = new Uint8Array(32)
  await db.webhookEndpoint.createMany({
    data: endpoints.map((endpoint) => ({ ...endpoint, organizationId: id, secretSealed, disabledAt: new Date() })),
  })
  const events = [newId('evt'), newId('evt')]
  const told = { type: 'client.created', organizationId: id, at: new Date(), data: { id }, sentAt: new Date() }
  await db.outboxEvent.createMany({ data: events.map((event) => ({ id: event, ...told })) })
  const count = id === stage.ours.id ? 7n : 5n
  for (const client of clients) await addUsage(id, 'client', client.id, count)
  await addUsage(id, 'key', key.id, count)
  return {
    organization: id,
    externalId,
    email: admin.email,
    user: member.id,
    key: key.id,
    keyName,
    hint,
    client: clients[0]?.id ?? '',
    grant: grants[0]?.id ?? '',
    webhook: webhooks[0] ?? '',
    event: events[0] ?? '',
  }
}

/** When nobody called but as the test says. */
const march = 'from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z'

const addUsage = (organizationId: string, kind: 'key' | 'client', credentialId: string, allowed: bigint) =>
  stage.server.db.usage.create({
    data: { hour: new Date('2026-03-01T05:00:00Z'), kind, credentialId, organizationId, allowed },
  })

interface List {
  path: string
  /** What tells whose an item is: the list of an insider shows it, the list of a stranger doesn't. */
  shows: (all: Belongings) => string
  /** Each by itself names something of somebody else's. */
  filters: (all: Belongings) => Record<string, string>[]
}

const lists: List[] = [
  {
    path: '/v1/keys',
    shows: ({ key }) => key,
    filters: ({ organization, externalId, key, keyName, hint }) => [
      { organization_id: organization },
      { external_id: externalId },
      { external_id: `${externalId} itself` },
      { q: key },
      { q: keyName },
      { q: hint, organization_id: organization },
      { scope: 'keys:read', organization_id: organization },
      { status: 'active', organization_id: organization },
      { tier: 'enterprise', organization_id: organization },
      { expiring_before: '2100-01-01T00:00:00Z', organization_id: organization },
      { environment: 'live', organization_id: organization },
    ],
  },
  {
    path: '/v1/organizations',
    shows: ({ organization }) => organization,
    filters: ({ externalId }) => [{ external_id: externalId }],
  },
  {
    path: '/v1/users',
    shows: ({ user }) => user,
    filters: ({ email }) => [{ email }, { q: email }],
  },
  {
    path: '/v1/clients',
    shows: ({ client }) => client,
    filters: ({ organization }) => [{ organization_id: organization }],
  },
  {
    path: '/v1/grants',
    shows: ({ grant }) => grant,
    filters: ({ user, client }) => [{ user_id: user }, { client_id: client }, { user_id: user, client_id: client }],
  },
  {
    path: '/v1/webhooks',
    shows: ({ webhook }) => webhook,
    filters: ({ organization }) => [{ organization_id: organization }],
  },
  {
    path: '/v1/events',
    shows: ({ event }) => event,
    filters: ({ organization }) => [
      { organization_id: organization },
      { type: 'client.created', organization_id: organization },
    ],
  },
  {
    path: `/v1/usage?group_by=organization&${march}`,
    shows: ({ organization }) => organization,
    filters: ({ organization, key, client }) => [
      { organization_id: organization },
      { key_id: key },
      { client_id: client },
    ],
  },
  {
    path: `/v1/usage?group_by=key&${march}`,
    shows: ({ key }) => key,
    filters: ({ organization, key }) => [{ organization_id: organization }, { key_id: key }],
  },
  {
    path: `/v1/usage?group_by=client&${march}`,
    shows: ({ client }) => client,
    filters: ({ organization, client }) => [{ organization_id: organization }, { client_id: client }],
  },
]

interface Page {
  data: object[]
  next_cursor: string | null
}

async function page(who: CallerName, path: string, query: Record<string, string>): Promise<Page> {
  const url = new URL(path, stage.server.url)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  const reply = await stage.ask(await stage.credential(who, 'any-credential'), 'GET', url.pathname + url.search)
  expect([reply.status, reply.body]).toEqual([200, expect.anything()])
  return reply.body as Page
}

/** All pages, one item each, from the cursor on. */
async function walk(who: CallerName, path: string, query: Record<string, string> = {}, cursor?: string) {
  const items: object[] = []
  const cursors: string[] = []
  for (let next: string | null | undefined = cursor ?? ''; next !== null && items.length < 200;) {
    const { data, next_cursor }: Page = await page(who, path, {
      ...query,
      limit: '1',
      ...(next === '' ? {} : { cursor: next }),
    })
    items.push(...data)
    if (next_cursor !== null) cursors.push(next_cursor)
    next = next_cursor
  }
  return { text: JSON.stringify(items), count: items.length, cursors }
}

/** But for the hint, whose four characters may be in anything. */
const foreign = (text: string) => Object.values({ ...ours, hint: ours.key }).filter((one) => text.includes(one))

describe.for(lists)('$path', ({ path, shows, filters }) => {
  test('shows an insider what is there, by each filter', async () => {
    expect((await walk('an admin’s key', path)).text).toContain(shows(ours))
    for (const filter of filters(ours)) {
      const { count } = await walk('an admin’s key', path, filter)
      expect([filter, count > 0]).toEqual([filter, true])
    }
  })

  test.for(strangers)(
    'shows %s nothing of it: on no page, by no filter, and from no cursor of an insider',
    async (who) => {
      const own = await walk(who, path)
      expect(foreign(own.text)).toEqual([])
      for (const filter of filters(ours))
        expect([filter, await page(who, path, filter)]).toEqual([filter, { data: [], next_cursor: null }])
      const { cursors } = await walk('an admin’s key', path)
      for (const cursor of cursors) {
        const { text } = await walk(who, path, {}, cursor)
        expect(foreign(text)).toEqual([])
      }
    },
  )
})

describe('usage', () => {
  const byRoute = `/v1/usage?group_by=route&${march}`
  const byKey = `/v1/usage?group_by=key&${march}`
  const allowed = (data: readonly object[]) => data.map((item) => (item as { allowed: number }).allowed)

  test.for(strangers)('of a route, counted for %s, is their own alone', async (who) => {
    expect(allowed((await page(who, byRoute, {})).data)).toEqual([15])
    for (const filter of [{ organization_id: ours.organization }, { key_id: ours.key }, { client_id: ours.client }]) {
      expect([filter, await page(who, byRoute, filter)]).toEqual([filter, { data: [], next_cursor: null }])
    }
  })

  test('as lines is no other than in pages', async () => {
    for (const who of strangers) {
      const headers = { accept: 'application/x-ndjson' }
      const credential = await stage.credential(who, 'any-credential')
      const { status, body } = await stage.ask(credential, 'GET', byKey, undefined, headers)
      expect([who, status, foreign(body as string)]).toEqual([who, 200, []])
      expect(body).toContain(theirs.key)
    }
  })

  test('of single keys is shown to a plain member for their own, as keys are, and of the whole as it is', async () => {
    const who = 'a member’s key'
    expect((await walk(who, '/v1/keys')).text).not.toContain(ours.key)
    expect((await page(who, byKey, {})).data).toEqual([])
    expect((await page(who, byRoute, { key_id: ours.key })).data).toEqual([])
    const own = await stage.keyOf(stage.ours.member.id, [])
    await addUsage(stage.ours.id, 'key', own.id, 3n)
    expect(allowed((await page(who, byKey, {})).data)).toEqual([3])
    expect(allowed((await page(who, byRoute, { key_id: own.id })).data)).toEqual([3])
    expect(allowed((await page(who, byRoute, {})).data)).toEqual([24])
  })

  test('of single keys is shown by each organization’s role to somebody in several', async () => {
    const [here, there] = [await addCustomer(stage.server), await addCustomer(stage.server)]
    const person = here.admin
    await addMember(stage.server, there.id, person.id, 'member')
    const keys = {
      administered: (await addApiKey(stage.server, { organizationId: here.id })).id,
      own: (await addApiKey(stage.server, { organizationId: there.id, userId: person.id })).id,
      'other’s': (await addApiKey(stage.server, { organizationId: there.id })).id,
    }
    await addUsage(here.id, 'key', keys.administered, 1n)
    await addUsage(there.id, 'key', keys.own, 1n)
    await addUsage(there.id, 'key', keys['other’s'], 1n)
    const token = await tokenOfPerson(stage.server, person, ['usage:read'])
    const { body } = await stage.ask(token, 'GET', byKey)
    const shown = new Set((body as { data: { key_id: string }[] }).data.map((item) => item.key_id))
    expect(shown).toEqual(new Set([keys.administered, keys.own]))
  })
})
