/** What introspection tells of an API key: the same holders and rights as at a check, and no limits, since nothing passes by it. */
import { Problem } from '../http/problem.ts'
import type { LiveApiKey } from '../oidc/api-keys.ts'
import { credential, kindOf } from './credential.ts'
import type { Derived, Holder } from './holder.ts'
import { isHolder, type Holders } from './holders.ts'

export type FindLiveApiKey = (text: string, address: string) => Promise<LiveApiKey | null>

export function createFindLiveApiKey(options: {
  holders: Holders
  current: (holder: Holder) => Derived
  nowMs: () => number
}): FindLiveApiKey {
  const { holders, current, nowMs } = options
  return async (text, address) => {
    const presented = credential(text)
    if (typeof presented === 'string' || kindOf(presented.text) !== 'api_key') return null
    const found = await holders.find(presented, address)
    if (!isHolder(found)) {
      const { code, retryAfterSeconds } = found
      // That the truth isn't known is no reason to call a key dead.
      if (code === 'unavailable' || code === 'rate_limited') throw new Problem(code, { retryAfterSeconds })
      return null
    }
    const { keyId, organizationId, environment, standing, expiresAtMs, issuedAtMs } = found
    if (keyId === null || organizationId === null || environment === null || issuedAtMs === null) return null
    if (standing !== 'live' || nowMs() >= expiresAtMs) return null
    const { scopes, tier } = current(found)
    return {
      keyId,
      organizationId,
      externalId: found.externalId,
      subject: found.subject,
      scopes: [...scopes],
      resource: found.resource,
      environment,
      tier,
      issuedAtMs,
      expiresAtMs,
    }
  }
}
