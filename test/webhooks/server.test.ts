/** From a change to whoever listens: two servers on one database, real receivers, and the API. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addAdministratorKey, addApiKey, addMember, addOrganization, call, type Reply } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { addPerson, startTestServer, type TestServer } from '../support/server.ts'
import { openReceiver, type Receiver } from './receiver.ts'

const opened = new AsyncDisposableStack()
let server: TestServer
let second: TestServer
let platform: string

beforeAll(async () => {
  const settings = { KEY_CREATIONS_PER_HOUR: '1000', OPERATIONS_LISTEN: '127.0.0.1:0' }
  server = opened.use(await startTestServer({ settings }))
  second = opened.use(await startTestServer({ databaseUrl: server.config.database.url ?? '', settings }))
  platform = (await addAdministratorKey(server)).key
})
afterAll(() => opened.disposeAsync())

const ask = (key: string, method: string, path: string, body?: unknown): Promise<Reply> =>
  call(server.url, method, path, { key, body })

/** An organization whose admin has a key, and whoever listens to it. */
async function addListener(types: readonly string[] = []) {
  const organizationId = await addOrganization(server, { tier: 'enterprise' })
  const person = await addPerson(server)
  await addMember(server, organizationId, person.id, 'admin')
  const scopes = ['webhooks', 'deliveries', 'events', 'keys', 'clients'].flatMap((name) => [
    `${name}:read`,
    `${name}:write`,
  ])
  const { key } = await addApiKey(server, { organizationId, userId: person.id, scopes })
  const receiver = opened.use(await openReceiver())
  const { status, body } = await ask(key, 'POST', '/v1/webhooks', { name: 'All', url: receiver.url, types })
  expect(status).toBe(201)
  return { organizationId, person, key, receiver, id: body.id as string, secret: body.secret as string }
}

const told = ({ received }: Receiver, secret: string) =>
  received.map((one) => one.verified(secret)).toSorted((a, b) => (a.timestamp < b.timestamp ? -1 : 1))

test('each change is told to its own organization and to administrators who listen to all, and to nobody else', async () => {
  const { key, receiver, secret, organizationId } = await addListener()
  const stranger = await addListener()
  const all = opened.use(await openReceiver())
  const everybodys = await ask(platform, 'POST', '/v1/webhooks', { name: 'All', url: all.url, organization_id: null })

  const made = (await ask(key, 'POST', '/v1/keys', { name: 'Export', scopes: ['keys:read'] })).body as { id: string }
  await ask(key, 'POST', `/v1/keys/${made.id}/rotate`, {})
  await ask(key, 'POST', `/v1/keys/${made.id}/revoke`)
  const redirect_uris = ['https://app.example.com/back']
  const client = (await ask(key, 'POST', '/v1/clients', { client_name: 'App', redirect_uris })).body as { id: string }

  const types = ['api_key.created', 'api_key.rotated', 'api_key.revoked', 'client.created']
  await eventually(() => expect(receiver.received).toHaveLength(4))
  const here = told(receiver, secret)
  expect(here.map(({ type }) => type)).toEqual(types)
  expect(here[0]?.data).toMatchObject({ id: made.id, name: 'Export', scopes: ['keys:read'] })
  expect(here[3]?.data).toMatchObject({ id: client.id, name: 'App', redirect_uris })
  const ids = receiver.received.map(({ headers }) => String(headers['webhook-id']))

  await ask(platform, 'POST', '/v1/users', { email: `${crypto.randomUUID()}@example.com`, name: 'Bob' })
  await eventually(() => {
    const everything = told(all, everybodys.body.secret as string)
    const theirs = everything.filter(({ data }) => [made.id, client.id].includes(data['id'] as string))
    expect(theirs.map(({ type }) => type)).toEqual(types)
  })
  expect(stranger.receiver.received).toEqual([])

  const { body } = await ask(key, 'GET', '/v1/events')
  const listed = body.data as { id: string; organization_id: string }[]
  expect(listed.map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
  expect(new Set(listed.map((event) => event.organization_id))).toEqual(new Set([organizationId]))
  await ask(platform, 'DELETE', `/v1/webhooks/${everybodys.body.id}`)
})

test('two servers deliver each event once between them', async () => {
  const { key, receiver, id } = await addListener(['api_key.created'])
  const names = Array.from({ length: 12 }, (_, index) => `Key ${index}`)
  for (const name of names) {
    expect((await ask(key, 'POST', '/v1/keys', { name, scopes: [] })).status).toBe(201)
  }
  await eventually(async () => {
    const { body } = await ask(key, 'GET', `/v1/webhooks/${id}/deliveries?limit=100&status=succeeded`)
    expect(body.data).toHaveLength(names.length)
  })
  const bodies = receiver.received.map(({ body }) => (JSON.parse(body) as { data: { name: string } }).data.name)
  expect(bodies.toSorted()).toEqual(names.toSorted())
  const rows = await server.db.webhookDelivery.findMany({ where: { endpointId: id } })
  expect(new Set(rows.map(({ attemptCount }) => attemptCount))).toEqual(new Set([1]))
})

describe('a delivery', () => {
  test('can be tried, looked at and replayed under the same id; of answers the owner sees the status alone', async () => {
    const { key, receiver, id, secret } = await addListener(['client.created'])
    receiver.answers.push({ status: 202, body: 'inside information' })
    const sent = await ask(key, 'POST', `/v1/webhooks/${id}/test`)
    expect(sent).toMatchObject({ status: 202, body: { type: 'webhook.test', status: 'pending' } })
    await eventually(() => expect(receiver.received).toHaveLength(1))
    expect(receiver.received[0]?.verified(secret)).toMatchObject({ type: 'webhook.test' })

    const path = `/v1/deliveries/${sent.body.id}`
    const attempt = { number: 1, status: 202, failure: null }
    await eventually(async () =>
      expect((await ask(key, 'GET', path)).body).toMatchObject({
        status: 'succeeded',
        body: receiver.received[0]?.body,
        attempts: [{ ...attempt, answer: null }],
      }),
    )
    const { attempts } = (await ask(platform, 'GET', path)).body as { attempts: object[] }
    expect(attempts).toMatchObject([{ ...attempt, answer: 'inside information' }])

    expect((await ask(key, 'POST', `${path}/replay`)).status).toBe(202)
    await eventually(() => expect(receiver.received).toHaveLength(2))
    const [first, again] = receiver.received
    expect([again?.headers['webhook-id'], again?.body]).toEqual([first?.headers['webhook-id'], first?.body])

    expect((await ask(key, 'PATCH', `/v1/webhooks/${id}`, { disabled: true })).body).toMatchObject({ disabled: true })
    for (const refused of [`${path}/replay`, `/v1/webhooks/${id}/test`]) {
      expect(await ask(key, 'POST', refused)).toMatchObject({ status: 409, body: { code: 'conflict' } })
    }
  })

  test('is asked for by hand so often and no more, however many webhooks of one owner it goes to', async () => {
    const { key, id, receiver } = await addListener(['client.created'])
    const { key: another } = await addListener(['client.created'])
    const path = `/v1/webhooks/${id}/test`
    let sent = await ask(key, 'POST', path)
    const first = `/v1/deliveries/${sent.body.id}/replay`
    for (let times = 1; times < 60 && sent.status === 202; times++) sent = await ask(key, 'POST', path)
    expect(sent).toMatchObject({ status: 429, body: { code: 'too_many_requests' } })
    expect(Number(sent.headers['retry-after'])).toBeGreaterThan(0)
    const other = await ask(key, 'POST', '/v1/webhooks', { name: 'Second', url: receiver.url })
    for (const refused of [first, `/v1/webhooks/${other.body.id}/test`]) {
      expect((await ask(key, 'POST', refused)).status).toBe(429)
    }
    const theirs = (await ask(another, 'GET', '/v1/webhooks')).body.data as { id: string }[]
    expect((await ask(another, 'POST', `/v1/webhooks/${theirs[0]?.id}/test`)).status).toBe(202)
  })

  test('that failed is attempted again by itself, and counted', async () => {
    const { key, receiver, id } = await addListener([])
    receiver.answers.push({ status: 500 })
    const sent = await ask(key, 'POST', `/v1/webhooks/${id}/test`)
    const delivery = `/v1/deliveries/${sent.body.id}`
    await eventually(async () => expect((await ask(key, 'GET', delivery)).body.attempt_count).toBe(1))
    const waiting = (await ask(key, 'GET', delivery)).body as { next_attempt_at: string; attempts: { at: string }[] }
    const wait = Date.parse(waiting.next_attempt_at) - Date.parse(waiting.attempts[0]?.at ?? '')
    expect(wait).toBeGreaterThanOrEqual(5_000)
    expect((await ask(key, 'GET', `/v1/webhooks/${id}`)).body.failing_since).not.toBeNull()
    const figures = await Promise.all([server, second].map(metricsOf))
    const sum = (name: string) => figures.reduce((total, lines) => total + (lines.get(name) ?? 0), 0)
    expect(sum('keygrant_webhook_attempts_total{outcome="status"}')).toBe(1)
    expect(sum('keygrant_webhook_attempts_total{outcome="succeeded"}')).toBeGreaterThan(12)
    expect(figures[0]?.get('keygrant_webhook_endpoints_failing')).toBe(1)
    expect(figures[0]?.has('keygrant_webhook_backlog_seconds')).toBe(true)
  })
})

async function metricsOf({ running }: TestServer): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${running.operationsPort}/metrics`)).text()
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]))
}

test('an address inside of somebody’s network is refused when it is registered, and when it is changed', async () => {
  const { key, id } = await addListener()
  const refused = { status: 400, body: { errors: [{ path: '/url', code: 'refused_address' }] } }
  expect(await ask(key, 'POST', '/v1/webhooks', { name: 'In', url: 'https://10.0.0.1/' })).toMatchObject(refused)
  expect(await ask(key, 'PATCH', `/v1/webhooks/${id}`, { url: 'https://db.internal/' })).toMatchObject(refused)
})

test('while a secret is exchanged both sign, and neither is ever shown again', async () => {
  const { key, receiver, id, secret } = await addListener()
  const rotated = await ask(key, 'POST', `/v1/webhooks/${id}/rotate-secret`, { grace_period: 600 })
  await ask(key, 'POST', `/v1/webhooks/${id}/test`)
  await eventually(() => expect(receiver.received).toHaveLength(1))
  for (const one of [secret, rotated.body.secret as string]) receiver.received[0]?.verified(one)
  const shown = JSON.stringify([
    (await ask(key, 'GET', `/v1/webhooks/${id}`)).body,
    await server.db.auditEvent.findMany({ where: { targetId: id }, select: { data: true } }),
  ])
  expect(shown).not.toContain('whsec_')
})
