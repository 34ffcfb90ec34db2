import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Meter, Meters } from '../../src/limits/limits.ts'
import { createRedisLimiter, type RedisLimiter } from '../../src/limits/redis-limiter.ts'
import { createLog } from '../../src/platform/log.ts'
import { eventually } from '../support/eventually.ts'
import { startRedis, type TestRedis } from '../support/redis.ts'
import { limits } from './metering.ts'

let redis: TestRedis
let nodes: RedisLimiter[]
beforeEach(async () => {
  redis = await startRedis()
  nodes = []
})
afterEach(async () => {
  for (const node of nodes) await node[Symbol.asyncDispose]()
  await redis[Symbol.asyncDispose]()
})

async function openNode(options: { url?: string; log?: ReturnType<typeof createLog> } = {}): Promise<RedisLimiter> {
  // Not as short as in production, so that a busy machine is not taken for a Redis that is gone.
  const node = await createRedisLimiter({
    url: redis.url,
    log: createLog('silent'),
    now: Date.now,
    patienceMs: 2_000,
    probeMs: 50,
    ...options,
  })
  nodes.push(node)
  return node
}

/** A hundred calls, of which none flows back while a test runs. */
const hundred: Meter = { group: 'org_a', subject: 'key:key_a', limits: limits(null, 100, 0.0001), prefix: '' }
const meters: Meters = [hundred]

/** One after another until one is refused; answers how many passed. */
async function drain(limiter: RedisLimiter): Promise<number> {
  let passed = 0
  while ((await limiter.charge(meters, 1)).allowed) passed++
  return passed
}

async function charge(limiter: RedisLimiter, times: number): Promise<void> {
  for (let call = 0; call < times; call++) expect((await limiter.charge(meters, 1)).allowed).toBe(true)
}

const back = (limiter: RedisLimiter) => eventually(() => expect(limiter.state()).toBe('redis'))
const inRedis = async () => Number(await redis.command('HGET', 'keygrant:limits:{org_a}:key:key_a', 's'))

const ends = {
  'it is killed': {
    go: () => redis.kill(),
    come: () => redis.start(),
  },
  'it is there and says nothing': {
    go: () => redis.freeze(),
    come: () => redis.thaw(),
  },
} as const

test.for(Object.entries(ends))('each node goes on from what it saw last: %s', async ([_, { go }]) => {
  const [a, b] = [await openNode(), await openNode()]
  await charge(a, 30)
  await charge(b, 30)
  await go()
  expect(await drain(b)).toBe(40)
  // What it saw last is from before the other's thirty.
  expect(await drain(a)).toBe(70)
  expect([a.state(), b.state()]).toEqual(['local', 'local'])
})

test.for(Object.entries(ends))(
  'it comes back by itself, and what passed meanwhile was spent: %s',
  async ([_, { go, come }]) => {
    const node = await openNode()
    await charge(node, 60)
    await go()
    await charge(node, 25)
    expect(node.state()).toBe('local')
    await come()
    await back(node)
    expect(await drain(node)).toBeLessThanOrEqual(15)
    expect(node.state()).toBe('redis')
    expect(await inRedis()).toBeGreaterThanOrEqual(100)
  },
)

test('what several nodes let pass meanwhile is counted together afterwards, by a Redis that comes back empty, too', async () => {
  const [a, b] = [await openNode(), await openNode()]
  await charge(a, 20)
  await charge(b, 20)
  await redis.kill()
  await charge(a, 20)
  await charge(b, 20)
  await redis.start()
  await back(a)
  await back(b)
  await a.look(meters)
  await b.look(meters)
  // Of b, which knew all forty of before, at least what it let pass itself; and what a knew: twenty, and twenty more.
  expect(await inRedis()).toBe(60)
})

test('while it is gone nobody waits, and every decision is counted', async () => {
  const node = await openNode()
  await charge(node, 1)
  await redis.kill()
  await eventually(() => expect(node.state()).toBe('local'))
  const before = node.counts.localDecisions
  for (let call = 0; call < 10; call++) expect(node.charge(meters, 1)).not.toBeInstanceOf(Promise)
  expect(node.counts).toEqual({ localDecisions: before + 10, outages: 1 })
})

test('a killed server is noticed without a call', async () => {
  const node = await openNode()
  await redis.kill()
  await eventually(() => expect(node.state()).toBe('local'))
})

test('calls that wait when it goes are all decided', async () => {
  const node = await openNode()
  await charge(node, 10)
  redis.freeze()
  const waiting = Array.from({ length: 200 }, async () => node.charge(meters, 1))
  const decisions = await Promise.all(waiting)
  expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(90)
  expect(node.counts).toEqual({ localDecisions: 200, outages: 1 })
})

test('a process that was held up itself does not take Redis for gone', async () => {
  const node = await openNode()
  await charge(node, 10)
  const waiting = Array.from({ length: 50 }, async () => node.charge(meters, 1))
  const until = performance.now() + 2_500
  while (performance.now() < until);
  await Promise.all(waiting)
  expect(node.counts).toEqual({ localDecisions: 0, outages: 0 })
  expect(await inRedis()).toBe(60)
})

test('a server that is full, and so takes no charge, is one that is gone until it takes some again', async () => {
  const node = await openNode()
  await charge(node, 60)
  await redis.command('CONFIG', 'SET', 'maxmemory', '1')
  await charge(node, 10)
  expect(node.state()).toBe('local')
  await delay(500)
  expect(node.state()).toBe('local')
  await redis.command('CONFIG', 'SET', 'maxmemory', '0')
  await back(node)
  expect(await drain(node)).toBe(30)
})

test('a server that was not there at the start is used as soon as it is', async () => {
  await redis.kill()
  const node = await openNode()
  expect(node.state()).toBe('local')
  await charge(node, 10)
  await redis.start()
  await back(node)
  expect(await drain(node)).toBe(90)
  expect(await inRedis()).toBe(100)
})

test('it says when it goes and when it comes back, once each, and never with its password', async () => {
  const lines: string[] = []
  const log = createLog('info', { write: (line) => void lines.push(line) })
  await redis.command('CONFIG', 'SET', 'requirepass', 'this-is-secret')
  const url = redis.url.replace('//', '//:this-is-secret@')
  const node = await openNode({ url, log })
  await charge(node, 5)
  redis.freeze()
  await charge(node, 20)
  redis.thaw()
  await back(node)
  const messages = lines.map((line) => (JSON.parse(line) as { msg: string }).msg)
  expect(messages.filter((message) => message.startsWith('Redis is gone'))).toHaveLength(1)
  expect(messages.filter((message) => message.startsWith('Redis is back'))).toHaveLength(1)
  expect(lines.join()).not.toContain('this-is-secret')
})

test('a limiter that is closed while Redis is gone lets its process end', async () => {
  const node = await openNode()
  await redis.kill()
  await eventually(() => expect(node.state()).toBe('local'))
  await node[Symbol.asyncDispose]()
  expect(node.charge(meters, 1)).toMatchObject({ allowed: true })
})
