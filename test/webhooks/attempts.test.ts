/** What comes of sending: with a real receiver, and a clock that is moved by hand. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { systemContext } from '../../src/audit/record.ts'
import { openDatabase, type Database, type Db } from '../../src/platform/database.ts'
import { createLog } from '../../src/platform/log.ts'
import { createOutgoing, type Outgoing } from '../../src/platform/outgoing.ts'
import { createSecrets } from '../../src/platform/secrets.ts'
import { startSweeper } from '../../src/platform/sweeper.ts'
import { changeEndpoint } from '../../src/webhooks/change.ts'
import { createEndpoint } from '../../src/webhooks/create.ts'
import { attemptDelivery, type AttemptServices } from '../../src/webhooks/deliveries/attempt.ts'
import { createHostLimit } from '../../src/webhooks/deliveries/host-limit.ts'
import { postBy } from '../../src/webhooks/deliveries/post.ts'
import { replay } from '../../src/webhooks/deliveries/replay.ts'
import { sendTest } from '../../src/webhooks/deliveries/send-test.ts'
import { rotateSecret } from '../../src/webhooks/rotate-secret.ts'
import type { WebhookEndpoint } from '../../src/webhooks/webhook.ts'
import { createTestDatabase } from '../support/database.ts'
import { openReceiver, type Receiver } from './receiver.ts'

const start = new Date('2026-01-31T12:00:00Z')
let now = start
const clock = { now: () => now }
const later = (seconds: number) => void (now = new Date(now.getTime() + seconds * 1_000))
const secrets = createSecrets(['test-secret-key-0123456789-0123456789'])
const opened = new AsyncDisposableStack()
let db: Db
let pool: Database['pool']
let receiver: Receiver
let services: AttemptServices
/** When it is to be attempted next, in seconds from now. */
let queued: number[] = []
let outcomes: string[] = []

beforeAll(async () => {
  const { url } = opened.use(await createTestDatabase())
  ;({ prisma: db, pool } = opened.use(openDatabase({ url, poolSize: 3, log: createLog('warn') })))
  receiver = opened.use(await openReceiver())
  services = {
    db,
    clock,
    secrets,
    random: () => 0,
    enqueue: async (_, jobs) => void queued.push(...jobs.map(({ at }) => (at ? +at - +now : 0) / 1_000)),
    hosts: createHostLimit(1),
    count: (outcome) => void outcomes.push(outcome),
    post: postBy(createOutgoing({ loopback: true })),
  }
})
afterAll(() => opened.disposeAsync())

let endpoint: WebhookEndpoint
let secret = ''
beforeEach(async () => {
  now = new Date()
  queued = []
  outcomes = []
  receiver.received.length = 0
  receiver.answers.length = 0
  const wanted = { organizationId: null, name: crypto.randomUUID(), url: receiver.url, types: [], ownerId: null }
  await db.webhookEndpoint.deleteMany()
  const made = await db.$transaction((tx) => createEndpoint(tx, { secrets }, wanted, systemContext(clock)))
  if (made.outcome !== 'created') throw new Error(made.outcome)
  ;({ endpoint, secret } = made)
})

async function send(over: Partial<AttemptServices> = {}): Promise<string> {
  const { id } = await db.$transaction((tx) => sendTest(tx, services, endpoint, systemContext(clock)))
  queued = []
  await attemptDelivery({ ...services, ...over }, id)
  return id
}
const stateOf = (id: string) => db.webhookDelivery.findUniqueOrThrow({ where: { id }, include: { attempts: true } })
const endpointNow = () => db.webhookEndpoint.findUniqueOrThrow({ where: { id: endpoint.id } })

test('what a 2xx answers is delivered, once', async () => {
  receiver.answers.push({ status: 200, body: 'thanks' })
  const id = await send()
  await attemptDelivery(services, id)
  expect(receiver.received).toHaveLength(1)
  expect(await stateOf(id)).toMatchObject({
    status: 'succeeded',
    attemptCount: 1,
    attempts: [{ status: 200, failure: null, answer: 'thanks' }],
  })
})

test('each attempt is signed for its own time, under the same id, with a body that stays the same', async () => {
  receiver.answers.push({ status: 500, body: 'later, please' })
  const id = await send()
  expect(queued).toEqual([5])
  later(5)
  await attemptDelivery(services, id)
  const [first, second] = receiver.received
  expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id'])
  expect(second?.body).toBe(first?.body)
  expect(Number(second?.headers['webhook-timestamp']) - Number(first?.headers['webhook-timestamp'])).toBe(5)
  for (const one of receiver.received) {
    expect(one.verified(secret)).toEqual({
      type: 'webhook.test',
      timestamp: (await stateOf(id)).createdAt.toISOString(),
      data: { id: endpoint.id, name: endpoint.name },
    })
  }
  expect((await stateOf(id)).attempts).toMatchObject([
    { failure: 'status', answer: 'later, please' },
    { failure: null },
  ])
})

test('a redirect is not followed, and counts as a failure', async () => {
  receiver.answers.push({ status: 307, headers: { location: `${receiver.url}/elsewhere` } })
  const id = await send()
  expect(receiver.received).toHaveLength(1)
  expect((await stateOf(id)).attempts).toMatchObject([{ status: 307, failure: 'redirect' }])
})

test('who says nothing for fifteen seconds has not got it', async () => {
  receiver.answers.push('never')
  const outgoing = createOutgoing({ loopback: true })
  const patience: (number | undefined)[] = []
  const hurried: Outgoing = {
    async send(url, request) {
      patience.push(request?.timeoutMs)
      return outgoing.send(url, { ...request, timeoutMs: 100 })
    },
  }
  const id = await send({ post: postBy(hurried) })
  expect(patience).toEqual([15_000])
  expect(await stateOf(id)).toMatchObject({ status: 'pending', attempts: [{ status: null, failure: 'timeout' }] })
  expect([queued, outcomes]).toEqual([[5], ['timeout']])
})

test('a name that leads inside when it is connected to leads nowhere, whatever it was at registration', async () => {
  await db.webhookEndpoint.update({
    where: { id: endpoint.id },
    data: { url: 'https://hooks.example.com/' },
  })
  for (const address of ['127.0.0.1', '10.0.0.1', '169.254.169.254', '::1', '::ffff:192.168.0.1', 'fd00::1']) {
    const outgoing = createOutgoing({ resolve: async () => [{ address, family: address.includes(':') ? 6 : 4 }] })
    const id = await send({ post: postBy(outgoing) })
    expect([address, (await stateOf(id)).attempts]).toMatchObject([
      address,
      [{ status: null, failure: 'refused_address', answer: '' }],
    ])
  }
  expect(receiver.received).toEqual([])
})

test('a host that is asked as much as it may be is asked a little later, which is no attempt', async () => {
  const hosts = createHostLimit(1, 0)
  const leave = await hosts.enter(endpoint.url)
  const id = await send({ hosts })
  expect([await stateOf(id), queued]).toMatchObject([{ status: 'pending', attemptCount: 0, attempts: [] }, [2]])
  leave?.()
  await attemptDelivery({ ...services, hosts }, id)
  expect((await stateOf(id)).status).toBe('succeeded')
  expect(await hosts.enter(endpoint.url)).not.toBeNull()
})

test('a job that comes before the time, left over from before a replay, does nothing', async () => {
  receiver.answers.push({ status: 500 })
  const id = await send()
  await attemptDelivery(services, id)
  expect(receiver.received).toHaveLength(1)
  later(5)
  await attemptDelivery(services, id)
  expect((await stateOf(id)).status).toBe('succeeded')
})

test('who is no administrator any more is sent nothing of everybody’s, nor what already waits', async () => {
  const person = { id: crypto.randomUUID(), email: `${crypto.randomUUID()}@example.com`, administrator: true }
  await db.user.create({ data: { ...person, emailKey: person.email } })
  await db.webhookEndpoint.update({ where: { id: endpoint.id }, data: { ownerId: person.id } })
  expect((await stateOf(await send())).status).toBe('succeeded')
  await db.user.update({ where: { id: person.id }, data: { administrator: false } })
  expect((await stateOf(await send())).status).toBe('abandoned')
  expect(receiver.received).toHaveLength(1)
})

test('what was sent is kept for thirty days, with its attempts', async () => {
  const id = await send()
  await using sweeper = startSweeper({ pool, clock, log: createLog('silent'), clockOffsetMs: () => 0 })
  later(30 * 86_400)
  await sweeper.sweep()
  expect((await stateOf(id)).attempts).toHaveLength(1)
  later(1)
  expect(await sweeper.sweep()).toMatchObject({ webhook_deliveries: expect.any(Number) as number })
  expect(await db.webhookAttempt.count({ where: { deliveryId: id } })).toBe(0)
})

test('Retry-After is waited for', async () => {
  receiver.answers.push({ status: 429, headers: { 'retry-after': '90' } })
  await send()
  expect(queued).toEqual([90])
})

test('410 disables it at once, and says so to who else listens', async () => {
  receiver.answers.push({ status: 410 })
  const id = await send()
  expect(queued).toEqual([])
  expect((await stateOf(id)).status).toBe('failed')
  expect(await endpointNow()).toMatchObject({ disabledReason: 'gone' })
  const told = await db.outboxEvent.findFirstOrThrow({ where: { type: 'webhook.disabled' }, orderBy: { id: 'desc' } })
  expect(told.data).toEqual({ id: endpoint.id, name: endpoint.name, reason: 'gone' })
  // What waits for it is given up.
  await db.webhookDelivery.update({ where: { id }, data: { status: 'pending' } })
  await attemptDelivery(services, id)
  expect(receiver.received).toHaveLength(1)
  expect((await stateOf(id)).status).toBe('abandoned')
})

test('after the last attempt it has failed, and can be replayed under the same id', async () => {
  const waits: number[] = []
  receiver.answers.push(...Array.from({ length: 10 }, () => ({ status: 503 })))
  const id = await send()
  while (queued.length > 0) {
    const [wait = 0] = queued
    waits.push(wait)
    queued = []
    later(wait)
    await attemptDelivery(services, id)
  }
  expect(waits).toHaveLength(9)
  expect(await stateOf(id)).toMatchObject({ status: 'failed', attemptCount: 10, nextAttemptAt: null })
  expect((await endpointNow()).failingSince).not.toBeNull()
  await db.$transaction((tx) => replay(tx, services, { id, organizationId: null }, systemContext(clock)))
  await attemptDelivery(services, id)
  expect((await stateOf(id)).status).toBe('succeeded')
  expect((await endpointNow()).failingSince).toBeNull()
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
})

test('five days without one success disable it; enabled, it begins anew', async () => {
  const fail = async () => {
    receiver.answers.push({ status: 500 })
    await send()
  }
  await fail()
  later(5 * 86_400 - 1)
  await fail()
  expect((await endpointNow()).disabledAt).toBeNull()
  later(1)
  await fail()
  expect(await endpointNow()).toMatchObject({ disabledReason: 'failing' })
  await db.$transaction((tx) => changeEndpoint(tx, endpoint, { disabled: false }, systemContext(clock)))
  await fail()
  expect(await endpointNow()).toMatchObject({ disabledAt: null, failingSince: now })
})

test('while a secret is exchanged both sign; then the new one alone', async () => {
  const rotated = await db.$transaction((tx) => rotateSecret(tx, { secrets }, endpoint.id, 60, systemContext(clock)))
  const next = rotated?.secret ?? ''
  const verified = (by: string) => {
    try {
      return receiver.received.at(-1)?.verified(by) !== undefined
    } catch {
      return false
    }
  }
  await send()
  expect([verified(next), verified(secret)]).toEqual([true, true])
  later(61)
  await send()
  expect([verified(next), verified(secret)]).toEqual([true, false])
})
