import { expect, test } from 'vitest'
import type { Meters } from '../../src/limits/limits.ts'
import { createMemoryLimiter } from '../../src/limits/memory-limiter.ts'
import { HOUR_MS, MINUTE_MS, START_MS, free, handClock, limits, meter, one } from './metering.ts'

function bench() {
  const clock = handClock()
  return { clock, limiter: createMemoryLimiter({ now: clock.now }) }
}

/** How many calls pass before the first is refused. */
function passing(limiter: ReturnType<typeof createMemoryLimiter>, meters: Meters, cost = 1): number {
  let passed = 0
  while (limiter.charge(meters, cost).allowed) passed++
  return passed
}

test('as many calls pass at once as the bucket holds, and then one as often as it refills', () => {
  const { clock, limiter } = bench()
  const meters = one(limits(3_600, 10))
  expect(passing(limiter, meters)).toBe(10)
  clock.advance(999)
  expect(passing(limiter, meters)).toBe(0)
  clock.advance(1)
  expect(passing(limiter, meters)).toBe(1)
  clock.advance(3_000)
  expect(passing(limiter, meters)).toBe(3)
})

test('an hour of calls passes in an hour, and the next one when the first has been forgotten', () => {
  const { clock, limiter } = bench()
  const meters = one(limits(5, 1_000, 1_000))
  expect(passing(limiter, meters)).toBe(5)
  clock.advance(HOUR_MS)
  expect(passing(limiter, meters)).toBe(0)
  clock.advance(MINUTE_MS)
  expect(passing(limiter, meters)).toBe(5)
})

test('an unlimited hour is no policy, and is counted all the same', () => {
  const { limiter } = bench()
  const decision = limiter.charge(one(limits(null, 5_000, 500)), 1)
  expect(decision.policies.map(({ policy }) => policy)).toEqual(['burst'])
  expect(limiter.known(meter('key:key_a', free)).spent).toBe(1)
})

test('a call costs what it costs, or nothing', () => {
  const { limiter } = bench()
  const meters = one(limits(1_000, 100))
  expect(limiter.charge(meters, 60).allowed).toBe(true)
  expect(limiter.charge(meters, 41)).toMatchObject({ allowed: false, violated: ['burst'] })
  expect(limiter.charge(meters, 40).allowed).toBe(true)
})

test.for([
  ['nothing refuses', 1_000, 1_000, [], { hour: 989, burst: 89 }],
  ['the own hour', 10, 1_000, ['hour'], { hour: 0, burst: 90 }],
  ['the ceiling', 1_000, 10, ['organization-hour'], { hour: 990, burst: 90 }],
  ['both', 10, 10, ['hour', 'organization-hour'], { hour: 0, burst: 90 }],
] as const)('all policies of all meters are charged, or none: %s', ([_, own, shared, violated, left]) => {
  const { limiter } = bench()
  const wide = { size: 100, refillPerSecond: 1 }
  const meters = [
    meter('key:key_a', { hour: own, burst: wide }),
    meter('ceiling:org_a:live', { hour: shared, burst: wide }, 'organization-'),
  ]
  limiter.charge(meters, 10)
  const decision = limiter.charge(meters, 1)
  expect(decision.allowed).toBe(violated.length === 0)
  expect(decision.violated).toEqual(violated)
  const names = ['hour', 'burst', 'organization-hour', 'organization-burst']
  expect(decision.policies.map(({ policy }) => policy)).toEqual(names)
  expect(decision.policies.slice(0, 2).map(({ remaining }) => remaining)).toEqual([left.hour, left.burst])
})

test('a ceiling counts all keys of an organization together', () => {
  const { limiter } = bench()
  const ceiling = meter('ceiling:org_a:live', limits(15, 1_000, 1_000), 'organization-')
  const of = (key: string) => [meter(`key:${key}`, limits(10, 1_000, 1_000)), ceiling]
  expect(passing(limiter, of('key_a'))).toBe(10)
  expect(passing(limiter, of('key_b'))).toBe(5)
  expect(limiter.charge(of('key_c'), 1).violated).toEqual(['organization-hour'])
})

test.for([
  { spent: 0, remaining: 100, resetSeconds: 0 },
  { spent: 1, remaining: 99, resetSeconds: 4 },
  { spent: 100, remaining: 0, resetSeconds: 4 },
])('the bucket says what is left and when there is one more: $spent spent', ({ spent, remaining, resetSeconds }) => {
  const { limiter } = bench()
  if (spent > 0) limiter.charge(one(free), spent)
  expect(limiter.look(one(free)).policies[1]).toEqual({ policy: 'burst', limit: 100, remaining, resetSeconds })
})

test('the hour says when the first call that counts will be forgotten', () => {
  const { clock, limiter } = bench()
  expect(limiter.look(one(free)).policies[0]).toMatchObject({ remaining: 1_000, resetSeconds: 0 })
  limiter.charge(one(free), 7)
  clock.advance(10 * MINUTE_MS)
  limiter.charge(one(free), 5)
  const { remaining, resetSeconds } = limiter.look(one(free)).policies[0]!
  expect(remaining).toBe(988)
  clock.advance(resetSeconds * 1000 - 1_000)
  expect(limiter.look(one(free)).policies[0]).toMatchObject({ remaining: 988 })
  clock.advance(1_000)
  expect(limiter.look(one(free)).policies[0]).toMatchObject({ remaining: 995 })
})

test('a look charges nothing, and says whether one call would pass', () => {
  const { limiter } = bench()
  const meters = one(limits(2, 10))
  for (let index = 0; index < 5; index++) expect(limiter.look(meters).allowed).toBe(true)
  limiter.charge(meters, 2)
  expect(limiter.look(meters)).toMatchObject({ allowed: false, violated: ['hour'] })
  expect(limiter.size).toBe(1)
})

test('whoever is only looked at or refused is not remembered', () => {
  const { limiter } = bench()
  limiter.look(one(free))
  limiter.charge(one(free), 101)
  expect(limiter.size).toBe(0)
})

test.for([
  ['above the bucket', limits(1_000, 10), 11],
  ['above the hour', limits(10, 1_000), 11],
  ['above both', limits(1, 1), 10_000],
] as const)('a cost that can never pass is refused with a finite wait: %s', ([_, its, cost]) => {
  const { limiter } = bench()
  for (const spent of [0, 1]) {
    if (spent > 0) limiter.charge(one(its), spent)
    const { allowed, retryAfterSeconds } = limiter.charge(one(its), cost)
    expect(allowed).toBe(false)
    expect(retryAfterSeconds).toBeGreaterThanOrEqual(1)
    expect(retryAfterSeconds).toBeLessThanOrEqual(3_661)
  }
})

test('a change of tier leaves what was spent spent', () => {
  const { clock, limiter } = bench()
  const pro = limits(10_000, 1_000)
  limiter.charge(one(pro), 400)
  expect(limiter.look(one(free))).toMatchObject({ allowed: false, violated: ['burst'] })
  expect(limiter.look(one(free)).policies[0]).toMatchObject({ limit: 1_000, remaining: 600 })
  expect(limiter.look(one(pro)).policies).toMatchObject([{ remaining: 9_600 }, { remaining: 600 }])
  expect(limiter.look(one(limits(null, 500, 500))).policies).toMatchObject([{ remaining: 100 }])
  // 300 calls and one flow back at the free tier's 1000 an hour.
  clock.advance(301 * 3_600 - 1)
  expect(limiter.look(one(free)).allowed).toBe(false)
  clock.advance(1)
  expect(limiter.look(one(free)).allowed).toBe(true)
})

test('a clock that is set back an hour stops nothing from flowing back, and brings nothing back', () => {
  const { clock, limiter } = bench()
  const meters = one(limits(3_600, 10))
  expect(passing(limiter, meters)).toBe(10)
  clock.advance(-HOUR_MS)
  expect(passing(limiter, meters)).toBe(0)
  clock.advance(2_000)
  expect(passing(limiter, meters)).toBe(2)
})

test('a clock that jitters back gives nothing twice', () => {
  const { clock, limiter } = bench()
  const meters = one(limits(3_600, 10))
  passing(limiter, meters)
  for (let index = 0; index < 100; index++) {
    clock.advance(-500)
    expect(passing(limiter, meters)).toBe(0)
    clock.advance(500)
    expect(passing(limiter, meters)).toBe(0)
  }
})

test('what was written down is counted on from after a restart', () => {
  const { clock, limiter } = bench()
  limiter.charge(one(free), 30)
  clock.advance(20 * MINUTE_MS)
  limiter.charge(one(free), 90)
  const restarted = createMemoryLimiter({ now: clock.now })
  restarted.restore(limiter.takeChanged())
  expect(restarted.look(one(free))).toEqual(limiter.look(one(free)))
  clock.advance(41 * MINUTE_MS)
  expect(restarted.look(one(free))).toEqual(limiter.look(one(free)))
})

test('what is written down is what changed since the last time', () => {
  const { limiter } = bench()
  limiter.charge(one(free, 'key:key_a'), 1)
  limiter.charge(one(free, 'key:key_b'), 1)
  limiter.charge(one(free, 'key:key_a'), 1)
  expect(limiter.takeChanged().map(({ subject }) => subject)).toEqual(['key:key_a', 'key:key_b'])
  limiter.charge(one(free, 'key:key_b'), 1)
  expect(limiter.takeChanged().map(({ subject }) => subject)).toEqual(['key:key_b'])
  expect(limiter.takeChanged()).toEqual([])
})

test('a subject that is counted already takes no older count over its own', () => {
  const { clock, limiter } = bench()
  limiter.charge(one(free), 30)
  const rows = limiter.takeChanged()
  const restarted = createMemoryLimiter({ now: clock.now })
  restarted.charge(one(free), 1)
  restarted.restore(rows)
  expect(restarted.look(one(free)).policies[0]).toMatchObject({ remaining: 999 })
})

test('what another clock wrote down as of tomorrow counts as of now, and is forgotten in time', () => {
  const { clock, limiter } = bench()
  clock.advance(24 * HOUR_MS)
  limiter.charge(one(free), 100)
  const earlier = handClock()
  const restarted = createMemoryLimiter({ now: earlier.now })
  restarted.restore(limiter.takeChanged())
  expect(restarted.look(one(free)).policies).toMatchObject([{ remaining: 900 }, { remaining: 0 }])
  earlier.advance(61 * MINUTE_MS)
  expect(restarted.look(one(free)).policies).toMatchObject([{ remaining: 1_000 }, { remaining: 100 }])
})

test('who has nothing spent any more is dropped once it was written down', () => {
  const { clock, limiter } = bench()
  limiter.charge(one(free, 'key:key_a'), 1)
  clock.advance(61 * MINUTE_MS)
  limiter.charge(one(free, 'key:key_b'), 1)
  expect(limiter.takeChanged()).toHaveLength(2)
  for (let second = 0; second < 3; second++) limiter.takeChanged()
  expect(limiter.size).toBe(1)
})

test('a debt that flows back slowly is not forgiven by being idle for an hour', () => {
  const { clock, limiter } = bench()
  const meters = one(limits(null, 1_000, 0.01))
  limiter.charge(meters, 1_000)
  clock.advance(2 * HOUR_MS)
  for (let second = 0; second < 3; second++) limiter.takeChanged()
  expect(limiter.look(meters).policies[0]).toMatchObject({ remaining: 72 })
})

test('counts taken over from elsewhere count whole for an hour', () => {
  const { clock, limiter } = bench()
  limiter.charge(one(free), 5)
  limiter.mirror(meter('key:key_a', free), 990, 0)
  expect(limiter.look(one(free)).policies[0]).toMatchObject({ remaining: 10 })
  clock.set(START_MS + HOUR_MS)
  expect(limiter.look(one(free)).policies[0]).toMatchObject({ remaining: 10 })
})
