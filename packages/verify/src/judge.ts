/** The decision about what is held: the contract's reasons in their order, and then the limits. */
import type { RefusalCode } from './codes.ts'
import { blindWait, take } from './counters.ts'
import type { Held } from './held.ts'
import type { Question } from './question.ts'
import type { Refusal, Verdict, Verdicts } from './verdict.ts'

export interface Situation {
  readonly question: Question
  readonly nowMs: number
  /** Nobody can be asked, and what is held has to do. */
  readonly blind: boolean
}

/** Of a credential that has expired it is told that, and none of these. */
const afterExpired: ReadonlySet<string> = new Set<RefusalCode>([
  'proof_required',
  'wrong_resource',
  'wrong_environment',
  'ip_not_allowed',
])

/** Null: only the server knows. A call that passes is charged here, and its caller has to see that the server is told. */
export function judge(held: Held, situation: Situation, verdicts: Verdicts): Verdict | null {
  const { question, nowMs, blind } = situation
  const { identity, counters } = held
  // A cost above all that it may spend at once comes first, and only of a live credential is it known here.
  if (held.code !== 'valid' && question.cost > held.largestCost) return null
  if (held.code !== 'valid' && !(nowMs >= held.expiresAtMs && afterExpired.has(held.code)))
    return verdicts.refusal(held.code, { identity })
  if (question.cost > held.largestCost) return verdicts.refusal('bad_request', { identity })
  if (nowMs >= held.expiresAtMs) return verdicts.refusal('expired', { identity })
  for (const scope of question.scopes) if (!held.scopes.has(scope)) return lacking(held, question, verdicts)
  if (held.admission && take(counters, question.cost, blind)) return held.admission
  if (!blind) return limited(held, question, verdicts)
  const retryAfterSeconds = blindWait(counters, question.cost)
  return verdicts.refusal('rate_limited', { identity, counters, question, retryAfterSeconds })
}

function lacking({ scopes, identity }: Held, question: Question, verdicts: Verdicts): Refusal {
  const missingScopes = question.scopes.filter((scope) => !scopes.has(scope))
  return verdicts.refusal('insufficient_scope', { identity, question, missingScopes })
}

/** The server has said lately until when it would refuse this. */
function limited(held: Held, question: Question, verdicts: Verdicts): Refusal | null {
  const { limitedUntil, identity, counters } = held
  const waitMs = (limitedUntil.get(question.cost) ?? 0) - performance.now()
  if (waitMs <= 0) return null
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000))
  return verdicts.refusal('rate_limited', { identity, counters, question, retryAfterSeconds })
}
