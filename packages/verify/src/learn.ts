/** From what the server says, and from what a token says of itself, to what is held. */
import type { AccessTokenClaims } from './access-token.ts'
import type { Charge } from './charges.ts'
import { isRefusalCode, type RefusalCode } from './codes.ts'
import type { Counter } from './counters.ts'
import { digestOfId } from './digest.ts'
import type { Facts, Held } from './held.ts'
import type { Identity } from './identity.ts'
import type { Question } from './question.ts'
import type { Verdict, Verdicts } from './verdict.ts'
import type { Answer, HoldableAnswer } from './wire.ts'

/** These come last: the credential itself is good, and the answer is about what was asked of it. */
const ofQuestion: ReadonlySet<string> = new Set(['valid', 'insufficient_scope', 'rate_limited'])

/** A code that this version doesn't know is no yes. */
const codeOf = (answer: Answer): 'valid' | RefusalCode =>
  answer.valid ? 'valid' : isRefusalCode(answer.code) ? answer.code : 'unavailable'

export interface Learning {
  readonly answer: HoldableAnswer
  readonly counters: readonly Counter[]
  readonly askedCost: number
  readonly ip: string | undefined
  readonly freshUntil: number
  /** What is held of it already. */
  readonly before: Held | undefined
}

/** Of the call that was asked about. */
export function verdictOf({ answer, counters }: Learning, question: Question, verdicts: Verdicts): Verdict {
  const identity = answer.kind === null ? null : identityOf(answer)
  const code = codeOf(answer)
  if (code === 'valid') return verdicts.admission(identity ?? identityOf(answer), counters)
  return verdicts.refusal(code, {
    identity,
    counters,
    question,
    missingScopes: answer.missing_scopes ?? [],
    retryAfterSeconds: answer.retry_after ?? (code === 'unavailable' ? 1 : 0),
  })
}

/** Null: there is nothing to hold. */
export function heldOf(learning: Learning, verdicts: Verdicts): Held | null {
  const { answer, counters, askedCost, freshUntil, before, ip } = learning
  // A bad question comes first: it says nothing of the credential.
  if (answer.kind === null || codeOf(answer) === 'unavailable' || answer.code === 'bad_request') return null
  const code = ofQuestion.has(answer.code) ? 'valid' : codeOf(answer)
  const identity = identityOf(answer)
  const live = code === 'valid'
  // What isn't counted can't be counted on from.
  if (live && counters.length === 0) return null
  return {
    code,
    identity,
    scopes: new Set(answer.scopes),
    expiresAtMs: answer.expires_at === null ? Infinity : Date.parse(answer.expires_at),
    counters,
    // A dead one was refused before its limits were looked at.
    largestCost: live ? largestCost(counters) : askedCost,
    addressBound: answer.address_bound === true,
    freshUntil,
    admission: live ? verdicts.admission(identity, counters) : null,
    charge: live ? chargeOf(counters, ip, before) : null,
    limitedUntil: limitedUntil(learning),
    dependsOn: answer.depends_on,
  }
}

/** What was spent of the same counters and not told yet goes on with it. */
function chargeOf(counters: readonly Counter[], ip: string | undefined, before: Held | undefined): Charge {
  const charge = before?.charge
  const same = charge && charge.ip === ip && charge.counters.every((counter, index) => counter === counters[index])
  return same ? charge : { counters, text: '', ip, units: 0, calls: 0 }
}

function limitedUntil({ answer, askedCost, before }: Learning): Map<number, number> {
  if (answer.code !== 'rate_limited') return new Map()
  const known = before && before.limitedUntil.size < MOST_COSTS ? before.limitedUntil : new Map<number, number>()
  return known.set(askedCost, performance.now() + (answer.retry_after ?? 1) * 1000)
}

/** An API has a few costs. */
const MOST_COSTS = 20

function largestCost(counters: readonly Counter[]): number {
  const bursts = counters.filter(({ policy }) => policy.endsWith('burst')).map(({ limit }) => limit)
  return Math.min(...bursts)
}

function identityOf(answer: Answer): Identity {
  return {
    kind: answer.kind ?? 'api_key',
    subject: answer.subject ?? '',
    organization: answer.organization_id,
    externalId: answer.external_id,
    scopes: answer.scopes,
    tier: answer.tier ?? '',
    environment: answer.environment ?? '-',
    keyId: answer.key_id ?? null,
    clientId: answer.client_id ?? null,
  }
}

/** The digests of what the token itself hangs on. */
export const ownDigests = ({ jti, fam, sid }: AccessTokenClaims): string[] =>
  [jti, fam, sid].filter((id) => id !== undefined).map(digestOfId)

/** What one of its tokens has told of a client and its subject, without what hangs on that token alone. */
export function factsOf(claims: AccessTokenClaims, { answer, counters }: Learning): Facts | null {
  if (answer.kind !== 'access_token' || !ofQuestion.has(answer.code)) return null
  const own = new Set(ownDigests(claims))
  return {
    organization: answer.organization_id,
    externalId: answer.external_id,
    tier: answer.tier ?? '',
    counters,
    largestCost: largestCost(counters),
    dependsOn: answer.depends_on.filter((digest) => !own.has(digest)),
  }
}

/** A token that its signature and the facts of its client decide about. */
export function heldToken(claims: AccessTokenClaims, facts: Facts, resource: string, verdicts: Verdicts): Held {
  const { aud, sub, client_id: clientId, scope = '', exp } = claims
  const { organization, externalId, tier, counters, largestCost: most } = facts
  const scopes = scope.split(' ').filter((name) => name !== '')
  const identity: Identity = {
    kind: 'access_token',
    subject: sub,
    organization,
    externalId,
    scopes,
    tier,
    environment: '-',
    keyId: null,
    clientId,
  }
  const fits = (typeof aud === 'string' ? aud : aud[0]) === resource
  return {
    code: fits ? 'valid' : 'wrong_resource',
    identity,
    scopes: new Set(scopes),
    expiresAtMs: exp * 1000,
    counters,
    largestCost: most,
    addressBound: false,
    freshUntil: Infinity,
    admission: fits ? verdicts.admission(identity, counters) : null,
    charge: fits ? { counters, text: '', ip: undefined, units: 0, calls: 0 } : null,
    limitedUntil: new Map(),
    dependsOn: [...facts.dependsOn, ...ownDigests(claims)],
  }
}
