/** Events become deliveries, and deliveries come through: with a real database, a real queue and a real receiver. */
import { createServer, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { record } from '../../src/audit/record.ts'
import { systemContext } from '../../src/audit/record.ts'
import { openDatabase, type Database } from '../../src/platform/database.ts'
import { openJobs } from '../../src/platform/jobs.ts'
import { createLog } from '../../src/platform/log.ts'
import { createSecrets } from '../../src/platform/secrets.ts'
import { createEndpoint } from '../../src/webhooks/create.ts'
import { openWebhooks } from '../../src/webhooks/runner.ts'
import { createTestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

const clock = { now: () => new Date() }
const secrets = createSecrets(['test-secret-key-0123456789-0123456789'])
const opened = new AsyncDisposableStack()
let database: Database
let receiver = ''
const received: { headers: IncomingMessage['headers']; body: string }[] = []
let answers: number[] = []

beforeAll(async () => {
  const { url } = opened.use(await createTestDatabase())
  const log = createLog('warn')
  database = opened.use(openDatabase({ url, poolSize: 5, log }))
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (part: string) => (body += part))
    request.on('end', () => {
      received.push({ headers: request.headers, body })
      response.writeHead(answers.shift() ?? 204).end()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  opened.defer(() => void server.close())
  receiver = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  const jobs = opened.use(await openJobs({ url, log }))
  opened.use(
    await openWebhooks({
      db: database.prisma,
      clock,
      secrets,
      jobs,
      log,
      post: async (url, { headers, body }) => {
        const response = await fetch(url, { method: 'POST', headers, body })
        return { outcome: 'answered', status: response.status, retryAfter: undefined, body: await response.text() }
      },
    }),
  )
})
afterAll(() => opened.disposeAsync())

test('an event comes to who listens, signed, and to nobody else', async () => {
  const { prisma: db } = database
  const context = systemContext(clock)
  const created = await db.$transaction((tx) =>
    createEndpoint(
      tx,
      { secrets },
      { organizationId: null, name: 'all', url: receiver, types: ['api_key.revoked'], ownerId: null },
      context,
    ),
  )
  if (created.outcome !== 'created') throw new Error(created.outcome)
  await db.$transaction((tx) =>
    record(
      tx,
      { type: 'api_key.revoked', id: 'key_1', organizationId: null, data: { name: 'x', hint: 'kg_' } },
      context,
    ),
  )
  await eventually(() => expect(received).toHaveLength(1))
  const [{ headers, body } = { headers: {}, body: '' }] = received
  expect(new Webhook(created.secret).verify(body, headers as Record<string, string>)).toMatchObject({
    type: 'api_key.revoked',
    data: { id: 'key_1' },
  })
  await eventually(async () =>
    expect(await db.webhookDelivery.findMany()).toMatchObject([{ status: 'succeeded', attemptCount: 1 }]),
  )
})
