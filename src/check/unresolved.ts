/** Why a credential has no holder. */

export interface Unresolved {
  readonly code: 'malformed' | 'not_found' | 'expired' | 'proof_required' | 'unavailable' | 'rate_limited'
  readonly retryAfterSeconds: number
}

/** How soon to ask again after an outage, in seconds. */
const OUTAGE_RETRY_SECONDS = 2

export const malformed: Unresolved = { code: 'malformed', retryAfterSeconds: 0 }
export const notFound: Unresolved = { code: 'not_found', retryAfterSeconds: 0 }
export const expired: Unresolved = { code: 'expired', retryAfterSeconds: 0 }
export const proofRequired: Unresolved = { code: 'proof_required', retryAfterSeconds: 0 }
export const unavailable: Unresolved = { code: 'unavailable', retryAfterSeconds: OUTAGE_RETRY_SECONDS }

export function throttled(retryAfterSeconds: number): Unresolved {
  return { code: 'rate_limited', retryAfterSeconds }
}
