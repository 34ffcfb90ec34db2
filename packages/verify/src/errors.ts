/** A refusal to throw, for those whose framework answers errors in one place. */
import { refusals, type RefusalCode } from './codes.ts'
import type { Problem, Refusal } from './verdict.ts'

export class KeygrantError<C extends RefusalCode = RefusalCode> extends Error {
  override readonly name = 'KeygrantError'
  readonly code: C
  readonly status: (typeof refusals)[C]['status']
  /** The same, as Fastify and others read it. */
  readonly statusCode: number
  /** Koa shows the message of what it may expose. */
  readonly expose = true
  /** With `insufficient_scope`. */
  readonly missingScopes: readonly string[]
  /** With `rate_limited` and `unavailable`; else 0. */
  readonly retryAfterSeconds: number
  /** For the answer: WWW-Authenticate, Retry-After, and how the limits stand. */
  readonly headers: Readonly<Record<string, string>>
  /** The body of `application/problem+json`. */
  readonly problem: Problem

  constructor(refusal: Refusal & { code: C }) {
    super(refusals[refusal.code].detail)
    this.code = refusal.code
    this.status = refusals[refusal.code].status
    this.statusCode = this.status
    this.missingScopes = refusal.missingScopes
    this.retryAfterSeconds = refusal.retryAfterSeconds
    this.headers = Object.fromEntries(refusal.headers())
    this.problem = refusal.problem()
  }
}

/** By its code it can be told which it is. */
export type AnyKeygrantError = { [C in RefusalCode]: KeygrantError<C> }[RefusalCode]

export function isKeygrantError(error: unknown): error is AnyKeygrantError {
  return error instanceof KeygrantError
}
