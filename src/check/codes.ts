/** The codes that check and verify answer with, and the HTTP status that each stands for. */

export const checkCodes = {
  valid: 200,
  https_required: 403,
  bad_request: 401,
  missing: 401,
  malformed: 401,
  unavailable: 503,
  not_found: 401,
  revoked: 401,
  disabled: 401,
  expired: 401,
  proof_required: 401,
  no_route: 403,
  wrong_resource: 403,
  wrong_environment: 403,
  ip_not_allowed: 403,
  insufficient_scope: 403,
  rate_limited: 429,
} as const satisfies Record<string, 200 | 401 | 403 | 429 | 503>

export type CheckCode = keyof typeof checkCodes
