/** From what was read of each counter to what is answered: the same for counts in this process and in Redis. */
import { UNIT, refillUnits, sizeUnits, untilRefilled } from './counter.ts'
import type { Decision, Meter, Meters, PolicyState } from './limits.ts'

/** A counter after the decision. Whole numbers; times in milliseconds from now. */
export interface Reading {
  /** Calls in the hour. */
  readonly spent: number
  /** In units. */
  readonly debt: number
  /** Until the hour has room for one call more than now. */
  readonly hourGrows: number
  /** Until the hour has room for what was asked; 0 if it has. */
  readonly hourWait: number
}

/** How many calls have to leave the hour before there is room for one more than now. */
export const toGrow = (hour: number, spent: number): number => Math.max(1, spent - hour + 1)

const names = {
  '': { hour: 'hour', burst: 'burst' },
  'organization-': { hour: 'organization-hour', burst: 'organization-burst' },
} as const satisfies Record<Meter['prefix'], { hour: string; burst: string }>

export const policyNames = (meter: Meter): { hour: string; burst: string } => names[meter.prefix]

const none: readonly string[] = Object.freeze([])

/** @param readings one for each meter */
export function decision(meters: Meters, readings: readonly Reading[], cost: number, allowed: boolean): Decision {
  const policies: PolicyState[] = []
  let violated: string[] | null = null
  let waitMs = 0
  for (const [index, meter] of meters.entries()) {
    const reading = readings[index]
    if (!reading) throw new Error('a meter was not read')
    const { hour, burst } = meter.limits
    const name = policyNames(meter)
    if (hour !== null) {
      policies.push(hourState(name.hour, hour, reading))
      if (!allowed && reading.spent + cost > hour) {
        ;(violated ??= []).push(name.hour)
        waitMs = Math.max(waitMs, reading.hourWait)
      }
    }
    policies.push(burstState(name.burst, meter, reading))
    const lacking = reading.debt + cost * UNIT - sizeUnits(burst)
    if (!allowed && lacking > 0) {
      ;(violated ??= []).push(name.burst)
      // A cost above the bucket's size never passes; what can be said is when the bucket is full.
      waitMs = Math.max(waitMs, untilRefilled(Math.min(lacking, reading.debt), refillUnits(burst)))
    }
  }
  return {
    allowed,
    retryAfterSeconds: allowed ? 0 : Math.max(1, Math.ceil(waitMs / 1000)),
    violated: violated ?? none,
    policies,
  }
}

function hourState(policy: string, hour: number, { spent, hourGrows }: Reading): PolicyState {
  return {
    policy,
    limit: hour,
    remaining: Math.max(0, hour - spent),
    resetSeconds: spent === 0 ? 0 : Math.ceil(hourGrows / 1000),
  }
}

function burstState(policy: string, { limits: { burst } }: Meter, { debt }: Reading): PolicyState {
  const left = sizeUnits(burst) - debt
  const remaining = Math.max(0, Math.floor(left / UNIT))
  const lacking = debt === 0 ? 0 : (remaining + 1) * UNIT - left
  return {
    policy,
    limit: burst.size,
    remaining,
    resetSeconds: Math.ceil(untilRefilled(lacking, refillUnits(burst)) / 1000),
  }
}
