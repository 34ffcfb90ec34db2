/** When the end of a key, or of a client's secret, is told of: before it, by days, and when it has come. */
import { day } from '../../platform/clock.ts'

/** Days before the end. */
const EXPIRY_DAYS = [30, 14, 7, 1] as const

/** What has no further notice. A date that every column can hold. */
export const NEVER = new Date('9999-12-31T00:00:00Z')

/** After so long it is no news that something has ended, for what nobody has looked at before: an installation moves up. */
const STALE_MS = day * 1000

export interface Life {
  bornAt: Date
  /** Null: without an end. */
  endsAt: Date | null
  /** When its end was set, at the latest. */
  changedAt: Date
  /** When it was to be looked at; null: not since its end was set. */
  noticeAt: Date | null
}

/** What is due now, only the most urgent of it, and when to look again. */
export function noticeDue(life: Life, now: Date): { tell: 'expiring' | 'expired' | null; next: Date } {
  const { endsAt, noticeAt, changedAt } = life
  if (endsAt === null) return { tell: null, next: NEVER }
  if (endsAt <= now) {
    const isNews = noticeAt !== null || now.getTime() - endsAt.getTime() <= STALE_MS
    return { tell: isNews ? 'expired' : null, next: NEVER }
  }
  const times = noticeTimes(life, endsAt)
  // Whoever sets an end knows how far away it is then.
  const since = noticeAt === null ? changedAt.getTime() : noticeAt.getTime() - 1
  const passed = times.some((at) => at > since && at <= now.getTime())
  const next = times.find((at) => at > now.getTime()) ?? endsAt.getTime()
  return { tell: passed ? 'expiring' : null, next: new Date(next) }
}

/** Earliest first. What would come in the first half of its life is left out: it says nothing to whoever has just made it. */
function noticeTimes({ bornAt }: Pick<Life, 'bornAt'>, endsAt: Date): number[] {
  const end = endsAt.getTime()
  const half = (end - bornAt.getTime()) / 2
  return EXPIRY_DAYS.map((days) => days * day * 1000)
    .filter((before) => before <= half)
    .map((before) => end - before)
}

/** Begun ones count: what ends in 30 hours ends in 2 days. */
export function daysLeft(endsAt: Date, now: Date): number {
  return Math.max(0, Math.ceil((endsAt.getTime() - now.getTime()) / (day * 1000)))
}
