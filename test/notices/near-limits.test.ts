/** Who comes near the end of an hour's quota is told: at four fifths and at the end, once in an hour, over all nodes. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createMemoryLimiter } from '../../src/limits/memory-limiter.ts'
import type { Meters } from '../../src/limits/limits.ts'
import type { Notices } from '../../src/notices/notices.ts'
import { createLimitWatch, type LimitWatch } from '../../src/notices/near-limits/watch.ts'
import { addApiKey, caller } from '../support/api.ts'
import { startTestServer } from '../support/server.ts'
import { HOUR, openNoticeStage, type NoticeStage } from './stage.ts'

let stage: NoticeStage
let nodes: (Notices & { watch: LimitWatch })[]
let id = ''
beforeAll(async () => {
  stage = await openNoticeStage()
  nodes = [stage.node(), stage.node()]
})
afterAll(() => stage[Symbol.asyncDispose]())
beforeEach(async () => {
  ;({ id } = await addApiKey(stage))
  await Promise.all(nodes.map((node) => node.run()))
  await stage.told()
})

const metersOf = (subject: string, hour = 10): Meters => [
  { group: 'org_1', subject, prefix: '', limits: { hour, burst: { size: 1_000, refillPerSecond: 1 } } },
]

/** So many calls, seen by each node in turn, as with counts in Redis. */
function calls(count: number, { subject = `key:${id}`, keyId = id, limiter = counts } = {}): void {
  for (let call = 0; call < count; call++) {
    const made = limiter.charge(metersOf(subject), 1)
    for (const { watch } of nodes) watch.see(keyId, metersOf(subject), made)
  }
}
let counts = createMemoryLimiter({ now: () => stage.clock.now().getTime() })
beforeEach(() => void (counts = createMemoryLimiter({ now: () => stage.clock.now().getTime() })))

async function told(): Promise<string[]> {
  await Promise.all(nodes.map((node) => node.run()))
  return (await stage.told()).map(({ type }) => type.replace('api_key.limit_', ''))
}

test('at four fifths, and at the end; not before, and not twice', async () => {
  calls(7)
  expect(await told()).toEqual([])
  calls(1)
  expect(await told()).toEqual(['approaching'])
  calls(1)
  expect(await told()).toEqual([])
  calls(1)
  expect(await told()).toEqual(['reached'])
  calls(5)
  expect(await told()).toEqual([])
})

test('in the next hour again', async () => {
  calls(8)
  expect(await told()).toEqual(['approaching'])
  stage.later(1.5 * HOUR)
  calls(8)
  expect(await told()).toEqual(['approaching'])
})

test('of both at once only that it was reached', async () => {
  calls(12)
  expect(await told()).toEqual(['reached'])
  stage.later(0.5 * HOUR)
  calls(1)
  expect(await told()).toEqual([])
})

test('what an organization shares is told of once, with the key that came upon it', async () => {
  const { id: second } = await addApiKey(stage)
  const subject = 'organization:org_1:live'
  calls(9, { subject })
  calls(1, { subject, keyId: second })
  await Promise.all(nodes.map((node) => node.run()))
  expect(await stage.told()).toMatchObject([
    { type: 'api_key.limit_reached', data: { id: second, policy: 'hour', limit: 10, remaining: 0, shared: true } },
  ])
})

test('what could not be written down is told later', async () => {
  const watch = createLimitWatch(stage.clock)
  watch.see(id, metersOf(`key:${id}`, 1), createMemoryLimiter({ now: Date.now }).charge(metersOf(`key:${id}`, 1), 1))
  const seen = watch.take(10)
  expect(seen).toHaveLength(1)
  watch.putBack(seen)
  expect(watch.take(10)).toEqual(seen)
})

test('a server tells of what its callers spend', async () => {
  await using server = await startTestServer()
  const { id: busy, key } = await addApiKey(server, { scopes: ['tiers:read'], limits: { hour: 10 } })
  for (let call = 0; call < 8; call++) {
    expect((await caller(server, key)('GET', '/v1/tiers/free')).status).toBe(200)
  }
  await server.running.inside.notices.run()
  const events = await server.db.outboxEvent.findMany({ where: { type: 'api_key.limit_approaching' } })
  expect(events.map(({ data }) => data)).toMatchObject([{ id: busy, limit: 10, remaining: 2, shared: false }])
})
