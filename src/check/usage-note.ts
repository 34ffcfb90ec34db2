/** Counts a decision for the credential that it was about; nobody's are only in the metrics. */
import type { UsageRecorder } from '../usage/usage.ts'
import type { Verdict } from './decide.ts'
import type { Question } from './question.ts'

/** Without a question it was only looked at: its use is noted, and nothing is counted. */
export type Note = (verdict: Verdict, question: Pick<Question, 'route' | 'cost'> | null) => void

export function createNote(usage: Pick<UsageRecorder, 'count' | 'used'>): Note {
  return ({ holder, code, limits }, question) => {
    if (!holder) return
    const { keyId, secretId, clientId, organizationId } = holder
    const passed = code === 'valid'
    if (passed && secretId !== null) usage.used(secretId)
    if (!question) return
    usage.count({
      kind: keyId === null ? 'client' : 'key',
      credentialId: keyId ?? clientId ?? '',
      organizationId,
      route: question.route,
      outcome: passed ? 'allowed' : limits ? 'limited' : 'denied',
      cost: passed ? question.cost : 0,
    })
  }
}
