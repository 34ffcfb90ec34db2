/** Every code that can be answered: where it belongs, how to see it, what it looks like, and what is near it. */
import type { CheckCode } from '../../check/codes.ts'
import type { ProblemCode, ProblemOptions } from '../../http/problem.ts'

export type ErrorCode = ProblemCode | CheckCode

/** In the order in which the index shows them. */
export const errorGroups = ['credential', 'permission', 'limit', 'request', 'server', 'good'] as const
export type ErrorGroup = (typeof errorGroups)[number]

export interface ErrorFacts {
  group: ErrorGroup
  /** A request that is answered so, in a shell with the key in `$API_KEY`; `API` stands for where `/v1` is, `ISSUER` for us. */
  request: string | null
  /** The answer to it: a problem, a verdict, or `check`, which has no body; null where a page is answered. */
  answer: ProblemOptions | { verdict: object } | 'check' | null
  near: readonly ErrorCode[]
}

const bearer = '  -H "Authorization: Bearer $API_KEY"'
const json = '  -H "Content-Type: application/json"'
const firstCall = ['curl -i API/v1/resources', bearer].join(' \\\n')
const policyCall = ['curl -i API/v1/check/@reports/v1/reports/7', bearer].join(' \\\n')
const post = (path: string, body: string, ...headers: string[]) =>
  [`curl -i API${path}`, bearer, json, ...headers, `  -d '${body}'`].join(' \\\n')
const patch = (path: string, body: string, credential: string) =>
  [`curl -i -X PATCH API${path}`, `  -H "Authorization: Bearer ${credential}"`, json, `  -d '${body}'`].join(' \\\n')

const plainKey = '{"name": "Nightly build", "scopes": ["reports:read"]}'
const idempotent = post('/v1/keys', plainKey, '  -H "Idempotency-Key: nightly-2026-01"')

const metadata = 'resource_metadata="ISSUER/.well-known/oauth-protected-resource"'
/** RFC 6750, 3, and RFC 9728, 5.1. */
const refused = { headers: { 'WWW-Authenticate': `Bearer error="invalid_token", ${metadata}` } }

export const errors: Readonly<Record<ErrorCode, ErrorFacts>> = {
  missing: {
    group: 'credential',
    request: 'curl -i API/v1/resources',
    answer: refused,
    near: ['malformed', 'not_found'],
  },
  malformed: {
    group: 'credential',
    request: 'curl -i API/v1/resources \\\n  -H "Authorization: Bearer kg_live_only-half-of-it"',
    answer: refused,
    near: ['missing', 'not_found'],
  },
  not_found: {
    group: 'request',
    request: ['curl -i API/v1/keys/key_01jzzzzzzzzzzzzzzzzzzzzzzz', bearer].join(' \\\n'),
    answer: { detail: 'There is no such API key.' },
    near: ['malformed', 'revoked', 'method_not_allowed'],
  },
  revoked: { group: 'credential', request: firstCall, answer: refused, near: ['disabled', 'expired'] },
  disabled: { group: 'credential', request: firstCall, answer: refused, near: ['revoked', 'expired'] },
  expired: { group: 'credential', request: firstCall, answer: refused, near: ['revoked', 'disabled'] },
  proof_required: {
    group: 'credential',
    request: ['curl -i API/v1/resources', '  -H "Authorization: Bearer $ACCESS_TOKEN"'].join(' \\\n'),
    answer: refused,
    near: ['malformed', 'expired'],
  },
  insufficient_user_authentication: {
    group: 'credential',
    request: patch('/v1/settings', '{"sign_up": "invitation"}', '$ACCESS_TOKEN'),
    answer: {
      detail: 'This needs a sign-in of the last ten minutes. Authorize again with max_age=600, and use the new token.',
      headers: {
        'WWW-Authenticate':
          'Bearer error="insufficient_user_authentication", error_description="A more recent sign-in is required", max_age="600"',
      },
    },
    near: ['fresh_sign_in_required', 'expired'],
  },
  https_required: {
    group: 'permission',
    request: null,
    answer: { detail: 'This request came unencrypted, so what it carried must be taken as leaked.' },
    near: ['revoked', 'ip_not_allowed'],
  },
  no_route: { group: 'permission', request: policyCall, answer: 'check', near: ['insufficient_scope', 'bad_request'] },
  wrong_resource: {
    group: 'permission',
    request: policyCall,
    answer: 'check',
    near: ['insufficient_scope', 'no_route'],
  },
  wrong_environment: { group: 'permission', request: policyCall, answer: 'check', near: ['wrong_resource'] },
  ip_not_allowed: { group: 'permission', request: firstCall, answer: {}, near: ['forbidden', 'https_required'] },
  insufficient_scope: {
    group: 'permission',
    request: ['curl -i API/v1/clients', bearer].join(' \\\n'),
    answer: {
      detail: 'This needs a credential with the scope clients:read.',
      members: { missing_scopes: ['clients:read'] },
      headers: { 'WWW-Authenticate': 'Bearer error="insufficient_scope", scope="clients:read"' },
    },
    near: ['forbidden', 'wrong_resource', 'no_route'],
  },
  forbidden: {
    group: 'permission',
    request: post('/v1/keys', '{"name": "Nightly build", "scopes": ["reports:read"], "tier": "enterprise"}'),
    answer: {
      detail: 'Only an administrator of the platform sets tier, with a credential that has admin:keys:write.',
    },
    near: ['insufficient_scope', 'host_only', 'not_found'],
  },
  host_only: {
    group: 'permission',
    request: null,
    answer: { detail: 'Roles are given on the host alone, with the keygrant command.' },
    near: ['fresh_sign_in_required', 'forbidden'],
  },
  fresh_sign_in_required: {
    group: 'permission',
    request: patch('/v1/settings', '{"sign_up": "invitation"}', '$API_KEY'),
    answer: {
      detail:
        'No key, and no client by itself, can do this. It needs the access token of an administrator who has just signed in, or the keygrant command on the host.',
    },
    near: ['insufficient_user_authentication', 'host_only', 'forbidden'],
  },
  form_expired: { group: 'permission', request: null, answer: null, near: ['forbidden'] },
  rate_limited: {
    group: 'limit',
    request: firstCall,
    answer: {
      retryAfterSeconds: 12,
      headers: {
        RateLimit: '"hour";r=0;t=12, "burst";r=63;t=4',
        'RateLimit-Policy': '"hour";q=1000;w=3600, "burst";q=100;w=360',
      },
      members: {
        type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
        'violated-policies': ['hour'],
      },
    },
    near: ['too_many_requests', 'unavailable'],
  },
  too_many_requests: {
    group: 'limit',
    request: post('/v1/keys', plainKey),
    answer: { detail: 'An organization makes at most 100 keys an hour.', retryAfterSeconds: 300 },
    near: ['rate_limited', 'key_limit_reached'],
  },
  key_limit_reached: {
    group: 'limit',
    request: post('/v1/keys', plainKey),
    answer: {
      detail: 'An organization has at most 1000 live keys. Revoke one that is not needed any more.',
    },
    near: ['too_many_requests', 'conflict'],
  },
  bad_request: {
    group: 'request',
    request: post('/v1/keys', '{"nam": "Nightly build", "scopes": ["reports:read"]}'),
    answer: {
      detail: 'The input has faults: see errors.',
      errors: [
        { path: '/name', code: 'required', message: 'is required' },
        { path: '/nam', code: 'unknown_field', message: 'is not a field of this object' },
      ],
    },
    near: ['unsupported_media_type', 'payload_too_large'],
  },
  method_not_allowed: {
    group: 'request',
    request: ['curl -i -X PUT API/v1/resources', bearer].join(' \\\n'),
    answer: { headers: { Allow: 'HEAD, GET, POST' } },
    near: ['not_found', 'bad_request'],
  },
  conflict: {
    group: 'request',
    request: post('/v1/organizations', '{"name": "ACME", "external_id": "cus_42"}'),
    answer: {
      detail: 'Another organization has this external_id.',
      errors: [{ path: '/external_id', code: 'taken', message: 'is the external_id of another organization' }],
    },
    near: ['key_limit_reached', 'idempotency_key_reused'],
  },
  idempotency_key_in_use: {
    group: 'request',
    request: idempotent,
    answer: { retryAfterSeconds: 1 },
    near: ['idempotency_key_reused'],
  },
  idempotency_key_reused: {
    group: 'request',
    request: idempotent.replace('Nightly build', 'Another name'),
    answer: {
      detail: 'This Idempotency-Key came with another body before. Use a new key for another request.',
    },
    near: ['idempotency_key_in_use'],
  },
  payload_too_large: {
    group: 'request',
    request: ['curl -i API/v1/keys', bearer, json, '  --data-binary @a-large-file.json'].join(' \\\n'),
    answer: { detail: 'The body may have 65536 bytes.' },
    near: ['bad_request', 'unsupported_media_type'],
  },
  unsupported_media_type: {
    group: 'request',
    request: ['curl -i API/v1/keys', bearer, `  -d '${plainKey}'`].join(' \\\n'),
    answer: { detail: 'Send the body as JSON, with Content-Type: application/json.' },
    near: ['bad_request'],
  },
  internal_error: { group: 'server', request: null, answer: {}, near: ['unavailable'] },
  unavailable: { group: 'server', request: firstCall, answer: { retryAfterSeconds: 2 }, near: ['internal_error'] },
  valid: {
    group: 'good',
    request: post('/v1/keys/verify', '{"credential": "kg_live_…", "scopes": ["reports:read"]}'),
    answer: {
      verdict: {
        valid: true,
        code: 'valid',
        kind: 'api_key',
        subject: 'svc_01k8y2m4q6e8r9t0v1w2x3y4z5',
        key_id: 'key_01k8y2m4q6e8r9t0v1w2x3y4z6',
        organization_id: 'org_01k8y2m4q6e8r9t0v1w2x3y4z7',
        external_id: 'cus_42',
        scopes: ['reports:read'],
        tier: 'free',
        environment: 'live',
        limits: [{ policy: 'hour', limit: 1000, remaining: 998, reset_in: 1800 }],
        expires_at: '2026-04-01T09:00:00.000Z',
      },
    },
    near: ['rate_limited', 'insufficient_scope'],
  },
}

export const errorCodes = Object.keys(errors) as ErrorCode[]

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errors, text)
}
