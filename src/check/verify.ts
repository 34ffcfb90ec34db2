/** Verify: the same decision as at check, for whoever may ask about somebody else's credential, and in JSON. */
import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { environment } from '../http/api/wire.ts'
import { reachOf, reaches, type Principal, type Reach } from '../http/api/principal.ts'
import { Problem } from '../http/problem.ts'
import { andThen, type Soon } from '../platform/soon.ts'
import { credential } from './credential.ts'
import { faultVerdict, type Judge, type Verdict } from './decide.ts'
import type { Holder } from './holder.ts'
import { isHolder, type Holders } from './holders.ts'
import type { Unresolved } from './unresolved.ts'
import { holdable } from './holdable.ts'
import type { Note } from './usage-note.ts'
import type { VerifyAnswer } from './verify-answer.ts'
import { HIGHEST_COST, type Question } from './question.ts'

const MOST_IN_A_BATCH = 100

/** More than any limit lets through in an hour. */
const MOST_SPENT = 1_000_000_000

export const verifyRequest = z
  .strictObject({
    credential: z
      .string()
      .max(16_384, { error: 'is longer than any credential' })
      .describe('An API key or an access token.'),
    scopes: z.array(z.string().max(255)).max(100).default([]).describe('All of them are needed.'),
    resource: z
      .string()
      .min(1)
      .max(2_048)
      .optional()
      .describe('The identifier of the resource that it is used at; unless said, the default one.'),
    environment: environment.default('live'),
    cost: z
      .int({ error: `must be a whole number from 1 to ${HIGHEST_COST}` })
      .min(1)
      .max(HIGHEST_COST)
      .optional()
      .describe(
        'Units that are charged if it may pass; 1 unless said. With `spent` and no cost, no call is asked about.',
      ),
    spent: z
      .int()
      .min(0)
      .max(MOST_SPENT)
      .optional()
      .describe(
        'Units that it has let pass by itself, on an answer that it holds. They are charged before the question is decided, as far as each limit still has room for them, and never refused; `limits` tell what is left.',
      ),
    calls: z.int().min(0).max(MOST_SPENT).default(0).describe('How many calls those units were, for usage.'),
    ip: z
      .string()
      .refine((value) => ipaddr.isValid(value), { error: 'must be an IP address' })
      .optional()
      .describe('The address that the call came from. A key that is bound to addresses is refused without it.'),
    metadata: z.boolean().default(false).describe('Asks for the key’s metadata, too.'),
    depends_on: z
      .boolean()
      .default(false)
      .describe(
        'Asks for what is needed to hold the answer: the digests whose event in the revocation feed makes it worthless, whether it is for one address alone, and by which counters it is limited.',
      ),
  })
  .meta({ id: 'VerifyRequest' })

export type VerifyRequest = z.output<typeof verifyRequest>

export const verifyBatchRequest = z.strictObject({
  requests: z
    .array(verifyRequest)
    .min(1, { error: 'must hold at least one' })
    .max(MOST_IN_A_BATCH, { error: `may hold ${MOST_IN_A_BATCH}` }),
})

/** At once where the credential is known. @throws {Problem} 403 for a caller without the scope, 503 when the truth can't be known */
export type Verify = (principal: Principal, asked: VerifyRequest) => Soon<VerifyAnswer>

export function createVerify(options: {
  holders: Holders
  judge: Judge
  defaultResource: string
  note: Note
  metadataOf: (keyId: string) => Promise<unknown>
}): Verify {
  const { holders, judge, defaultResource, note, metadataOf } = options

  function decide(found: Holder | Unresolved, principal: Principal, reach: Reach, asked: VerifyRequest): Soon<Verdict> {
    // What is somebody else's is answered like what isn't there, and charges nobody.
    const own = !isHolder(found) || (found.organizationId !== null && reaches(principal, reach, found.organizationId))
    if (!own && reach !== 'everything') return faultVerdict('not_found')
    const question = questionOf(asked, defaultResource)
    const { spent, calls } = asked
    return andThen(judge(found, question, asked.ip ?? null, { charge: true, spent }), (verdict) => {
      if (spent === undefined) note(verdict, question)
      else note(verdict, question.cost === 0 ? null : question, { calls, cost: spent })
      return verdict
    })
  }

  function tell(verdict: Verdict, asked: VerifyRequest): Soon<VerifyAnswer> {
    const { retryAfterSeconds, holder } = verdict
    if (verdict.code === 'unavailable') throw new Problem('unavailable', { retryAfterSeconds })
    const answer = asked.depends_on ? holdable(verdict, answerOf(verdict)) : answerOf(verdict)
    if (!asked.metadata || !holder?.keyId) return answer
    return andThen(metadataOf(holder.keyId), (metadata) => ({ ...answer, metadata }))
  }

  return (principal, asked) => {
    const reach = reachOf(principal, 'keys:verify')
    const presented = credential(asked.credential)
    if (typeof presented === 'string') return tell(faultVerdict(presented), asked)
    // Failures are counted by who asks, so that a forged address helps nobody; a platform's own gateway is believed.
    const believed = reach === 'everything' ? asked.ip : undefined
    const found = holders.find(presented, believed ?? `verify ${principal.credentialId}`)
    const verdict = andThen(found, (one) => decide(one, principal, reach, asked))
    return andThen(verdict, (one) => tell(one, asked))
  }
}

function questionOf(asked: VerifyRequest, defaultResource: string): Question {
  return {
    scopes: asked.scopes,
    resource: asked.resource ?? defaultResource,
    environment: asked.environment,
    cost: asked.cost ?? (asked.spent === undefined ? 1 : 0),
    hasRoute: true,
    policy: '',
    route: '',
    onLimit: null,
    onOutage: null,
    mode: 'enforce',
  }
}

function answerOf({ code, holder, derived, limits, missingScopes, retryAfterSeconds }: Verdict): VerifyAnswer {
  return {
    valid: code === 'valid',
    code,
    kind: holder?.kind ?? null,
    subject: holder?.subject ?? null,
    ...(holder?.keyId ? { key_id: holder.keyId } : {}),
    ...(holder?.clientId ? { client_id: holder.clientId } : {}),
    organization_id: holder?.organizationId ?? null,
    external_id: holder?.externalId ?? null,
    scopes: derived ? [...derived.scopes] : [],
    ...(missingScopes.length > 0 ? { missing_scopes: missingScopes } : {}),
    ...(retryAfterSeconds > 0 ? { retry_after: retryAfterSeconds } : {}),
    tier: derived?.tier ?? null,
    environment: holder ? (holder.environment ?? '-') : null,
    limits: (limits?.policies ?? []).map(({ policy, limit, remaining, resetSeconds }) => ({
      policy,
      limit,
      remaining,
      reset_in: resetSeconds,
    })),
    expires_at: holder && holder.expiresAtMs !== Infinity ? new Date(holder.expiresAtMs).toISOString() : null,
  }
}
