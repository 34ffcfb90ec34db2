/** Meters and a simulated time for tests of limits. */
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
