/** What was decided of a call, and what its answer says of that: headers and, for a refusal, a body. */
import { refusals, type RefusalCode } from './codes.ts'
import type { Counter } from './counters.ts'
import type { Identity } from './identity.ts'
import type { Question } from './question.ts'
import { rateLimitHeaders, type HeaderPairs } from './rate-limit.ts'

export interface Admission {
  readonly allowed: true
  readonly identity: Identity
  /** How its limits stand, for the answer. */
  headers(): HeaderPairs
}

interface RefusalOf<C extends RefusalCode> {
  readonly allowed: false
  readonly code: C
  readonly status: (typeof refusals)[C]['status']
  /** What to do about it, for whoever called. */
  readonly detail: string
  /** With `insufficient_scope`. */
  readonly missingScopes: readonly string[]
  /** With `rate_limited` and `unavailable`: whole seconds, never too few; else 0. */
  readonly retryAfterSeconds: number
  /** Whose call it would have been, where that is known. */
  readonly identity: Identity | null
  /** WWW-Authenticate, Retry-After, and how the limits stand, for the answer. */
  headers(): HeaderPairs
  /** The body of `application/problem+json` (RFC 9457). */
  problem(): Problem
}

/** By its code it can be told which it is. */
export type Refusal = { [C in RefusalCode]: RefusalOf<C> }[RefusalCode]

export type Verdict = Admission | Refusal

export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: RefusalCode
  readonly detail: string
  readonly missing_scopes?: readonly string[]
  readonly 'violated-policies'?: readonly string[]
  readonly help_url?: string
}

export interface RefusalParts {
  identity?: Identity | null
  counters?: readonly Counter[]
  question?: Question
  missingScopes?: readonly string[]
  retryAfterSeconds?: number
}

export interface Verdicts {
  admission(identity: Identity, counters: readonly Counter[]): Admission
  refusal(code: RefusalCode, parts?: RefusalParts): Refusal
}

/** @param metadata where the resource says how to get a token (RFC 9728) */
export function createVerdicts(options: { issuer: string; metadata: string; now: () => number }): Verdicts {
  const { issuer, metadata, now } = options
  const resourceMetadata = `resource_metadata="${metadata}"`

  /** RFC 6750, 3. */
  function challenge(code: RefusalCode, scopes: readonly string[]): string {
    if (code === 'insufficient_scope')
      return `Bearer error="insufficient_scope", scope="${scopes.join(' ')}", ${resourceMetadata}`
    // Who sent none is told no error (3.1).
    return code === 'missing' ? `Bearer ${resourceMetadata}` : `Bearer error="invalid_token", ${resourceMetadata}`
  }

  return {
    admission: (identity, counters) => ({
      allowed: true,
      identity,
      headers: () => rateLimitHeaders(counters, now()),
    }),
    refusal(code, { identity = null, counters = none, question, missingScopes = none, retryAfterSeconds = 0 } = {}) {
      const { status, title, detail } = refusals[code]
      const refusal = {
        allowed: false,
        code,
        status,
        detail,
        missingScopes,
        retryAfterSeconds,
        identity,
        headers() {
          const headers: (readonly [string, string])[] = [['cache-control', 'no-store']]
          if (code === 'rate_limited') headers.push(...rateLimitHeaders(counters, now()))
          if (retryAfterSeconds > 0) headers.push(['retry-after', String(retryAfterSeconds)])
          if (status === 401 || code === 'insufficient_scope')
            headers.push(['www-authenticate', challenge(code, missingScopes)])
          return headers
        },
        problem() {
          const overLimit = code === 'rate_limited' && counters.length > 0
          return {
            // draft-ietf-httpapi-ratelimit-headers, 6.
            type: overLimit
              ? 'https://iana.org/assignments/http-problem-types#quota-exceeded'
              : `${issuer}/docs/errors/${code}`,
            title,
            status,
            code,
            detail,
            ...(missingScopes.length > 0 ? { missing_scopes: missingScopes } : {}),
            ...(overLimit ? { 'violated-policies': violated(counters, question?.cost ?? 1) } : {}),
            ...(status === 503 ? {} : { help_url: `${issuer}/docs/troubleshooting` }),
          }
        },
      }
      return refusal as Refusal
    },
  }
}

const none: readonly never[] = []

function violated(counters: readonly Counter[], cost: number): string[] {
  return counters.filter(({ outstanding, remaining }) => outstanding + cost > remaining).map(({ policy }) => policy)
}
