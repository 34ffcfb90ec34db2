/** What comes of sending: with a real receiver, and a clock that is moved by hand. */
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { systemContext } from '../../src/audit/record.ts'
import type { Db } from '../../src/platform/database.ts'
import { openDatabase } from '../../src/platform/database.ts'
import { createLog } from '../../src/platform/log.ts'
import { createSecrets } from '../../src/platform/secrets.ts'
import { changeEndpoint } from '../../src/webhooks/change.ts'
import { createEndpoint } from '../../src/webhooks/create.ts'
import { attemptDelivery, type AttemptServices } from '../../src/webhooks/deliveries/attempt.ts'
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
let receiver: Receiver
let services: AttemptServices
/** When it is to be attempted next, in seconds from now. */
let queued: number[] = []

beforeAll(async () => {
  const { url } = opened.use(await createTestDatabase())
  db = opened.use(openDatabase({ url, poolSize: 3, log: createLog('warn') })).prisma
  receiver = opened.use(await openReceiver())
  services = {
    db,
    clock,
    secrets,
    random: () => 0,
    enqueue: async (_, jobs) => void queued.push(...jobs.map(({ at }) => (at ? +at - +now : 0) / 1_000)),
    async post(url, { headers, body }) {
      const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual' })
      const retryAfter = response.headers.get('retry-after') ?? undefined
      return { outcome: 'answered', status: response.status, retryAfter, body: await response.text() }
    },
  }
})
afterAll(() => opened.disposeAsync())

let endpoint: WebhookEndpoint
let secret = ''
beforeEach(async () => {
  now = new Date()
  queued = []
  receiver.received.length = 0
  receiver.answers.length = 0
  const wanted = { organizationId: null, name: crypto.randomUUID(), url: receiver.url, types: [], ownerId: null }
  await db.webhookEndpoint.deleteMany()
  const made = await db.$transaction((tx) => createEndpoint(tx, { secrets }, wanted, systemContext(clock)))
  if (made.outcome !== 'created') throw new Error(made.outcome)
  ;({ endpoint, secret } = made)
})

async function send(): Promise<string> {
  const { id } = await db.$transaction((tx) => sendTest(tx, services, endpoint, systemContext(clock)))
  queued = []
  await attemptDelivery(services, id)
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
  for (const { headers, body } of receiver.received) {
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({ type: 'webhook.test' })
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
    const { headers, body } = receiver.received.at(-1)!
    try {
      return new Webhook(by).verify(body, headers as Record<string, string>) !== null
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
