/** What ends is told of: once, whichever node does it, and never of what goes on. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { operator } from '../../src/api-keys/asker.ts'
import { changeApiKey } from '../../src/api-keys/change.ts'
import { revokeApiKey } from '../../src/api-keys/revoke.ts'
import { rotateApiKey } from '../../src/api-keys/rotate.ts'
import { systemContext } from '../../src/audit/record.ts'
import type { Notices } from '../../src/notices/notices.ts'
import { addApiKey, addOrganization } from '../support/api.ts'
import { addClient } from '../support/server.ts'
import { DAY, HOUR, openNoticeStage, publicUrl, type NoticeStage } from './stage.ts'

let stage: NoticeStage
let node: Notices
let other: Notices
beforeAll(async () => {
  stage = await openNoticeStage()
  node = stage.node()
  other = stage.node()
})
afterAll(() => stage[Symbol.asyncDispose]())
beforeEach(async () => {
  await stage.db.apiKey.deleteMany()
  await stage.db.client.deleteMany()
  await node.run()
  await stage.told()
})

const inDays = (days: number) => new Date(stage.clock.now().getTime() + days * DAY * 1_000)
const catalogue = { byScope: () => undefined } as never
const settings = { prefix: 'kg', maxLifetimeSeconds: 365 * DAY, maxPerOrganization: 100, maxCreationsPerHour: 100 }

/** Looks after each of these days, counted from now. */
async function passDays(...days: readonly number[]): Promise<string[]> {
  const told: string[] = []
  let before = 0
  for (const day of days) {
    stage.later((day - before) * DAY)
    before = day
    await node.run()
    told.push(...(await stage.told()).map(({ type, data }) => [type, data.days_left].join(' ').trim()))
  }
  return told
}

test('a key of 90 days is told of 30, 14, 7 and 1 days before its end, and at its end, once each', async () => {
  await addApiKey(stage)
  await node.run()
  expect(await passDays(59, 60, 61, 76, 77, 83, 88, 89, 90, 91)).toEqual([
    'api_key.expiring 30',
    'api_key.expiring 14',
    'api_key.expiring 7',
    'api_key.expiring 1',
    'api_key.expired',
  ])
})

test('the event says which key it is, what it may, when it ends and was used, and where it is rotated', async () => {
  const { id, secretId, organizationId } = await addApiKey(stage, { scopes: ['reports:read'], name: 'Nightly' })
  const lastUsedAt = stage.clock.now()
  await stage.db.apiKeySecret.update({ where: { id: secretId }, data: { lastUsedAt } })
  const { hint } = await stage.db.apiKeySecret.findUniqueOrThrow({ where: { id: secretId } })
  const expiresAt = inDays(90)
  await node.run()
  stage.later(76.5 * DAY)
  await node.run()
  const data = {
    id,
    name: 'Nightly',
    hint,
    environment: 'live',
    scopes: ['reports:read'],
    expires_at: expiresAt.toISOString(),
    days_left: 14,
    last_used_at: lastUsedAt.toISOString(),
    rotate_url: `${publicUrl}/account/keys/${id}`,
  }
  expect(await stage.told()).toEqual([{ type: 'api_key.expiring', data }])
  const audited = await stage.db.auditEvent.findMany({ where: { type: 'api_key.expiring', targetId: id } })
  expect(audited).toMatchObject([{ organizationId, actorKind: 'system', data: { days_left: 14 } }])
})

test('two nodes that look at the same moment tell of each key once', async () => {
  const organizationId = await addOrganization(stage)
  for (let i = 0; i < 10; i++) await addApiKey(stage, { organizationId, expiresAt: inDays(90) })
  await Promise.all([node.run(), other.run()])
  stage.later(61 * DAY)
  await Promise.all([node.run(), other.run(), node.run(), other.run()])
  const told = await stage.told('api_key.expiring')
  expect(new Set(told.map(({ data }) => data.id)).size).toBe(10)
  expect(told).toHaveLength(10)
})

test('a key that was rotated, moved on, revoked or disabled in time is not told of', async () => {
  const keys = []
  for (let i = 0; i < 4; i++) keys.push(await addApiKey(stage))
  const [rotated, extended, revoked, disabled] = keys.map(({ id }) => id) as [string, string, string, string]
  await node.run()
  stage.later(59 * DAY)
  const context = systemContext(stage.clock)
  await stage.db.$transaction(async (tx) => {
    await rotateApiKey(tx, { ...stage, catalogue, settings }, operator, rotated, {}, context)
    await changeApiKey(tx, { catalogue }, operator, extended, { expiresInSeconds: 80 * DAY }, context)
    await revokeApiKey(tx, operator, revoked, context)
    await changeApiKey(tx, { catalogue }, operator, disabled, { disabled: true }, context)
  })
  await stage.told()
  expect(await passDays(1, 25, 30, 35)).toEqual([])
  // The two that live on are told of by their new ends.
  expect((await passDays(15, 25, 31, 38, 41, 44, 45, 48, 54, 55)).toSorted()).toEqual([
    ...Array<string>(2).fill('api_key.expired'),
    ...['1', '14', '30', '7'].flatMap((days) => Array<string>(2).fill(`api_key.expiring ${days}`)),
  ])
})

test('an old secret that is used in the last quarter of its grace is told of, once', async () => {
  const { id, secretId } = await addApiKey(stage)
  const context = systemContext(stage.clock)
  const services = { ...stage, catalogue, settings }
  await stage.db.$transaction((tx) => rotateApiKey(tx, services, operator, id, { graceSeconds: 8 * HOUR }, context))
  const use = async () => {
    await stage.db.apiKeySecret.update({ where: { id: secretId }, data: { lastUsedAt: stage.clock.now() } })
    await Promise.all([node.run(), other.run()])
    return stage.told('api_key.old_secret_in_use')
  }
  stage.later(5.9 * HOUR)
  expect(await use()).toEqual([])
  stage.later(0.2 * HOUR)
  expect(await use()).toMatchObject([{ data: { id, secret_id: secretId } }])
  stage.later(HOUR)
  expect(await use()).toEqual([])
})

test('a client’s secret with an end is told of before it, unless a newer one lives on', async () => {
  const { id } = await addClient(stage)
  await stage.db.clientSecret.updateMany({ where: { clientId: id }, data: { expiresAt: inDays(90) } })
  await node.run()
  await stage.told()
  expect(await passDays(59, 60, 70)).toEqual(['client.secret_expiring 30'])
  await stage.db.clientSecret.create({
    data: { id: 'newer', clientId: id, digest: Buffer.from('newer'), hint: 'abcd', createdAt: stage.clock.now() },
  })
  expect(await passDays(7, 14, 19, 25)).toEqual([])
})
