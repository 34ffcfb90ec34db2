/** Who calls the management API: the same credentials, holders and limits as at a check, for the resource `<API_URL>/v1`. */
import type { IncomingMessage } from 'node:http'
import type { Principal } from '../http/api/principal.ts'
import { isManagementScope } from '../http/api/scopes.ts'
import { Problem, type ProblemCode } from '../http/problem.ts'
import { headersOf } from '../limits/headers.ts'
import type { Note } from './usage-note.ts'
import { andThen, type Soon } from '../platform/soon.ts'
import { checkCodes, type CheckCode } from './codes.ts'
import { credentialOf, type CredentialFault } from './credential.ts'
import type { Judge, Verdict } from './decide.ts'
import type { Derived, Holder } from './holder.ts'
import type { Holders } from './holders.ts'
import type { Unresolved } from './unresolved.ts'
import type { Question } from './question.ts'

/** What to do about each, in one sentence; the documentation shows the same. */
export const refusalDetails: Readonly<Partial<Record<CheckCode, string>>> = {
  missing: 'Send an API key or an access token: Authorization: Bearer …',
  malformed: 'What was sent is neither an API key nor an access token. Was it copied whole?',
  not_found: 'This credential is unknown.',
  revoked: 'This credential was revoked. Use another one.',
  disabled: 'This credential, or who it acts for, is disabled.',
  expired: 'This credential has expired. Rotate the key, or get a new token.',
  proof_required: 'This token is bound to a key and needs its proof.',
  wrong_resource: 'This credential is for another resource than this API.',
  ip_not_allowed: 'This key may not be used from this address.',
  rate_limited: 'Wait for as long as Retry-After says, then try again.',
}

export interface Authenticated {
  principal: Principal
  holder: Holder
}

interface Charging {
  charge: boolean
  /** Takes a key that is for another resource alone, too. */
  anyResource: boolean
  /** Sets the limits' headers. */
  setHeader?: (name: string, value: string) => void
}

/** At once where the credential is known. @throws {Problem} 400, 401, 403, 429 or 503; also by rejecting */
export type Authenticate = (request: IncomingMessage, address: string, charging: Charging) => Soon<Authenticated>

export function createAuthenticate(options: {
  holders: Holders
  judge: Judge
  current: (holder: Holder) => Derived
  note: Note
  nowMs: () => number
  /** `<API_URL>/v1`. */
  resource: string
  issuer: string
}): Authenticate {
  const { holders, judge, current, note, nowMs, resource, issuer } = options
  const question: Omit<Question, 'environment'> = {
    scopes: [],
    resource,
    cost: 1,
    hasRoute: true,
    policy: '',
    route: '',
    onLimit: null,
    onOutage: null,
    mode: 'enforce',
  }
  const metadata = `resource_metadata="${issuer}/.well-known/oauth-protected-resource"`
  // Who sent none is told no error (RFC 6750, 3.1).
  const challengeOf = (code: CheckCode) =>
    code === 'missing' ? `Bearer ${metadata}` : `Bearer error="invalid_token", ${metadata}`

  function judged(found: Holder | Unresolved, address: string, charging: Charging): Soon<Authenticated> {
    // Both environments administer: which keys a test key may touch is a matter of its scopes.
    const environment = 'environment' in found ? (found.environment ?? 'live') : 'live'
    const own = charging.anyResource && 'kind' in found && found.kind === 'api_key' ? found.resource : null
    const verdict = judge(found, { ...question, environment, resource: own ?? resource }, address, charging)
    return andThen(verdict, (one) => admitted(one, charging))
  }

  function admitted(verdict: Verdict, { charge, setHeader }: Charging): Authenticated {
    note(verdict, charge ? question : null)
    if (setHeader && verdict.limits && verdict.derived) {
      const headers = headersOf(verdict.limits, verdict.derived.meters, nowMs())
      for (let index = 0; index < headers.length; index += 2) setHeader(headers[index] ?? '', headers[index + 1] ?? '')
    }
    // A look without a charge may find nothing left, which is no reason to refuse.
    const passes = verdict.code === 'valid' || (!charge && verdict.code === 'rate_limited')
    if (!passes || !verdict.holder) throw verdictProblem(verdict, challengeOf)
    return {
      principal: principalOf(verdict.holder, current(verdict.holder), verdict, resource),
      holder: verdict.holder,
    }
  }

  return (request, address, charging) => {
    const credential = credentialOf(request)
    if (typeof credential === 'string') throw credentialProblem(credential, challengeOf)
    return andThen(holders.find(credential, address), (found) => judged(found, address, charging))
  }
}

function principalOf(holder: Holder, { scopes: held, tier }: Derived, { limits }: Verdict, api: string): Principal {
  const { kind, keyId, secretId, clientId, subject, subjectKind, organizationId, organizations } = holder
  // For this API alone: another resource's scopes open nothing for it, so it has none of them to pass on.
  const scopes = holder.resource === api ? new Set([...held].filter(isManagementScope)) : held
  const { grantableScopes, administrator, authenticatedAtMs } = holder
  return {
    kind,
    credentialId: keyId ?? clientId ?? '',
    secretId,
    subject,
    subjectKind,
    organizationId,
    organizations,
    scopes,
    grantableScopes,
    administrator,
    authenticatedAt: authenticatedAtMs === null ? null : new Date(authenticatedAtMs),
    spending: { tier, environment: holder.environment ?? '-', limits: limits?.policies ?? [] },
  }
}

function credentialProblem(fault: CredentialFault, challengeOf: (code: CheckCode) => string): Problem {
  if (fault === 'ambiguous')
    return new Problem('bad_request', { detail: 'Two credentials came in one request. Send one.' })
  return problemOf(fault, challengeOf)
}

function verdictProblem(
  { code, limits, retryAfterSeconds }: Verdict,
  challengeOf: (code: CheckCode) => string,
): Problem {
  if (code !== 'rate_limited' || !limits) return problemOf(code, challengeOf, retryAfterSeconds)
  return new Problem('rate_limited', {
    detail: refusalDetails.rate_limited ?? '',
    retryAfterSeconds,
    // draft-ietf-httpapi-ratelimit-headers, 6.
    members: {
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      'violated-policies': limits.violated,
    },
  })
}

function problemOf(code: CheckCode, challengeOf: (code: CheckCode) => string, retryAfterSeconds = 0): Problem {
  const status = checkCodes[code]
  const detail = refusalDetails[code]
  return new Problem(code as ProblemCode, {
    ...(detail === undefined ? {} : { detail }),
    ...(status === 401 ? { status, headers: { 'www-authenticate': challengeOf(code) } } : {}),
    ...(retryAfterSeconds > 0 ? { retryAfterSeconds } : {}),
  })
}
