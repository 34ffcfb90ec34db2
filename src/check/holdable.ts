/** What whoever holds an answer of verify needs besides: what makes it worthless, whom it is for, and what it is counted by. */
import { hash } from 'node:crypto'
import { countersOf } from '../limits/counted.ts'
import type { Verdict } from './decide.ts'
import type { Holder } from './holder.ts'
import type { VerifyAnswer } from './verify-answer.ts'

export function holdable({ holder, derived }: Verdict, answer: VerifyAnswer): VerifyAnswer {
  if (!holder || !derived) return { ...answer, depends_on: [] }
  const counters = countersOf(derived.meters)
  return {
    ...answer,
    depends_on: dependenciesOf(holder, derived.tier),
    address_bound: holder.allowedIps !== null,
    limits: answer.limits.map((limit) => ({ ...limit, ...counters.get(limit.policy) })),
  }
}

/** As the revocation feed names them. */
function dependenciesOf({ dependsOn, limitedBy }: Holder, tier: string): string[] {
  const ids = new Set([...dependsOn, tier])
  // Its organization's ceiling is that of the organization's tier.
  if (limitedBy.organizationTier !== null) ids.add(limitedBy.organizationTier)
  return Array.from(ids, (id) => hash('sha256', id, 'base64url'))
}
