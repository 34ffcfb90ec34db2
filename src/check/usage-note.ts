/** Counts a decision for the credential that it was about, and shows its limits to whoever watches them; nobody's are only in the metrics. */
import type { LimitWatch } from '../notices/near-limits/watch.ts'
import type { UsageRecorder } from '../usage/usage.ts'
import type { Verdict } from './decide.ts'
import type { Question } from './question.ts'

/** Without a question it was only looked at: its use is noted, and no decision is counted. */
export type Note = (
  verdict: Verdict,
  question: Pick<Question, 'route' | 'cost' | 'scopes'> | null,
  /** What whoever holds its answer has let pass by itself, and tells of now. */
  elsewhere?: { readonly calls: number; readonly cost: number },
) => void

export function createNote(usage: Pick<UsageRecorder, 'count' | 'used'>, watch: Pick<LimitWatch, 'see'>): Note {
  return ({ holder, code, limits, derived }, question, elsewhere) => {
    if (!holder) return
    const { keyId, secretId, clientId, organizationId } = holder
    const passed = code === 'valid'
    if (keyId !== null && limits && derived) watch.see(keyId, derived.meters, limits)
    if (passed && secretId !== null) usage.used(secretId)
    const kind = keyId === null ? 'client' : 'key'
    const credentialId = keyId ?? clientId ?? ''
    if (elsewhere && elsewhere.calls > 0) {
      usage.count({ kind, credentialId, organizationId, route: '', outcome: 'allowed', ...elsewhere })
    }
    if (!question) return
    usage.count({
      kind,
      credentialId,
      organizationId,
      route: question.route,
      outcome: passed ? 'allowed' : code === 'rate_limited' ? 'limited' : 'denied',
      cost: passed ? question.cost : 0,
      scopes: passed && keyId !== null ? question.scopes : undefined,
    })
  }
}
