/** The platform's tiers, and what their limits mean for a chart. */
import type { Desk } from '../desk.ts'
import type { Listed } from '../wire.ts'

export interface TierOut {
  name: string
  hour: number | 'unlimited'
  burst: { size: number }
  limit_per: 'key' | 'organization'
  organization_limits: { hour: number | 'unlimited' } | null
}

const listTiers = async (desk: Desk): Promise<TierOut[]> =>
  (await desk.api.get<Listed<TierOut>>('/v1/tiers', { limit: '200' })).data

export const tierNames = async (desk: Desk): Promise<string[]> => (await listTiers(desk)).map(({ name }) => name)

export const tierNamed = async (desk: Desk, name: string): Promise<TierOut | null> =>
  (await listTiers(desk)).find((tier) => tier.name === name) ?? null

/** What all keys of an organization may spend together in an hour; null: each for itself, or without end. */
export function sharedHour({ hour, limit_per, organization_limits }: TierOut): number | null {
  const shared = [limit_per === 'organization' ? hour : 'unlimited', organization_limits?.hour ?? 'unlimited']
  const least = Math.min(...shared.map((limit) => (limit === 'unlimited' ? Infinity : limit)))
  return least === Infinity ? null : least
}

/** What one key may spend in an hour, by itself or with the others; null: without end. */
export function hourOfKey(tier: TierOut): number | null {
  const own = tier.hour === 'unlimited' ? Infinity : tier.hour
  const least = Math.min(own, sharedHour(tier) ?? Infinity)
  return least === Infinity ? null : least
}
