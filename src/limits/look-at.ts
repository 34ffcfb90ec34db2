/** What somebody else's credential may still spend: the counts that decide about it, looked at without a charge. */
import type { Db } from '../platform/database.ts'
import type { Limiter, Metered, PolicyState, Tiers } from './limits.ts'
import { metersOf } from './meters.ts'
import { listCounters } from './store.ts'

export interface Standing {
  tier: string
  /** Unlimited ones are left out. */
  policies: readonly PolicyState[]
}

export type LookAt = (metered: Metered) => Promise<Standing>

export function createLookAt(options: { db: Db; tiers: Tiers; limiter: Pick<Limiter, 'restore' | 'look'> }): LookAt {
  const { db, tiers, limiter } = options
  return async (metered) => {
    const meters = metersOf(metered, tiers)
    // Since the start it may not have been asked about yet, and what it had spent before counts.
    const subjects = meters.map(({ subject }) => subject)
    limiter.restore(await listCounters(db, subjects))
    const { policies } = await limiter.look(meters)
    return { tier: tiers.get(metered.tier ?? metered.organizationTier ?? 'free').name, policies }
  }
}
