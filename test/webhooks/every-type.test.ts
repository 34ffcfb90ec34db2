/** Each event that webhooks tell of: caused as it comes about, and seen where it arrives. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { webhookTypes } from '../../src/webhooks/webhook.ts'
import { openFinder, type Finder } from '../leaks/finder.ts'
import { addAdministratorKey, addApiKey, addMember, addOrganization, call, type Reply } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { tokensFor } from '../support/flow.ts'
import { addClient, addPerson, startTestServer, type TestClient, type TestServer } from '../support/server.ts'
import { openReceiver, type Receiver } from './receiver.ts'

const HOUR = 3_600
const DAY = 24 * HOUR

const opened = new AsyncDisposableStack()
let finder: Finder
let server: TestServer
/** How long ago it is, in seconds: receivers take what is signed by the real time alone, so what must pass has passed. */
let ago = 70 * DAY
const clock = { now: () => new Date(Date.now() - ago * 1_000) }

interface Listener {
  receiver: Receiver
  secret: string
}

/** Of keys with which things are done: nothing of them is told. */
const inAYear = () => new Date(Date.now() + 365 * DAY * 1_000)

/** An organization that is told of one type, and what is done there. */
interface Place {
  organizationId: string
  listener: Listener
  ask(method: string, path: string, body?: unknown): Promise<Reply>
  /** As an administrator of the platform. */
  order(method: string, path: string, body?: unknown): Promise<Reply>
  issue(more?: object): Promise<{ id: string; secret: string }>
  use(secret: string, times?: number): Promise<void>
  /** What began before. */
  begun: { id: string; secret: string }
}

interface Cause {
  /** Seventy days, and seven hours, before. */
  days?(place: Place): Promise<Place['begun']>
  hours?(place: Place): Promise<void>
  /** @returns what the event is about */
  now(place: Place): Promise<string>
  /** No organization could listen yet. */
  newcomer?: true
}

const nothing = ({ begun }: Place) => Promise.resolve(begun.id)

const causes: Record<string, Cause> = {
  'api_key.created': { now: async ({ issue }) => (await issue()).id },
  'api_key.rotated': {
    days: ({ issue }) => issue(),
    now: ({ ask, begun: { id } }) => ask('POST', `/v1/keys/${id}/rotate`, {}).then(() => id),
  },
  'api_key.revoked': {
    days: ({ issue }) => issue(),
    now: ({ ask, begun: { id } }) => ask('POST', `/v1/keys/${id}/revoke`).then(() => id),
  },
  'api_key.expiring': { days: ({ issue }) => issue({ expires_in: 90 * DAY }), now: nothing },
  'api_key.expired': { days: ({ issue }) => issue({ expires_in: 60 * DAY }), now: nothing },
  'api_key.exposed': {
    days: ({ issue }) => issue(),
    async now({ begun: { id, secret } }) {
      const reported = { token: secret, type: 'acme_api_key', url: 'https://example.com/found', source: 'content' }
      expect((await finder.report(server.url, [reported])).status).toBe(200)
      return id
    },
  },
  'api_key.limit_approaching': { days: limited, now: ({ use, begun }) => use(begun.secret, 8).then(() => begun.id) },
  'api_key.limit_reached': { days: limited, now: ({ use, begun }) => use(begun.secret, 10).then(() => begun.id) },
  'api_key.old_secret_in_use': {
    days: ({ issue }) => issue(),
    async hours({ ask, begun: { id } }) {
      expect((await ask('POST', `/v1/keys/${id}/rotate`, { grace_period: 8 * HOUR })).status).toBe(200)
    },
    now: ({ use, begun }) => use(begun.secret).then(() => begun.id),
  },
  'client.created': { now: async ({ ask }) => (await register(ask)).id },
  'client.secret_expiring': {
    async days({ ask }) {
      const { id } = await register(ask)
      const first = (await ask('GET', `/v1/clients/${id}/secrets`)).body.data as { id: string }[]
      expect((await ask('POST', `/v1/clients/${id}/secrets`, { expires_in: 90 * DAY })).status).toBe(201)
      await ask('DELETE', `/v1/clients/${id}/secrets/${first[0]?.id}`)
      return { id, secret: '' }
    },
    now: nothing,
  },
  // What people allow is told to the organization whose app it is, whosever people they are.
  'grant.created': { now: consented },
  'grant.revoked': {
    async now(place) {
      const id = await consented(place)
      expect((await place.ask('DELETE', `/v1/grants/${id}`)).status).toBe(204)
      return id
    },
  },
  'user.created': {
    newcomer: true,
    async now({ order }) {
      const { status, body } = await order('POST', '/v1/users', { email: `${crypto.randomUUID()}@example.com` })
      expect(status).toBe(201)
      return body.id as string
    },
  },
  'webhook.disabled': {
    async now({ ask }) {
      const gone = opened.use(await openReceiver())
      gone.answers.push({ status: 410 })
      const { body } = await ask('POST', '/v1/webhooks', { name: 'Gone', url: gone.url, types: ['client.created'] })
      expect((await ask('POST', `/v1/webhooks/${body.id}/test`)).status).toBe(202)
      return body.id as string
    },
  },
}

async function limited({ issue, order }: Place) {
  const made = await issue()
  expect((await order('PATCH', `/v1/keys/${made.id}`, { limits: { hour: 10 } })).status).toBe(200)
  return made
}

async function register(ask: Place['ask']): Promise<{ id: string; client_secret: string }> {
  const redirect_uris = ['https://app.example.com/callback']
  const { status, body } = await ask('POST', '/v1/clients', { client_name: 'App', redirect_uris })
  expect(status).toBe(201)
  return body as { id: string; client_secret: string }
}

/** Somebody who has nothing to do with the organization allows its app something. @returns the grant's id */
async function consented({ organizationId }: Place): Promise<string> {
  const client: TestClient = await addClient(server, {}, { organization_id: organizationId })
  const person = await addPerson(server)
  await tokensFor(server, client, person, { scope: 'openid' })
  return (await server.db.grant.findFirstOrThrow({ where: { clientId: client.id } })).id
}

async function openPlace(platform: string, type: string): Promise<Place> {
  const organizationId = await addOrganization(server, { tier: 'enterprise' })
  const person = await addPerson(server)
  await addMember(server, organizationId, person.id, 'admin')
  const scopes = ['webhooks', 'keys', 'clients', 'grants'].flatMap((name) => [`${name}:read`, `${name}:write`])
  const { key } = await addApiKey(server, { organizationId, userId: person.id, scopes, expiresAt: inAYear() })
  const ask: Place['ask'] = (method, path, body) => call(server.url, method, path, { key, body })
  return {
    organizationId,
    listener: await listen(ask, { name: 'One', types: [type] }),
    ask,
    order: (method, path, body) => call(server.url, method, path, { key: platform, body }),
    async issue(more) {
      const { status, body } = await ask('POST', '/v1/keys', { name: 'Export', scopes: ['keys:read'], ...more })
      expect(status).toBe(201)
      return { id: body.id as string, secret: body.secret as string }
    },
    async use(secret, times = 1) {
      for (let made = 0; made < times; made++) {
        expect((await call(server.url, 'GET', '/v1/check', { key: secret })).status).toBe(200)
      }
    },
    begun: { id: '', secret: '' },
  }
}

async function listen(ask: Place['ask'], wanted: object): Promise<Listener> {
  const receiver = opened.use(await openReceiver())
  const { status, body } = await ask('POST', '/v1/webhooks', { url: receiver.url, ...wanted })
  expect(status).toBe(201)
  return { receiver, secret: body.secret as string }
}

/** What came of it, each signed for this listener. */
const toldOf = ({ receiver, secret }: Listener, type: string, id: string) =>
  receiver.received
    .filter(({ body }) => {
      const event = JSON.parse(body) as { type: string; data: { id: string } }
      return event.type === type && event.data.id === id
    })
    .map((one) => {
      one.verified(secret)
      return one.headers['webhook-id']
    })

const places = new Map<string, Place>()
let everybodys: Listener

beforeAll(async () => {
  finder = opened.use(await openFinder())
  const settings = { LEAK_KEYS_URL: finder.url, KEY_CREATIONS_PER_HOUR: '1000' }
  server = opened.use(await startTestServer({ clock, settings }))
  const { key: platform } = await addAdministratorKey(server, { expiresAt: inAYear() })
  for (const type of Object.keys(causes)) places.set(type, await openPlace(platform, type))
  for (const [type, { days }] of Object.entries(causes)) {
    const place = places.get(type)
    if (place && days) place.begun = await days(place)
  }
  await server.running.inside.notices.run()
  ago = 7 * HOUR
  for (const [type, { hours }] of Object.entries(causes)) {
    const place = places.get(type)
    if (place && hours) await hours(place)
  }
  const order: Place['ask'] = (method, path, body) => call(server.url, method, path, { key: platform, body })
  everybodys = await listen(order, { name: 'All', organization_id: null })
  ago = 0
})
afterAll(() => opened.disposeAsync())

test('every type that webhooks tell of is in the table', () => {
  expect(Object.keys(causes).toSorted()).toEqual(webhookTypes.toSorted())
})

describe.each(Object.entries(causes))('%s', (type, { now, newcomer }) => {
  test('arrives, signed and once, where it should', async () => {
    const place = places.get(type)
    if (!place) throw new Error('it has no place')
    const id = await now(place)
    await eventually(async () => {
      await server.running.inside.notices.run()
      expect(toldOf(everybodys, type, id)).toHaveLength(1)
      expect(toldOf(place.listener, type, id)).toEqual(newcomer ? [] : toldOf(everybodys, type, id))
    })
    // And nothing that is somebody else's.
    expect(place.listener.receiver.received).toHaveLength(newcomer ? 0 : 1)
  })
})
