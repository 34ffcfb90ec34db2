/** What a policy is counted by, for those who count on from an answer: worked out once for the same meters. */
import { hash } from 'node:crypto'
import { policyNames } from './decision.ts'
import type { Meters } from './limits.ts'
import { HOUR_SECONDS, windowSeconds } from './window.ts'

export interface Counted {
  /** The same for all that are counted together, and says nothing of who they are. */
  readonly counter: string
  /** The seconds that the limit is for: those of a bucket are until it is full. */
  readonly window: number
}

const known = new WeakMap<Meters, ReadonlyMap<string, Counted>>()

/** By the names of their policies. */
export function countersOf(meters: Meters): ReadonlyMap<string, Counted> {
  const before = known.get(meters)
  if (before) return before
  const counters = new Map<string, Counted>()
  for (const meter of meters) {
    const names = policyNames(meter)
    const counter = (policy: string) => hash('sha256', `${meter.subject} ${policy}`, 'base64url')
    counters.set(names.hour, { counter: counter(names.hour), window: HOUR_SECONDS })
    counters.set(names.burst, { counter: counter(names.burst), window: windowSeconds(meter.limits.burst) })
  }
  known.set(meters, counters)
  return counters
}
