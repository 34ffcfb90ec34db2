/** What `/v1` and the server itself answer when a request can't be served: one catalogue of codes (RFC 9457). */

/**
 * `status` is what a problem of this code has unless it is said otherwise: a credential that is unknown answers 401 with
 * `not_found`, as at `/v1/check`, and an object that is unknown 404.
 */
export const problems = {
  // What is wrong with the credential: the same codes as at check and verify.
  missing: { status: 401, title: 'No credential was sent' },
  malformed: { status: 401, title: 'The credential is not well-formed' },
  proof_required: { status: 401, title: 'The token needs its proof' },
  revoked: { status: 401, title: 'The credential was revoked' },
  disabled: { status: 401, title: 'The credential or its owner is disabled' },
  expired: { status: 401, title: 'The credential has expired' },
  insufficient_user_authentication: { status: 401, title: 'The sign-in is not recent enough' },
  https_required: { status: 403, title: 'Encrypted requests only' },
  no_route: { status: 403, title: 'No route of the policy matches' },
  wrong_resource: { status: 403, title: 'The credential is for another resource' },
  wrong_environment: { status: 403, title: 'The credential is for another environment' },
  ip_not_allowed: { status: 403, title: 'Not from this address' },
  insufficient_scope: { status: 403, title: 'A scope is missing' },
  rate_limited: { status: 429, title: 'Over a limit' },
  // What is wrong with the request.
  bad_request: { status: 400, title: 'The request is malformed' },
  forbidden: { status: 403, title: 'Not allowed' },
  host_only: { status: 403, title: 'Only on the host itself' },
  fresh_sign_in_required: { status: 403, title: 'Only for a person who has just signed in' },
  form_expired: { status: 403, title: 'The form has expired' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  conflict: { status: 409, title: 'It contradicts what is there' },
  key_limit_reached: { status: 409, title: 'The organization has as many API keys as it may have' },
  idempotency_key_in_use: { status: 409, title: 'The first request with this Idempotency-Key is still running' },
  payload_too_large: { status: 413, title: 'The request body is too large' },
  unsupported_media_type: { status: 415, title: 'Unsupported media type' },
  idempotency_key_reused: { status: 422, title: 'This Idempotency-Key came with another request' },
  too_many_requests: { status: 429, title: 'Too many requests' },
  internal_error: { status: 500, title: 'Something went wrong here' },
  unavailable: { status: 503, title: 'Unavailable for the moment' },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemCode = keyof typeof problems

/** One fault of the input: where, what kind, and what to do about it. `path` is a JSON pointer, or a parameter's name. */
export interface InputFault {
  path: string
  code: string
  message: string
}

export interface ProblemOptions {
  /** Public: what to do about it. */
  detail?: string
  /** Only logged. */
  cause?: unknown
  retryAfterSeconds?: number
  /** Another status than the code's own. */
  status?: 400 | 401 | 403 | 409 | 422
  errors?: readonly InputFault[]
  /** Further members of the answer (RFC 9457, 3.2), in their wire names; `type` replaces ours. */
  members?: Readonly<Record<string, unknown>>
  headers?: Readonly<Record<string, string>>
}

/** Thrown by a route, answered by the boundary. */
export class Problem extends Error {
  override name = 'Problem'
  readonly code: ProblemCode
  readonly status: number
  readonly detail: string | null
  readonly retryAfterSeconds: number | null
  readonly errors: readonly InputFault[]
  readonly members: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>

  constructor(code: ProblemCode, options: ProblemOptions = {}) {
    super(options.detail ?? problems[code].title, options.cause === undefined ? {} : { cause: options.cause })
    this.code = code
    this.status = options.status ?? problems[code].status
    this.detail = options.detail ?? null
    this.retryAfterSeconds = options.retryAfterSeconds ?? null
    this.errors = options.errors ?? []
    this.members = options.members ?? {}
    this.headers = options.headers ?? {}
  }
}

/** Where the words about problems are, and who helps. */
export interface ProblemLinks {
  /** The issuer. */
  readonly publicUrl: string
  readonly supportEmail: string
  /** Where a customer gets a larger tier. */
  readonly upgradeUrl: string | null
}

/** The body of `application/problem+json`. */
export function problemBody(problem: Problem, requestId: string, links: ProblemLinks): Record<string, unknown> {
  const { code, status, errors, members } = problem
  // What went wrong inside is for the log.
  const detail = status >= 500 ? null : problem.detail
  return {
    type: `${links.publicUrl}/docs/errors/${code}`,
    title: problems[code].title,
    status,
    code,
    ...(detail === null ? {} : { detail }),
    request_id: requestId,
    ...(errors.length === 0 ? {} : { errors }),
    support: links.supportEmail,
    ...(status === 401 || status === 403 || status === 429
      ? { help_url: `${links.publicUrl}/docs/troubleshooting` }
      : {}),
    ...(status === 429 && links.upgradeUrl !== null ? { upgrade_url: links.upgradeUrl } : {}),
    ...members,
  }
}
