import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Decision, Limits, Meter, Meters } from '../../src/limits/limits.ts'
import { createMemoryLimiter } from '../../src/limits/memory-limiter.ts'
import { createRedisLimiter, type RedisLimiter } from '../../src/limits/redis-limiter.ts'
import { createLog } from '../../src/platform/log.ts'
import { eventually } from '../support/eventually.ts'
import { startRedis, type TestRedis } from '../support/redis.ts'
import { HOUR_MS, MINUTE_MS, handClock, limits, someCost, someLimits, somePause } from './metering.ts'

let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis[Symbol.asyncDispose]())

/** Long enough that a busy machine is never taken for a Redis that is gone. */
const patient = { log: createLog('silent'), now: Date.now, patienceMs: 20_000 }

let groups = 0
/** A meter that no other test counts. */
function ownMeter(its: Limits): Meter {
  const number = groups++
  return { group: `org_${number}`, subject: `key:key_${number}`, limits: its, prefix: '' }
}

/** A hundred calls, of which none flows back while a test runs. */
const hundred = limits(null, 100, 0.0001)

/** Charges so often, at once; answers how many passed. */
async function burst(limiter: RedisLimiter, meters: Meters, times: number): Promise<number> {
  const decisions = await Promise.all(Array.from({ length: times }, async () => limiter.charge(meters, 1)))
  return decisions.filter(({ allowed }) => allowed).length
}

const commandsRun = async (name: string) => {
  const stats = String(await redis.command('INFO', 'commandstats'))
  return Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0)
}

test('nodes count together: of many calls at once on both, exactly the quota passes', async () => {
  await using a = await createRedisLimiter({ url: redis.url, ...patient })
  await using b = await createRedisLimiter({ url: redis.url, ...patient })
  const meters = [ownMeter(limits(150, 1_000))]
  const [onA, onB] = await Promise.all([burst(a, meters, 130), burst(b, meters, 130)])
  expect(onA + onB).toBe(150)
  expect([a.state(), a.counts, b.counts]).toEqual([
    'redis',
    { localDecisions: 0, outages: 0 },
    { localDecisions: 0, outages: 0 },
  ])
})

test('the memory of one process and Redis decide alike, whatever comes', async () => {
  await using limiter = await createRedisLimiter({ url: redis.url, ...patient })
  expect(limiter.state()).toBe('redis')
  const mixed = fc.array(
    fc.record({
      pause: somePause,
      // 0: nothing is asked for.
      cost: fc.oneof({ weight: 4, arbitrary: someCost }, fc.constant(0)),
      tier: fc.nat(1),
      key: fc.constantFrom('a', 'b'),
      ceiling: fc.boolean(),
      looking: fc.boolean(),
      spent: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(80)),
    }),
    { minLength: 1, maxLength: 120 },
  )
  await fc.assert(
    fc.asyncProperty(fc.tuple(someLimits, someLimits), someLimits, mixed, async (tiers, ceilingLimits, sequence) => {
      const clock = handClock()
      const group = `org_${groups++}`
      const memory = createMemoryLimiter({ now: clock.now })
      await using shared = await createRedisLimiter({ url: redis.url, ...patient, serverNow: clock.now })
      for (const { pause: ms, cost, tier, key, ceiling, looking, spent } of sequence) {
        clock.advance(ms)
        const own: Meter = { group, subject: `key:${key}`, limits: tiers[tier]!, prefix: '' }
        const over: Meter = { group, subject: 'ceiling', limits: ceilingLimits, prefix: 'organization-' }
        const meters = ceiling ? [own, over] : [own]
        const [inMemory, inRedis] = looking
          ? [memory.look(meters), await shared.look(meters)]
          : [memory.charge(meters, cost, spent), await shared.charge(meters, cost, spent)]
        expect(inRedis).toEqual(inMemory)
      }
      expect(shared.counts.localDecisions).toBe(0)
    }),
    { numRuns: 150 },
  )
})

test('one round trip for all meters of a call', async () => {
  await using limiter = await createRedisLimiter({ url: redis.url, ...patient })
  const group = `org_${groups++}`
  const meters: Meters = [
    { group, subject: 'key:key_a', limits: limits(1_000, 100), prefix: '' },
    { group, subject: 'ceiling:org_a:live', limits: limits(10_000, 1_000), prefix: 'organization-' },
  ]
  const before = await commandsRun('evalsha')
  for (let call = 0; call < 10; call++) await limiter.charge(meters, 1)
  expect((await commandsRun('evalsha')) - before).toBe(10)
  expect((await limiter.look(meters)).policies.map(({ policy, remaining }) => [policy, remaining])).toMatchObject([
    ['hour', 990],
    ['burst', expect.any(Number)],
    ['organization-hour', 9_990],
    ['organization-burst', expect.any(Number)],
  ])
})

test('a server that has forgotten the script gets it again, and nobody notices', async () => {
  await using limiter = await createRedisLimiter({ url: redis.url, ...patient })
  const meters = [ownMeter(hundred)]
  expect(await burst(limiter, meters, 30)).toBe(30)
  await redis.command('SCRIPT', 'FLUSH')
  expect(await burst(limiter, meters, 100)).toBe(70)
  expect(limiter.counts).toEqual({ localDecisions: 0, outages: 0 })
})

test('a server that has forgotten the counts hears them from whoever asks', async () => {
  await using limiter = await createRedisLimiter({ url: redis.url, ...patient })
  const meters = [ownMeter(hundred)]
  expect(await burst(limiter, meters, 60)).toBe(60)
  await redis.command('FLUSHALL')
  expect(await burst(limiter, meters, 100)).toBe(40)
})

test('a clock of the server that is set back gives nothing back', async () => {
  const clock = handClock()
  await using limiter = await createRedisLimiter({ url: redis.url, ...patient, serverNow: clock.now })
  const meters = [ownMeter(limits(100, 1_000, 1_000))]
  expect(await burst(limiter, meters, 100)).toBe(100)
  clock.advance(-5 * HOUR_MS)
  expect(await burst(limiter, meters, 10)).toBe(0)
  clock.advance(5 * HOUR_MS + 61 * MINUTE_MS)
  expect(await burst(limiter, meters, 10)).toBe(10)
})

test('a clock of the server that goes back and forth fills no bucket twice', async () => {
  const clock = handClock()
  await using limiter = await createRedisLimiter({ url: redis.url, ...patient, serverNow: clock.now })
  const meters = [ownMeter(limits(null, 10, 0.01))]
  expect(await burst(limiter, meters, 5)).toBe(5)
  clock.advance(-HOUR_MS)
  expect(await burst(limiter, meters, 1)).toBe(1)
  clock.advance(HOUR_MS)
  expect(await burst(limiter, meters, 10)).toBe(4)
})

test('a minute that has been forgotten takes no room', async () => {
  const clock = handClock()
  await using limiter = await createRedisLimiter({ url: redis.url, ...patient, serverNow: clock.now })
  const own = ownMeter(limits(1_000, 100))
  for (let minute = 0; minute < 200; minute++) {
    clock.advance(MINUTE_MS)
    await limiter.charge([own], 1)
  }
  // Four fields besides the minutes.
  expect(await redis.command('HLEN', `keygrant:limits:{${own.group}}:${own.subject}`)).toBe(4 + 61)
  expect((await limiter.look([own])).policies[0]).toMatchObject({ remaining: 1_000 - 61 })
})

test('counts expire by themselves: after two hours, or when the debt has flowed back', async () => {
  await using limiter = await createRedisLimiter({ url: redis.url, ...patient })
  const quick = ownMeter(limits(1_000, 100))
  const slow = ownMeter(hundred)
  await limiter.charge([quick], 1)
  await limiter.charge([slow], 100)
  const ttl = async ({ group, subject }: Meter) =>
    Number(await redis.command('PTTL', `keygrant:limits:{${group}}:${subject}`))
  expect(await ttl(quick)).toBeGreaterThan(61 * MINUTE_MS)
  expect(await ttl(quick)).toBeLessThanOrEqual(2 * HOUR_MS)
  expect(await ttl(slow)).toBeGreaterThan(990_000 * 1000)
})

test('a call that is refused or only looks writes nothing', async () => {
  await using limiter = await createRedisLimiter({ url: redis.url, ...patient })
  const own = ownMeter(hundred)
  await limiter.look([own])
  expect(await limiter.charge([own], 101)).toMatchObject({ allowed: false, violated: ['burst'] })
  expect(await redis.command('EXISTS', `keygrant:limits:{${own.group}}:${own.subject}`)).toBe(0)
})

test('a Cluster is known as one, and the counts of one call lie together in it', async () => {
  await using cluster = await startRedis({ 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1' })
  await cluster.command('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
  await eventually(async () => expect(await cluster.command('CLUSTER', 'INFO')).toContain('cluster_state:ok'))
  await using limiter = await createRedisLimiter({ url: cluster.url, ...patient })
  expect(limiter.state()).toBe('redis')
  for (let index = 0; index < 20; index++) {
    const { group } = ownMeter(hundred)
    const meters: Meters = [
      { group, subject: `key:key_${index}`, limits: hundred, prefix: '' },
      { group, subject: `ceiling:${group}:live`, limits: limits(10, 1_000), prefix: 'organization-' },
    ]
    expect(await burst(limiter, meters, 20)).toBe(10)
  }
  expect(limiter.counts).toEqual({ localDecisions: 0, outages: 0 })
})

test.for([
  ['noeviction', false],
  ['allkeys-lru', true],
] as const)('a server that may throw counts away is told of at the start: %s', async ([policy, told]) => {
  await redis.command('CONFIG', 'SET', 'maxmemory-policy', policy)
  const lines: string[] = []
  const log = createLog('warn', { write: (line) => void lines.push(line) })
  await using limiter = await createRedisLimiter({ url: redis.url, ...patient, log })
  await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
  expect(lines.join().includes('noeviction')).toBe(told)
  expect(limiter.server()).toEqual({ version: expect.stringMatching(/^\d+\.\d+/) as unknown, evictionPolicy: policy })
})

test('a decision is the same object whether it comes from Redis or not', async () => {
  await using limiter = await createRedisLimiter({ url: redis.url, ...patient })
  const decision: Decision = await limiter.charge([ownMeter(limits(1_000, 100))], 1)
  expect(decision).toEqual({
    allowed: true,
    retryAfterSeconds: 0,
    violated: [],
    policies: [
      { policy: 'hour', limit: 1_000, remaining: 999, resetSeconds: expect.any(Number) as unknown },
      { policy: 'burst', limit: 100, remaining: 99, resetSeconds: 4 },
    ],
  })
})
