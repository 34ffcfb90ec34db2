/** Takes what the browser brings back, if it is the answer to what this browser asked. */
import type { Clock } from '../../platform/clock.ts'
import { constantTimeEqual } from '../../platform/secrets.ts'
import type { Demo } from './demo.ts'
import type { Callback, Flow } from './flow.ts'

export type Received =
  | 'taken'
  /** Nobody asked, or somebody else did: nothing of it is kept. */
  | 'foreign'
  /** It was taken before: the page was loaded again. */
  | 'again'

export function receive(
  { demo, clock }: { demo: Demo; clock: Clock },
  flow: Flow | null,
  query: Readonly<Record<string, string>>,
): Received {
  if (!flow || !constantTimeEqual(query['state'] ?? '', flow.request.state)) return 'foreign'
  if (flow.callback) return 'again'
  const url = `${demo.redirectUri}?${new URLSearchParams(query).toString()}`
  flow.callback = { url, at: clock.now(), answer: answerIn(query, demo.issuer) }
  return 'taken'
}

function answerIn(query: Readonly<Record<string, string>>, issuer: string): Callback['answer'] {
  // Before anything else is believed, an error neither (RFC 9207, 2.4).
  if (query['iss'] !== issuer) {
    return { fault: { code: 'issuer_mismatch', description: 'The answer does not name the server that was asked.' } }
  }
  const { code, error, error_description: description } = query
  if (error !== undefined) return { fault: { code: error, description: description ?? null } }
  if (code === undefined) return { fault: { code: 'invalid_response', description: 'The answer has no code.' } }
  return { code }
}
