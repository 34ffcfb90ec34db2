/** Sends to where somebody else's endpoint is: never into a private network, and not for longer than said. */
import { OutgoingError, type Outgoing } from '../../platform/outgoing.ts'
import type { Failure } from './delivery.ts'
import type { Post } from './attempt.ts'

const TIMEOUT_MS = 15_000
/** What is longer is no answer to a webhook. */
const LONGEST_ANSWER = 64 * 1024

const failures = {
  refused: 'refused_address',
  unreachable: 'unreachable',
  timeout: 'timeout',
  too_large: 'too_large',
} as const satisfies Record<OutgoingError['reason'], Failure>

export function postBy(outgoing: Outgoing): Post {
  return async (url, { headers, body }) => {
    try {
      const limits = { timeoutMs: TIMEOUT_MS, longestAnswer: LONGEST_ANSWER }
      const answer = await outgoing.send(url, { method: 'POST', headers, body, ...limits })
      const { status, headers: answered } = answer
      return { outcome: 'answered', status, retryAfter: answered['retry-after'], body: answer.body.toString('utf8') }
    } catch (error) {
      if (error instanceof OutgoingError) return { outcome: failures[error.reason] }
      throw error
    }
  }
}
