/** Every tier, in memory, as it is now: the database's notices keep it true. */
import type { Changes } from '../platform/changes.ts'
import type { Db } from '../platform/database.ts'
import type { Log } from '../platform/log.ts'
import { createReading } from '../platform/reading.ts'
import type { Limits, Tier, Tiers } from './limits.ts'
import type { WrittenLimits } from './schema.ts'
import { listTiers, type TierRow } from './store.ts'

export interface LiveTiers extends Tiers {
  /** Reads them anew; resolves when everything that was committed before the call is there. */
  refresh(): Promise<void>
}

/**
 * Resolves once they have been read; from then on every answer is synchronous. A reload that fails keeps what was read
 * last and is tried again until it works.
 */
export async function createTiers(options: {
  db: Db
  changes: Pick<Changes, 'on' | 'onGap'>
  log: Log
}): Promise<LiveTiers> {
  const { db, changes, log } = options
  let current = index([])
  let read = ''
  let version = 0

  async function load(): Promise<void> {
    const rows = await listTiers(db)
    const text = JSON.stringify(rows)
    // A gap in the notices is no change: what was worked out stays.
    if (text === read) return
    read = text
    current = index(rows.map(toTier))
    version++
  }

  const reading = createReading('the tiers', load, log)
  // Listening comes before the first read, so that no change falls between the two.
  changes.on('tier', reading.reload)
  changes.onGap(reading.reload)
  try {
    await reading.refresh()
  } catch (error) {
    reading[Symbol.dispose]()
    throw error
  }

  return {
    get: (name) => current.byName.get(name) ?? current.fallback,
    has: (name) => current.byName.has(name),
    get version() {
      return version
    },
    refresh: reading.refresh,
    [Symbol.dispose]: reading[Symbol.dispose],
  }
}

function index(tiers: readonly Tier[]): { byName: ReadonlyMap<string, Tier>; fallback: Tier } {
  const byName = new Map(tiers.map((tier) => [tier.name, tier]))
  const [smallest] = tiers.toSorted((a, b) => rateOf(a.limits) - rateOf(b.limits))
  return { byName, fallback: byName.get('free') ?? smallest ?? least }
}

/** Only where somebody has emptied the table by hand: whoever is limited by nothing must not be unlimited. */
const least: Tier = {
  name: 'free',
  limits: { hour: 1_000, burst: { size: 100, refillPerSecond: 1_000 / 3600 } },
  saidRefillPerSecond: null,
  limitPer: 'key',
  organizationLimits: null,
}

const rateOf = ({ hour, burst }: Limits): number => hour ?? burst.refillPerSecond * 3600

function toTier({ name, limit_per: limitPer, organization_limits: shared, ...limits }: TierRow): Tier {
  return {
    name,
    limits: limitsOf(limits),
    saidRefillPerSecond: limits.burst.refill_per_second ?? null,
    limitPer,
    organizationLimits: shared && limitsOf(shared),
  }
}

function limitsOf({ hour, burst }: Pick<WrittenLimits, 'hour' | 'burst'>): Limits {
  const size = burst.size
  if (hour !== 'unlimited') return { hour, burst: { size, refillPerSecond: burst.refill_per_second ?? hour / 3600 } }
  // It is said wherever a tier is written; a row made by hand that lacks it fills as it would for a bucket an hour.
  return { hour: null, burst: { size, refillPerSecond: burst.refill_per_second ?? size / 3600 } }
}
