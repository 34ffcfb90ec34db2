/**
 * How far each limit may still be used here before the server is asked: counted on from what it told last. Far from a limit
 * calls pass at once and are told of afterwards; the nearer it is, the sooner, and at last each call is the server's to decide.
 */
import type { CountedLimit, LimitTold } from './wire.ts'

/** One policy of whatever is counted together: of a key, of a client, of a whole organization. */
export interface Counter {
  readonly id: string
  readonly policy: string
  limit: number
  /** Seconds that the limit is for. */
  window: number
  /** Whole units, as told last. */
  remaining: number
  /** Of those as many may pass before the server is told. */
  allowance: number
  /** When there is one unit more, by a clock that nobody sets; 0: all are there. */
  resetAt: number
  /** Passed here, and not told yet, or told without an answer yet. */
  outstanding: number
  /** The number of the request whose answer told it. */
  toldBy: number
  /** How many of those that are held are counted by it. */
  holders: number
}

/**
 * What the server isn't told of yet is at most this part of what it said is left: the bound of what several instances can
 * let through beyond a limit (README, "Overrun").
 */
const SHARE = 8

export interface Counters {
  /** Those of an answer, with what it says of them. @param number of the request that was answered */
  told(limits: readonly CountedLimit[], number: number): readonly Counter[]
  /** Somebody is counted by them, until `release`. */
  hold(counters: readonly Counter[]): void
  release(counters: readonly Counter[]): void
  /** The server has been told of so much. */
  settle(counters: readonly Counter[], units: number): void
}

export function createCounters(): Counters {
  const known = new Map<string, Counter>()

  function counterOf({ counter: id, policy, limit, window }: CountedLimit): Counter {
    const before = known.get(id)
    if (before) return before
    const none = { remaining: 0, allowance: 0, resetAt: 0, outstanding: 0, toldBy: -1, holders: 0 }
    const counter = { id, policy, limit, window, ...none }
    known.set(id, counter)
    return counter
  }

  /** What nobody is counted by any more, and of which all is told, is known anew when somebody is. */
  function leave(counter: Counter): void {
    if (counter.holders <= 0 && counter.outstanding === 0 && known.get(counter.id) === counter) known.delete(counter.id)
  }

  return {
    told(limits, number) {
      return limits.map((limit) => {
        const counter = counterOf(limit)
        counter.window = limit.window
        tell(counter, limit, number)
        return counter
      })
    },
    hold(counters) {
      for (const counter of counters) {
        counter.holders++
        if (!known.has(counter.id)) known.set(counter.id, counter)
      }
    },
    release(counters) {
      for (const counter of counters) {
        counter.holders--
        leave(counter)
      }
    },
    settle(counters, units) {
      for (const counter of counters) {
        counter.outstanding = Math.max(0, counter.outstanding - units)
        leave(counter)
      }
    },
  }
}

/** The same of those that are known, by the names of their policies. */
export function retell(counters: readonly Counter[], limits: readonly LimitTold[], number: number): void {
  for (const counter of counters) {
    const limit = limits.find(({ policy }) => policy === counter.policy)
    if (limit) tell(counter, limit, number)
  }
}

function tell(counter: Counter, told: LimitTold, number: number): void {
  // Answers may overtake each other: an older one knows of less that was spent.
  if (number < counter.toldBy) return
  counter.toldBy = number
  counter.limit = told.limit
  counter.remaining = told.remaining
  counter.allowance = told.remaining === 0 ? 0 : Math.max(1, Math.floor(told.remaining / SHARE))
  counter.resetAt = told.reset_in === 0 ? 0 : performance.now() + told.reset_in * 1000
}

/** Charges all of them, or none. @param blind nobody can be asked: then all that is left may be used */
export function take(counters: readonly Counter[], cost: number, blind: boolean): boolean {
  for (const counter of counters) {
    if (counter.outstanding + cost > (blind ? counter.remaining : counter.allowance)) return false
  }
  for (const counter of counters) counter.outstanding += cost
  return true
}

/** Half of what may pass untold has passed: it is told before the rest is needed. */
export function isPressing(counters: readonly Counter[]): boolean {
  for (const { outstanding, allowance } of counters) if (outstanding * 2 > allowance) return true
  return false
}

/** Seconds until there may be room for so much; never 0. */
export function blindWait(counters: readonly Counter[], cost: number): number {
  let until = 0
  for (const { outstanding, remaining, resetAt } of counters) {
    if (outstanding + cost > remaining) until = Math.max(until, resetAt)
  }
  return Math.max(1, Math.ceil((until - performance.now()) / 1000))
}
