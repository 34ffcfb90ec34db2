/**
 * What one subject has spent: its calls by whole minutes, and what its bucket lacks.
 *
 * The hour is the current minute and the 60 before it, so that a window of 60 minutes, wherever it begins, lies within:
 * never more than the quota in any of them. The published error is on the other side: a call is forgotten 60 to 61
 * minutes after it.
 *
 * The bucket is kept as debt, so that a change of tier leaves what was spent spent. All numbers are whole, so that no
 * rounding lets anything through early and Redis' Lua decides exactly like this.
 */
import type { Burst, Limits } from './limits.ts'

export const MINUTE_MS = 60_000
/** Minutes that count: the current one and those before it. */
export const SLOTS = 61

/** One call, in units of debt: with it, a refill of `hour / 3600` a second is a whole number of units a millisecond. */
export const UNIT = 360_000_000
const REFILL_UNIT = UNIT / 1000

/** What bounds a bucket, so that its debt remains a number without rounding (below 2^53). */
export const LARGEST_BURST = 10_000_000
/** About nine calls a day. One unit of refill is a 36th of it. */
export const SMALLEST_REFILL = 0.0001

export interface Counter {
  readonly subject: string
  /** Minute and calls alternate, oldest first, from `head` on: what was forgotten before it is cut off now and then. */
  readonly minutes: number[]
  head: number
  /** All calls in `minutes`. */
  spent: number
  /** In units, as of `at`. */
  debt: number
  /** Milliseconds since 1970. */
  at: number
  /** Units a millisecond, as charged last. */
  refill: number
  /** Since it was last written down. */
  changed: boolean
}

export function newCounter(subject: string, now: number): Counter {
  return { subject, minutes: [], head: 0, spent: 0, debt: 0, at: now, refill: 0, changed: false }
}

export const minuteOf = (now: number): number => Math.floor(now / MINUTE_MS)

export const sizeUnits = ({ size }: Burst): number => size * UNIT

/** A refill that is no multiple of the unit is taken for the nearest one. */
export const refillUnits = ({ refillPerSecond }: Burst): number =>
  Math.max(1, Math.round(refillPerSecond * REFILL_UNIT))

/** Forgets the minutes that are no longer in the hour. */
export function forget(counter: Counter, minute: number): void {
  const { minutes } = counter
  const oldest = minute - SLOTS + 1
  let head = counter.head
  while (head < minutes.length && (minutes[head] ?? 0) < oldest) {
    counter.spent -= minutes[head + 1] ?? 0
    head += 2
  }
  if (head === minutes.length) {
    minutes.length = 0
    head = 0
  } else if (head >= SLOTS) {
    minutes.splice(0, head)
    head = 0
  }
  counter.head = head
}

export function debtAt(counter: Counter, refill: number, now: number): number {
  return Math.max(0, counter.debt - refill * Math.max(0, now - counter.at))
}

/** @param debt what it is now, without these calls */
export function spend(counter: Counter, count: number, debt: number, refill: number, now: number): void {
  addToHour(counter, count, now)
  owe(counter, debt + count * UNIT, refill, now)
}

/** As many of these calls as each policy still has room for, which for the two of them may differ. */
export function spendWhatFits(counter: Counter, count: number, { hour, burst }: Limits, now: number): void {
  const refill = refillUnits(burst)
  const debt = debtAt(counter, refill, now)
  const inHour = hour === null ? count : Math.min(count, Math.max(0, hour - counter.spent))
  const inBurst = Math.min(count, Math.max(0, Math.floor((sizeUnits(burst) - debt) / UNIT)))
  if (inHour === 0 && inBurst === 0) return
  if (inHour > 0) addToHour(counter, inHour, now)
  owe(counter, debt + inBurst * UNIT, refill, now)
}

function addToHour(counter: Counter, count: number, now: number): void {
  const { minutes } = counter
  const minute = minuteOf(now)
  const last = minutes.length - 2
  if (last >= 0 && (minutes[last] ?? 0) >= minute) minutes[last + 1] = (minutes[last + 1] ?? 0) + count
  else minutes.push(minute, count)
  counter.spent += count
}

function owe(counter: Counter, debt: number, refill: number, now: number): void {
  counter.debt = debt
  counter.at = now
  counter.refill = refill
}

/** Milliseconds until so many calls have left the hour; when there aren't as many, until all have. */
export function untilForgotten(counter: Counter, count: number, now: number): number {
  const { minutes } = counter
  let left = count
  let until = 0
  for (let index = counter.head; left > 0 && index < minutes.length; index += 2) {
    left -= minutes[index + 1] ?? 0
    until = ((minutes[index] ?? 0) + SLOTS) * MINUTE_MS - now
  }
  return until
}

/** Milliseconds until so many units have flowed back; not one too few. */
export function untilRefilled(units: number, refill: number): number {
  if (units <= 0) return 0
  const ms = Math.ceil(units / refill)
  return ms * refill < units ? ms + 1 : ms
}

/** After a day without a call nobody asks any more: rows in the database last as long. */
const LONGEST_DEBT_MS = 24 * 60 * MINUTE_MS

/** Has it forgotten everything, as if it had never been? */
export function isIdle(counter: Counter, now: number): boolean {
  forget(counter, minuteOf(now))
  return counter.spent === 0 && (debtAt(counter, counter.refill, now) === 0 || now - counter.at > LONGEST_DEBT_MS)
}
