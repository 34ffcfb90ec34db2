/** What a credential's calls are charged to: its own limits, and what all of its organization share besides. */
import type { LimitOverrides, Limits, Metered, Meter, Meters, Tier, Tiers } from './limits.ts'

export function metersOf(metered: Metered, tiers: Tiers): Meters {
  const { organizationId, organizationTier, environment } = metered
  const tier = tiers.get(metered.tier ?? organizationTier ?? 'free')
  const group = organizationId ?? encodeURIComponent(metered.id)
  const limits = limitsOf(tier, metered.overrides)
  const own: Meter = { group, subject: subjectOf(metered, tier), limits, prefix: '' }
  if (organizationId === null || organizationTier === null) return [own]
  const ceiling = tiers.get(organizationTier).organizationLimits
  if (ceiling === null) return [own]
  return [own, { group, subject: `ceiling:${organizationId}:${environment}`, limits: ceiling, prefix: 'organization-' }]
}

function subjectOf({ kind, id, subject, clientLimitPer, organizationId, environment }: Metered, tier: Tier): string {
  if (tier.limitPer === 'organization' && organizationId !== null)
    return `organization:${organizationId}:${environment}`
  if (kind === 'key') return `key:${id}`
  // One that was brought along may have a client_id of any characters: no two may come to be counted as one.
  const client = `client:${encodeURIComponent(id)}`
  return clientLimitPer === 'client_and_subject' ? `${client}:${subject}` : client
}

/** The tier's, and over them its own. The refill is what was said, or what fills the hour. */
function limitsOf({ limits, saidRefillPerSecond }: Tier, overrides: LimitOverrides | null): Limits {
  if (overrides === null) return limits
  const { hour: ownHour, burst } = overrides
  const hour = ownHour === undefined ? limits.hour : ownHour === 'unlimited' ? null : ownHour
  const said = burst ? burst.refill_per_second : saidRefillPerSecond
  const refillPerSecond = said ?? (hour === null ? limits.burst.refillPerSecond : hour / 3600)
  return { hour, burst: { size: burst?.size ?? limits.burst.size, refillPerSecond } }
}
