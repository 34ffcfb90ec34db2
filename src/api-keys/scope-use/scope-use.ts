/** Which scopes of a key nothing has needed lately: a narrower key does as well, and opens less to whoever steals it. */
import { day } from '../../platform/clock.ts'
import type { ApiKey } from '../api-key.ts'

export const UNUSED_DAYS = 30

export interface ScopeUse {
  scope: string
  /** The beginning of the day, in UTC; null: never, as far as is known. */
  lastNeededOn: Date | null
  unused: boolean
}

/**
 * Of a scope that was never needed it isn't known since when the key has it: since its last change at the latest. Of what
 * was before `recordedSince` nothing is known.
 */
export function scopeUsesOf(
  key: Pick<ApiKey, 'scopes' | 'createdAt' | 'updatedAt'>,
  uses: ReadonlyMap<string, Date>,
  { recordedSince, now }: { recordedSince: Date; now: Date },
): ScopeUse[] {
  const before = now.getTime() - UNUSED_DAYS * day * 1000
  const knownSince = Math.max(key.updatedAt.getTime(), key.createdAt.getTime(), recordedSince.getTime())
  return key.scopes.map((scope) => {
    const lastNeededOn = uses.get(scope) ?? null
    // It was needed at some time of that day, maybe at its end.
    const last = lastNeededOn === null ? knownSince : lastNeededOn.getTime() + day * 1000
    return { scope, lastNeededOn, unused: last <= before }
  })
}
