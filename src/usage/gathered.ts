/** What waits to be written down: added up by row, so that an outage costs memory for each row and not for each call. */
import type { CounterRow } from '../limits/limits.ts'
import type { UsageCount } from './usage.ts'

export interface Counts {
  allowed: number
  limited: number
  denied: number
  cost: number
}

/** A row of `usage`. `hour` is its beginning. */
export interface UsageRow extends Counts {
  hour: Date
  kind: UsageCount['kind']
  credentialId: string
  /** Empty: none. */
  organizationId: string
  route: string
}

/** Of a secret: the last time that it was accepted. */
export interface LastUse {
  secretId: string
  at: Date
}

/** Of a scope of an API key: the day on which it was needed last. */
export interface Need {
  keyId: string
  scope: string
  /** Since 1970. */
  day: number
}

export interface Batch {
  usage: UsageRow[]
  uses: LastUse[]
  needs: Need[]
  counters: CounterRow[]
}

/**
 * Distinct rows in an outage; some 30 MB. Beyond them a credential's routes are counted as one, and then there are no more
 * rows than credentials that are held in memory: none is read anew while the database is away.
 */
const mostRows = 100_000

/** In one statement, so that it ends in time after a long outage, too. */
const mostAtOnce = 10_000

export interface Gathered {
  addUsage(row: UsageRow): void
  addUse(use: LastUse): void
  addNeed(need: Need): void
  addCounter(row: CounterRow): void
  /** Takes out as much as one statement should write; null when there is nothing. */
  take(): Batch | null
  /** What could not be written goes back to what has come meanwhile. */
  putBack(batch: Batch): void
  readonly rows: number
}

export function createGathered(limit = mostRows): Gathered {
  const usage = new Map<string, UsageRow>()
  const uses = new Map<string, LastUse>()
  // No more than the scopes of credentials that are held in memory.
  const needs = new Map<string, Need>()
  const counters = new Map<string, CounterRow>()

  function addUsage(row: UsageRow): void {
    const key = keyOf(row)
    const known = usage.get(key)
    if (known) addTo(known, row)
    else if (usage.size < limit || row.route === '') usage.set(key, row)
    else addUsage({ ...row, route: '' })
  }

  function addUse(use: LastUse): void {
    const known = uses.get(use.secretId)
    if (!known || known.at < use.at) uses.set(use.secretId, use)
  }

  function addNeed(need: Need): void {
    const key = `${need.keyId} ${need.scope}`
    const known = needs.get(key)
    if (!known || known.day < need.day) needs.set(key, need)
  }

  return {
    addUsage,
    addUse,
    addNeed,
    addCounter: (row) => void counters.set(row.subject, row),
    take() {
      if (usage.size + uses.size + needs.size + counters.size === 0) return null
      return { usage: takeFrom(usage), uses: takeFrom(uses), needs: takeFrom(needs), counters: takeFrom(counters) }
    },
    putBack(batch) {
      for (const row of batch.usage) addUsage(row)
      for (const use of batch.uses) addUse(use)
      for (const need of batch.needs) addNeed(need)
      // A newer one says all that the older did.
      for (const row of batch.counters) if (!counters.has(row.subject)) counters.set(row.subject, row)
    },
    get rows() {
      return usage.size + uses.size + needs.size + counters.size
    },
  }
}

function keyOf({ hour, kind, credentialId, organizationId, route }: UsageRow): string {
  return `${hour.getTime()} ${kind} ${JSON.stringify([credentialId, organizationId])} ${route}`
}

function addTo(sum: Counts, more: Counts): void {
  sum.allowed += more.allowed
  sum.limited += more.limited
  sum.denied += more.denied
  sum.cost += more.cost
}

function takeFrom<T>(map: Map<string, T>): T[] {
  const taken: T[] = []
  for (const [key, value] of map) {
    if (taken.length === mostAtOnce) break
    taken.push(value)
    map.delete(key)
  }
  return taken
}
