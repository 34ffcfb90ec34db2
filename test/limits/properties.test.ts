import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Limits } from '../../src/limits/limits.ts'
import { UNIT } from '../../src/limits/counter.ts'
import { createMemoryLimiter } from '../../src/limits/memory-limiter.ts'
import {
  HOUR_MS,
  MINUTE_MS,
  handClock,
  meter,
  one,
  someCalls,
  someCost,
  someLimits,
  somePause,
  type Call,
} from './metering.ts'

/** @returns each call with its time and what was decided */
function replay(its: Limits, sequence: readonly Call[]) {
  const clock = handClock()
  const limiter = createMemoryLimiter({ now: clock.now })
  const meters = one(its)
  const decided = sequence.map(({ pause: ms, cost }) => {
    const at = clock.advance(ms)
    return { at, cost, decision: limiter.charge(meters, cost) }
  })
  return { clock, limiter, meters, decided }
}

const passed = (decided: ReturnType<typeof replay>['decided']) => decided.filter(({ decision }) => decision.allowed)
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)

test('in any 60 minutes no more passes than the hour has', () => {
  fc.assert(
    fc.property(someLimits, someCalls, (its, sequence) => {
      const through = passed(replay(its, sequence).decided)
      for (const { at: end } of through) {
        const within = through.filter(({ at }) => at > end - HOUR_MS && at <= end)
        expect(sum(within.map(({ cost }) => cost))).toBeLessThanOrEqual(its.hour ?? Infinity)
      }
    }),
    { numRuns: 300 },
  )
})

test('between any two calls no more passes than the bucket holds and what flows into it meanwhile', () => {
  fc.assert(
    fc.property(someLimits, someCalls, (its, sequence) => {
      const through = passed(replay(its, sequence).decided)
      // The refill is taken for the nearest 360,000th of a call a second.
      const perMs = (its.burst.refillPerSecond + 1 / 360_000) / 1000
      for (const [from, { at: begin }] of through.entries()) {
        let total = 0
        for (const { at, cost } of through.slice(from)) {
          total += cost
          expect(total).toBeLessThanOrEqual(its.burst.size + perMs * (at - begin) + 1e-6)
        }
      }
    }),
    { numRuns: 300 },
  )
})

test('what passes is not refused for less than its limits: alone, all that fits passes', () => {
  fc.assert(
    fc.property(someLimits, (its) => {
      const { limiter, meters } = replay(its, [])
      const fits = Math.min(its.hour ?? Infinity, its.burst.size)
      for (let call = 0; call < fits; call++) expect(limiter.charge(meters, 1).allowed).toBe(true)
      expect(limiter.charge(meters, 1).allowed).toBe(false)
    }),
  )
})

test('a refused call charges nothing: without it all others are decided alike', () => {
  fc.assert(
    fc.property(someLimits, someCalls, (its, sequence) => {
      const { decided } = replay(its, sequence)
      let carried = 0
      const without: Call[] = []
      for (const [index, { pause: ms, cost }] of sequence.entries()) {
        carried += ms
        if (!decided[index]!.decision.allowed) continue
        without.push({ pause: carried, cost })
        carried = 0
      }
      expect(replay(its, without).decided.map(({ decision }) => decision)).toEqual(
        passed(decided).map(({ decision }) => decision),
      )
    }),
    { numRuns: 200 },
  )
})

test('Retry-After is the first whole second at which the call passes, if nobody else calls', () => {
  fc.assert(
    fc.property(someLimits, someCalls, (its, sequence) => {
      const { decided } = replay(its, sequence)
      const refused = decided.findLastIndex(
        ({ cost, decision }) => !decision.allowed && cost <= its.burst.size && cost <= (its.hour ?? Infinity),
      )
      fc.pre(refused !== -1)
      const { cost, decision } = decided[refused]!
      const later = (seconds: number) => {
        const { clock, limiter, meters } = replay(its, sequence.slice(0, refused + 1))
        clock.advance(seconds * 1000)
        return limiter.charge(meters, cost).allowed
      }
      expect(later(decision.retryAfterSeconds)).toBe(true)
      expect(later(decision.retryAfterSeconds - 1)).toBe(false)
    }),
    { numRuns: 300 },
  )
})

test('the seconds of each policy are the first at which it has one more', () => {
  fc.assert(
    fc.property(someLimits, someCalls, fc.nat(1), (its, sequence, which) => {
      const { decided, limiter, meters, clock } = replay(its, sequence)
      const before = decided.at(-1)!.decision.policies[which]
      fc.pre(before !== undefined && before.resetSeconds > 0)
      const { remaining, resetSeconds } = before
      clock.advance((resetSeconds - 1) * 1000)
      expect(limiter.look(meters).policies[which]!.remaining).toBe(remaining)
      clock.advance(1_000)
      expect(limiter.look(meters).policies[which]!.remaining).toBeGreaterThan(remaining)
    }),
    { numRuns: 300 },
  )
})

test('a clock that is set back, however often and far, changes no decision', () => {
  const steps = fc.array(fc.option(fc.integer({ min: 1_001, max: 100 * HOUR_MS })), { minLength: 120, maxLength: 120 })
  fc.assert(
    fc.property(someLimits, someCalls, steps, (its, sequence, backward) => {
      const { decided } = replay(its, sequence)
      const clock = handClock()
      const limiter = createMemoryLimiter({ now: clock.now })
      const meters = one(its)
      const unsettled = sequence.map(({ pause: ms, cost }, index) => {
        clock.advance(ms)
        limiter.look(meters)
        clock.advance(-(backward[index] ?? 0))
        return limiter.charge(meters, cost)
      })
      expect(unsettled).toEqual(decided.map(({ decision }) => decision))
    }),
    { numRuns: 200 },
  )
})

test('a clock that stands still lets through what the bucket holds, and nothing more', () => {
  fc.assert(
    fc.property(someLimits, fc.array(someCost, { minLength: 1, maxLength: 100 }), (its, costs) => {
      const { decided } = replay(
        its,
        costs.map((cost) => ({ pause: 0, cost })),
      )
      const most = Math.min(its.hour ?? Infinity, its.burst.size)
      expect(sum(passed(decided).map(({ cost }) => cost))).toBeLessThanOrEqual(most)
    }),
  )
})

test('whatever tiers a credential goes through, what it spent in the hour is what passed', () => {
  const moves = fc.array(fc.record({ pause: somePause, cost: someCost, its: someLimits }), {
    minLength: 1,
    maxLength: 80,
  })
  fc.assert(
    fc.property(moves, (sequence) => {
      const clock = handClock()
      const limiter = createMemoryLimiter({ now: clock.now })
      const through: { minute: number; cost: number }[] = []
      for (const { pause: ms, cost, its } of sequence) {
        const minute = Math.floor(clock.advance(ms) / MINUTE_MS)
        if (limiter.charge(one(its), cost).allowed) through.push({ minute, cost })
        const counted = through.filter((call) => call.minute >= minute - 60)
        expect(limiter.known(meter('key:key_a', its)).spent).toBe(sum(counted.map((call) => call.cost)))
      }
    }),
    { numRuns: 200 },
  )
})

test('a restart in between changes no decision', () => {
  fc.assert(
    fc.property(someLimits, someCalls, fc.nat(119), (its, sequence, restartAfter) => {
      const { decided } = replay(its, sequence)
      const clock = handClock()
      let limiter = createMemoryLimiter({ now: clock.now })
      const again = sequence.map(({ pause: ms, cost }, index) => {
        clock.advance(ms)
        if (index === restartAfter) {
          const rows = limiter.takeChanged()
          limiter = createMemoryLimiter({ now: clock.now })
          limiter.restore(rows)
        }
        return limiter.charge(one(its), cost)
      })
      expect(again).toEqual(decided.map(({ decision }) => decision))
    }),
    { numRuns: 200 },
  )
})

/** What passed elsewhere and is told of afterwards, among calls that are decided here. */
const someTold = fc.array(fc.record({ pause: somePause, cost: fc.nat(12), spent: fc.nat(80) }), {
  minLength: 1,
  maxLength: 80,
})

test('what passed elsewhere takes no counter beyond its limit, and takes what room there is', () => {
  fc.assert(
    fc.property(someLimits, someTold, (its, sequence) => {
      const clock = handClock()
      const limiter = createMemoryLimiter({ now: clock.now })
      for (const { pause: ms, cost, spent } of sequence) {
        clock.advance(ms)
        const before = limiter.look(one(its)).policies
        const after = limiter.charge(one(its), 0, spent).policies
        for (const [index, { policy, remaining }] of after.entries()) {
          expect([policy, remaining]).toEqual([policy, Math.max(0, before[index]!.remaining - spent)])
        }
        limiter.charge(one(its), cost)
        const known = limiter.known(meter('key:key_a', its))
        expect(known.spent).toBeLessThanOrEqual(its.hour ?? Infinity)
        expect(known.debt).toBeLessThanOrEqual(its.burst.size * UNIT)
      }
    }),
    { numRuns: 200 },
  )
})

test('what passed elsewhere is charged before the call that tells of it is decided', () => {
  fc.assert(
    fc.property(someLimits, someTold, (its, sequence) => {
      const [together, apart] = [handClock(), handClock()]
      const [a, b] = [createMemoryLimiter(together), createMemoryLimiter(apart)]
      for (const { pause: ms, cost, spent } of sequence) {
        together.advance(ms)
        apart.advance(ms)
        const told = a.charge(one(its), cost, spent)
        b.charge(one(its), 0, spent)
        expect(told).toEqual(b.charge(one(its), cost))
      }
    }),
    { numRuns: 100 },
  )
})
