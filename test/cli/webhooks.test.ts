/** Trying a receiver on one's own machine: events that happen, and events that are made up. */
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCommandLine } from '../../src/cli/program.ts'
import { sampleOf, sampleTypes } from '../../src/webhooks/samples.ts'
import { secretText } from '../../src/webhooks/signature.ts'
import { webhookTypes } from '../../src/webhooks/webhook.ts'
import { addAdministratorKey, addOrganization, call } from '../support/api.ts'
import { openReceiver, type Receiver } from '../webhooks/receiver.ts'
import { openRemoteBench, type RemoteBench } from './remote-bench.ts'

const opened = new AsyncDisposableStack()
let remote: RemoteBench
let receiver: Receiver
beforeAll(async () => {
  remote = opened.use(await openRemoteBench())
  receiver = opened.use(await openReceiver())
})
afterAll(() => opened.disposeAsync())

const secret = secretText(Buffer.alloc(32, 'a secret'))

test('what happens in an organization is posted as it happens, signed, until it is told to end', async () => {
  const { server } = remote
  const { key } = await addAdministratorKey(server)
  const [ours, theirs] = [await addOrganization(server), await addOrganization(server)]
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  // Leaves the environment of this process as a command from elsewhere needs it.
  await remote.run('remote', ['tiers', 'list'])
  receiver.answers.push({ status: 500 })
  const options = ['--type', 'api_key.created,api_key.revoked', '--organization', ours, '--count', '2', '--json']
  const args = ['webhooks', 'listen', '--forward-to', receiver.url, '--secret', secret, ...options]
  const running = runCommandLine(args, { stdin: process.stdin, stdout, stderr })

  expect(String(await new Promise((resolve) => stderr.once('data', resolve)))).toContain(receiver.url)
  const create = async (organization_id: string) =>
    (await call(server.url, 'POST', '/v1/keys', { key, body: { name: 'Key', scopes: [], organization_id } })).body.id
  await create(theirs)
  const id = await create(ours)
  await call(server.url, 'POST', `/v1/keys/${id}/rotate`, { key, body: {} })
  await call(server.url, 'POST', `/v1/keys/${id}/revoke`, { key })

  expect(await running).toBe(0)
  stdout.end()
  const lines = (await text(stdout)).trim().split('\n')
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { type: 'api_key.created', status: 500 },
    { type: 'api_key.revoked', status: 204 },
  ])
  expect(receiver.received.map((one) => one.verified(secret))).toMatchObject([
    { type: 'api_key.created', data: { id } },
    { type: 'api_key.revoked', data: { id } },
  ])
})

test('one of each type that there is can be made up, as it would be told', async () => {
  expect(sampleTypes.toSorted()).toEqual(webhookTypes.toSorted())
  receiver.received.length = 0
  const type = 'api_key.expiring'
  const outcome = await remote.bench.run(['webhooks', 'trigger', type, '--forward-to', receiver.url, '--json'])
  const answer = JSON.parse(outcome.stdout) as { status: number; secret: string }
  expect([outcome.status, answer.status]).toEqual([0, 204])
  expect(receiver.received[0]?.verified(answer.secret)).toMatchObject({ type, data: sampleOf(type) })
})

test.each([
  [['trigger', 'api_key.revoked', '--forward-to', 'http://127.0.0.1:1/'], 1, 'http://127.0.0.1:1 does not answer'],
  [['trigger', 'api_key.revoked', '--forward-to', 'nowhere'], 64, '--forward-to is a URL'],
  [['trigger', 'api_key.revoked', '--forward-to', 'http://localhost/', '--secret', 'x'], 64, '--secret is whsec_'],
])('webhooks %j ends with %i', async (args, status, words) => {
  const outcome = await remote.bench.run(['webhooks', ...args])
  expect([outcome.status, outcome.stdout]).toEqual([status, ''])
  expect(outcome.stderr).toContain(words)
})
