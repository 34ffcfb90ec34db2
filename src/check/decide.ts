/** The decision: one table of steps, in the contract's order, and then the limits. */
import type { Decision, Limiter } from '../limits/limits.ts'
import { andThen, type Soon } from '../platform/soon.ts'
import type { CheckCode } from './codes.ts'
import type { Derived, Holder } from './holder.ts'
import { isHolder } from './holders.ts'
import type { Unresolved } from './unresolved.ts'
import type { Question } from './question.ts'

export interface Verdict {
  readonly code: CheckCode
  /** Null: nobody is known. */
  readonly holder: Holder | null
  readonly derived: Derived | null
  /** What the limits say; null where they weren't asked. */
  readonly limits: Decision | null
  readonly missingScopes: readonly string[]
  /** Whole seconds; 0: none to tell. */
  readonly retryAfterSeconds: number
}

/** What else a step looks at. */
interface Situation {
  readonly question: Question
  readonly derived: Derived
  readonly nowMs: number
  /** The caller's address; null: unknown, as when a verify doesn't say it. */
  readonly address: string | null
  /** Is the resource registered? */
  readonly knows: (resource: string) => boolean
}

type Step = readonly [code: CheckCode, applies: (holder: Holder, situation: Situation) => boolean]

/** The first that applies is the answer. What comes before a holder is known (https, the question, an outage) was asked before. */
const steps: readonly Step[] = [
  ['bad_request', (_, { question, derived }) => derived.meters.some(({ limits }) => question.cost > limits.burst.size)],
  ['revoked', ({ standing }) => standing === 'revoked'],
  ['disabled', ({ standing }) => standing === 'disabled'],
  ['expired', ({ expiresAtMs }, { nowMs }) => nowMs >= expiresAtMs],
  ['proof_required', ({ standing }) => standing === 'proof_required'],
  ['no_route', (_, { question }) => !question.hasRoute],
  [
    'wrong_resource',
    ({ resource }, { question, knows }) =>
      resource === null ? !knows(question.resource) : resource !== question.resource,
  ],
  [
    'wrong_environment',
    ({ environment }, { question }) => environment !== null && environment !== question.environment,
  ],
  [
    'ip_not_allowed',
    ({ allowedIps }, { address }) => allowedIps !== null && (address === null || !allowedIps.has(address)),
  ],
  ['insufficient_scope', (_, { question, derived }) => question.scopes.some((scope) => !derived.scopes.has(scope))],
]

/** Why this credential may not pass, limits aside; null: it may. */
function refusalOf(holder: Holder, situation: Situation): CheckCode | null {
  for (const [code, applies] of steps) if (applies(holder, situation)) return code
  return null
}

const none: readonly string[] = []

function unresolvedVerdict({ code, retryAfterSeconds }: Unresolved): Verdict {
  return { code, holder: null, derived: null, limits: null, missingScopes: none, retryAfterSeconds }
}

export function faultVerdict(code: CheckCode): Verdict {
  return { code, holder: null, derived: null, limits: null, missingScopes: none, retryAfterSeconds: 0 }
}

export interface JudgeOptions {
  readonly charge: boolean
  /** Units that it has let pass elsewhere, which are charged whatever the verdict; then the limits are told with a refusal, too. */
  readonly spent?: number | undefined
}

export interface Judge {
  /** At once where the credential is known and limits are counted in this process. Charges if it may pass. */
  (found: Holder | Unresolved, question: Question, address: string | null, options?: JudgeOptions): Soon<Verdict>
}

export function createJudge(options: {
  limiter: Limiter
  current: (holder: Holder) => Derived
  nowMs: () => number
  knows: (resource: string) => boolean
}): Judge {
  const { limiter, current, nowMs, knows } = options
  return (found, question, address, { charge, spent } = { charge: true }) => {
    if (!isHolder(found)) return unresolvedVerdict(found)
    const derived = current(found)
    const refusal = refusalOf(found, { question, derived, nowMs: nowMs(), address, knows })
    if (refusal !== null) {
      const missingScopes =
        refusal === 'insufficient_scope' ? question.scopes.filter((scope) => !derived.scopes.has(scope)) : none
      const refused = { code: refusal, holder: found, derived, limits: null, missingScopes, retryAfterSeconds: 0 }
      if (spent === undefined) return refused
      return andThen(limiter.charge(derived.meters, 0, spent), (told) => ({ ...refused, limits: told }))
    }
    const limits = charge ? limiter.charge(derived.meters, question.cost, spent) : limiter.look(derived.meters)
    return limits instanceof Promise
      ? limits.then((decision) => limited(found, derived, decision))
      : limited(found, derived, limits)
  }
}

function limited(holder: Holder, derived: Derived, limits: Decision): Verdict {
  return {
    code: limits.allowed ? 'valid' : 'rate_limited',
    holder,
    derived,
    limits,
    missingScopes: none,
    retryAfterSeconds: limits.retryAfterSeconds,
  }
}
