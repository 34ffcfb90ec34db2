/** When an event that could not be delivered is sent again. */

const second = 1_000
const minute = 60 * second
const hour = 60 * minute

/** After each attempt that failed, in ms: ten attempts within some three days. */
const delaysMs = [
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
] as const

export const MOST_ATTEMPTS = delaysMs.length + 1

/** Up to a fifth more, so that what failed together doesn't come back together. */
const JITTER = 0.2

/** Longer than that nobody has us wait. */
const LONGEST_RETRY_AFTER_MS = 24 * hour

/**
 * @param attempts how many there have been
 * @param retryAfterMs what the receiver asked for (`Retry-After`): it is never asked earlier than that
 * @param random from 0 to 1
 * @returns null after the last one
 */
export function nextAttemptAt(
  { attempts, now, retryAfterMs = null }: { attempts: number; now: Date; retryAfterMs?: number | null },
  random: number,
): Date | null {
  const delay = delaysMs[attempts - 1]
  if (delay === undefined) return null
  const asked = Math.min(retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS)
  return new Date(now.getTime() + Math.max(delay, asked) * (1 + JITTER * random))
}

/** As every sender writes one (RFC 9110, 5.6.7); JavaScript reads much more as a date. */
const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

/** `Retry-After` (RFC 9110, 10.2.3) in ms from now: seconds, or a date; null for neither. */
export function readRetryAfter(value: string | undefined, now: Date): number | null {
  if (value === undefined) return null
  if (/^\d{1,9}$/.test(value)) return Number(value) * second
  const at = httpDate.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime())
}
