/** Limits counted in this process: for one node, and for each of several while Redis is gone. */
import {
  UNIT,
  debtAt,
  forget,
  isIdle,
  minuteOf,
  newCounter,
  refillUnits,
  sizeUnits,
  spend,
  spendWhatFits,
  untilForgotten,
  type Counter,
} from './counter.ts'
import { decision, toGrow, type Reading } from './decision.ts'
import type { CounterRow, Decision, Limiter, Meter, Meters } from './limits.ts'
import { packMinutes, unpackMinutes } from './packed-minutes.ts'
import { steady } from './steady-clock.ts'

/** How many counters each `takeChanged` looks at, to drop the idle: a million are gone through in a few minutes. */
const SWEPT_AT_ONCE = 5_000

export interface MemoryLimiter extends Limiter {
  charge(meters: Meters, cost: number, spent?: number): Decision
  look(meters: Meters): Decision
  /** What somebody else counted, taken over: as if all of it had been spent this minute, since when it was isn't told. */
  mirror(meter: Meter, spent: number, debt: number): void
  /** Calls in the hour, and units of debt, as of now. */
  known(meter: Meter): { spent: number; debt: number }
  /** How many subjects are held. */
  readonly size: number
}

/** @param options.now milliseconds since 1970 */
export function createMemoryLimiter(options: { now: () => number }): MemoryLimiter {
  const now = steady(options.now)
  const counters = new Map<string, Counter>()
  let changed: Counter[] = []
  let sweep = counters.values()

  function counterOf(subject: string, at: number): Counter {
    const known = counters.get(subject)
    if (known) return known
    const counter = newCounter(subject, at)
    counters.set(subject, counter)
    return counter
  }

  function touch(counter: Counter): void {
    if (counter.changed) return
    counter.changed = true
    changed.push(counter)
  }

  function decide(meters: Meters, cost: number, charging: boolean): Decision {
    const at = now()
    const minute = minuteOf(at)
    const held: (Counter | undefined)[] = []
    let allowed = true
    for (const { subject, limits } of meters) {
      const counter = counters.get(subject)
      held.push(counter)
      if (counter) forget(counter, minute)
      const spent = counter?.spent ?? 0
      const debt = counter ? debtAt(counter, refillUnits(limits.burst), at) : 0
      if (cost === 0) continue
      if (limits.hour !== null && spent + cost > limits.hour) allowed = false
      else if (debt + cost * UNIT > sizeUnits(limits.burst)) allowed = false
    }
    const readings: Reading[] = []
    for (const [index, { subject, limits }] of meters.entries()) {
      let counter = held[index]
      const refill = refillUnits(limits.burst)
      if (allowed && charging) {
        counter ??= counterOf(subject, at)
        spend(counter, cost, debtAt(counter, refill, at), refill, at)
        touch(counter)
      }
      readings.push(read(counter, limits.hour, refill, allowed ? 0 : cost, at))
    }
    return decision(meters, readings, cost, allowed)
  }

  function take(meters: Meters, spent: number): void {
    const at = now()
    for (const { subject, limits } of meters) {
      const counter = counterOf(subject, at)
      forget(counter, minuteOf(at))
      spendWhatFits(counter, spent, limits, at)
      touch(counter)
    }
  }

  return {
    charge(meters, cost, spent = 0) {
      if (spent > 0) take(meters, spent)
      return decide(meters, cost, cost > 0)
    },
    look: (meters) => decide(meters, 1, false),

    mirror({ subject, limits }, spent, debt) {
      const at = now()
      const counter = counterOf(subject, at)
      counter.minutes.length = 0
      counter.head = 0
      counter.spent = 0
      spend(counter, spent, 0, refillUnits(limits.burst), at)
      counter.debt = debt
      touch(counter)
    },

    known({ subject, limits }) {
      const counter = counters.get(subject)
      if (!counter) return untouched
      const at = now()
      forget(counter, minuteOf(at))
      return { spent: counter.spent, debt: debtAt(counter, refillUnits(limits.burst), at) }
    },

    restore(rows) {
      const at = now()
      for (const row of rows) {
        if (counters.has(row.subject)) continue
        const counter = restored(row, at)
        if (!isIdle(counter, at)) counters.set(row.subject, counter)
      }
    },

    takeChanged() {
      const rows = changed.map(rowOf)
      changed = []
      const at = now()
      for (let looked = 0; looked < SWEPT_AT_ONCE; looked++) {
        const { done, value } = sweep.next()
        if (done === true) {
          sweep = counters.values()
          break
        }
        if (!value.changed && isIdle(value, at)) counters.delete(value.subject)
      }
      return rows
    },

    get size() {
      return counters.size
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

/** @param wanted calls that the hour should have room for; 0 when that is no question */
function read(counter: Counter | undefined, hour: number | null, refill: number, wanted: number, at: number): Reading {
  if (!counter) return untouched
  const { spent } = counter
  return {
    spent,
    debt: debtAt(counter, refill, at),
    hourGrows: hour === null ? 0 : untilForgotten(counter, toGrow(hour, spent), at),
    hourWait: hour === null || wanted === 0 ? 0 : untilForgotten(counter, spent + wanted - hour, at),
  }
}

const untouched: Reading = { spent: 0, debt: 0, hourGrows: 0, hourWait: 0 }

function rowOf(counter: Counter): CounterRow {
  counter.changed = false
  return {
    subject: counter.subject,
    minutes: packMinutes(counter.minutes, counter.head),
    burstDebt: counter.debt / UNIT,
    at: new Date(counter.at),
  }
}

/** What another clock wrote down as later than now counts as of now. */
function restored({ subject, minutes, burstDebt, at }: CounterRow, now: number): Counter {
  const counter = newCounter(subject, Math.min(now, at.getTime()))
  const latest = minuteOf(now)
  const unpacked = unpackMinutes(minutes)
  for (const [index, value] of unpacked.entries()) {
    if (index % 2 === 0) counter.minutes.push(Math.min(value, latest))
    else {
      counter.minutes.push(value)
      counter.spent += value
    }
  }
  counter.debt = Math.round(burstDebt * UNIT)
  return counter
}
