/** Meters, calls and a simulated time for tests of limits. */
import fc from 'fast-check'
import type { Limits, Meter, Meters } from '../../src/limits/limits.ts'

/** 2026-01-01, in the middle of a minute. */
export const START_MS = Date.UTC(2026, 0, 1) + 17_345
export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS

export function limits(hour: number | null, size: number, refillPerSecond = (hour ?? 3600) / 3600): Limits {
  return { hour, burst: { size, refillPerSecond } }
}

/** The limits of the tier free. */
export const free = limits(1_000, 100)

export function meter(subject: string, its: Limits, prefix: Meter['prefix'] = ''): Meter {
  return { group: 'org_a', subject, limits: its, prefix }
}

export const one = (its: Limits, subject = 'key:key_a'): Meters => [meter(subject, its)]

/** A clock that is set by hand. */
export function handClock(start = START_MS) {
  let now = start
  return {
    now: () => now,
    advance: (ms: number) => (now += ms),
    set: (ms: number) => (now = ms),
  }
}

export interface Call {
  /** Milliseconds since the call before. */
  pause: number
  cost: number
}

/** Mostly short ones; whole seconds and minutes and one millisecond beside them, where decisions turn; and long ones. */
export const somePause: fc.Arbitrary<number> = fc.oneof(
  { weight: 6, arbitrary: fc.nat(2_000) },
  { weight: 6, arbitrary: fc.nat(5 * MINUTE_MS) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom(1_000, MINUTE_MS), fc.integer({ min: 1, max: 15 }), fc.integer({ min: -1, max: 1 }))
      .map(([unit, times, beside]) => unit * times + beside),
  },
  { weight: 1, arbitrary: fc.integer({ min: 58, max: 63 }).map((minutes) => minutes * MINUTE_MS) },
)

export const someCost: fc.Arbitrary<number> = fc.integer({ min: 1, max: 12 })

export const someCalls: fc.Arbitrary<Call[]> = fc.array(fc.record({ pause: somePause, cost: someCost }), {
  minLength: 1,
  maxLength: 120,
})

/** Small enough that many calls are refused. */
export const someLimits: fc.Arbitrary<Limits> = fc
  .record({
    hour: fc.option(fc.integer({ min: 1, max: 200 })),
    size: fc.integer({ min: 1, max: 60 }),
    refill: fc.option(fc.oneof(fc.double({ min: 0.0001, max: 20, noNaN: true }), fc.constantFrom(0.25, 0.5, 1, 2))),
  })
  .map(({ hour, size, refill }) => limits(hour, size, refill ?? undefined))
