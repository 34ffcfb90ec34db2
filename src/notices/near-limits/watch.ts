/**
 * Sees, at each check, whether an hour's quota comes to its end. A check pays a comparison for each policy; what is to be told
 * is only noted here, and written down in the background.
 */
import type { Decision, Meters } from '../../limits/limits.ts'
import type { Clock } from '../../platform/clock.ts'

export type LimitLevel = 'approaching' | 'reached'

export interface SeenLimit {
  /** What is counted, and the policy: told once in an hour. */
  readonly subject: string
  readonly level: LimitLevel
  readonly keyId: string
  readonly policy: string
  readonly limit: number
  readonly remaining: number
  /** By all keys of the organization. */
  readonly shared: boolean
}

export interface LimitWatch {
  see(keyId: string, meters: Meters, decision: Decision): void
  /** What waits to be told, so many at most. */
  take(most: number): SeenLimit[]
  /** What could not be written down is taken again. */
  putBack(seen: readonly SeenLimit[]): void
  /** How far which of them were told, and when, by this node or another. */
  learn(told: readonly { subject: string; level: LimitLevel; toldAt: Date }[]): void
}

export const WINDOW_MS = 3_600_000
/** Of subjects that near their end at once. Those beyond are told when others have been. */
const MOST_SUBJECTS = 50_000

const hourOf = { hour: '', 'organization-hour': 'organization-' } as const

export function createLimitWatch(clock: Clock): LimitWatch {
  /** How far each was told, or waits to be, and until when that holds. */
  const known = new Map<string, { level: LimitLevel; untilMs: number }>()
  const waiting = new Map<string, SeenLimit>()

  function note(seen: SeenLimit): void {
    const { subject, level } = seen
    const nowMs = clock.now().getTime()
    const before = known.get(subject)
    if (before && before.untilMs > nowMs && (before.level === 'reached' || level === 'approaching')) return
    if (!before && known.size >= MOST_SUBJECTS) return
    known.set(subject, { level, untilMs: nowMs + WINDOW_MS })
    waiting.set(subject, seen)
  }

  return {
    see(keyId, meters, { policies, violated }) {
      for (const { policy, limit, remaining } of policies) {
        // A fifth is left. Buckets for bursts empty all the time, and refill within seconds.
        if (remaining * 5 > limit || (policy !== 'hour' && policy !== 'organization-hour')) continue
        const meter = meters.find(({ prefix }) => prefix === hourOf[policy])
        if (!meter) continue
        const level = remaining === 0 || violated.includes(policy) ? 'reached' : 'approaching'
        const shared = !meter.subject.startsWith('key:')
        note({ subject: `${meter.subject} ${policy}`, level, keyId, policy, limit, remaining, shared })
      }
    },
    take(most) {
      const taken: SeenLimit[] = []
      for (const [subject, seen] of waiting) {
        if (taken.length === most) break
        taken.push(seen)
        waiting.delete(subject)
      }
      if (known.size > 0) {
        const nowMs = clock.now().getTime()
        for (const [subject, { untilMs }] of known) if (untilMs <= nowMs) known.delete(subject)
      }
      return taken
    },
    putBack(seen) {
      for (const one of seen) if (!waiting.has(one.subject)) waiting.set(one.subject, one)
    },
    learn(told) {
      for (const { subject, level, toldAt } of told)
        known.set(subject, { level, untilMs: toldAt.getTime() + WINDOW_MS })
    },
  }
}
