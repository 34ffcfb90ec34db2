/** Why a call is refused: the codes of Keygrant's contract, with their statuses and what to do about each. */

export const refusals = {
  bad_request: {
    status: 401,
    title: 'The request is malformed',
    detail: 'Two credentials came in one request, or this call costs more than any caller has at once.',
  },
  missing: {
    status: 401,
    title: 'No credential was sent',
    detail: 'Send an API key or an access token: Authorization: Bearer …',
  },
  malformed: {
    status: 401,
    title: 'The credential is not well-formed',
    detail: 'What was sent is neither an API key nor an access token. Was it copied whole?',
  },
  unavailable: {
    status: 503,
    title: 'Unavailable for the moment',
    detail: 'Whether this credential may pass can’t be known at the moment. Try again soon.',
  },
  not_found: { status: 401, title: 'The credential is unknown', detail: 'This credential is unknown.' },
  revoked: {
    status: 401,
    title: 'The credential was revoked',
    detail: 'This credential was revoked. Use another one.',
  },
  disabled: {
    status: 401,
    title: 'The credential or its owner is disabled',
    detail: 'This credential, or who it acts for, is disabled.',
  },
  expired: {
    status: 401,
    title: 'The credential has expired',
    detail: 'This credential has expired. Rotate the key, or get a new token.',
  },
  proof_required: {
    status: 401,
    title: 'The token needs its proof',
    detail: 'This token is bound to a key and needs its proof.',
  },
  wrong_resource: {
    status: 403,
    title: 'The credential is for another resource',
    detail: 'This credential is for another resource than this API.',
  },
  wrong_environment: {
    status: 403,
    title: 'The credential is for another environment',
    detail: 'This credential is for another environment: live and test are apart.',
  },
  ip_not_allowed: {
    status: 403,
    title: 'Not from this address',
    detail: 'This key may not be used from this address.',
  },
  insufficient_scope: {
    status: 403,
    title: 'A scope is missing',
    detail: 'This credential lacks a scope that this call needs.',
  },
  rate_limited: {
    status: 429,
    title: 'Over a limit',
    detail: 'Wait for as long as Retry-After says, then try again.',
  },
} as const satisfies Record<string, { status: 401 | 403 | 429 | 503; title: string; detail: string }>

export type RefusalCode = keyof typeof refusals

export function isRefusalCode(code: string): code is RefusalCode {
  return Object.hasOwn(refusals, code)
}
