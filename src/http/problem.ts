/** What `/v1` and the server itself answer when a request can't be served: one catalogue of codes (RFC 9457). */

export const problems = {
  bad_request: { status: 400, title: 'The request is malformed' },
  https_required: { status: 403, title: 'Encrypted requests only' },
  forbidden: { status: 403, title: 'Not allowed' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  payload_too_large: { status: 413, title: 'The request body is too large' },
  unsupported_media_type: { status: 415, title: 'Unsupported media type' },
  form_expired: { status: 403, title: 'The form has expired' },
  too_many_requests: { status: 429, title: 'Too many requests' },
  internal_error: { status: 500, title: 'Something went wrong here' },
  unavailable: { status: 503, title: 'Unavailable for the moment' },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemCode = keyof typeof problems

/** Thrown by a route, answered by the boundary. `detail` is public; `cause` is only logged. */
export class Problem extends Error {
  override name = 'Problem'
  readonly code: ProblemCode
  readonly detail: string | null
  readonly retryAfterSeconds: number | null

  constructor(code: ProblemCode, options: { detail?: string; cause?: unknown; retryAfterSeconds?: number } = {}) {
    super(options.detail ?? problems[code].title, options.cause === undefined ? {} : { cause: options.cause })
    this.code = code
    this.detail = options.detail ?? null
    this.retryAfterSeconds = options.retryAfterSeconds ?? null
  }

  get status(): number {
    return problems[this.code].status
  }
}
