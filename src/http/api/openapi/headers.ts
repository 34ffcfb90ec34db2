/** The header fields of the API, as components: each is described once. */
import type { Json, JsonObject } from './json-schema.ts'

interface Header {
  description: string
  required?: true
  schema: JsonObject
  example: Json
}

const text = { type: 'string' }

const headers = {
  'x-request-id': {
    description: 'What the log knows this request by; the same as `request_id` in a problem.',
    required: true,
    schema: { ...text, minLength: 8, maxLength: 128 },
    example: '00000000-0000-4000-8000-000000000000',
  },
  'cache-control': {
    description: 'Nobody keeps these answers.',
    required: true,
    schema: { ...text, enum: ['no-store'] },
    example: 'no-store',
  },
  'ratelimit-policy': {
    description: 'The limits of the credential (draft-ietf-httpapi-ratelimit-headers): `q` units in `w` seconds.',
    schema: text,
    example: '"hour";q=1000;w=3600, "burst";q=100;w=360',
  },
  ratelimit: {
    description: 'What is left (`r`), and the seconds until one more unit (`t`). Unlimited ones are left out.',
    schema: text,
    example: '"hour";r=998;t=1800, "burst";r=98;t=4',
  },
  'x-ratelimit-limit': {
    description: 'The same for older clients, of the first limit.',
    schema: { ...text, pattern: '^[0-9]+$' },
    example: '1000',
  },
  'x-ratelimit-remaining': {
    description: 'What is left of it.',
    schema: { ...text, pattern: '^[0-9]+$' },
    example: '998',
  },
  'x-ratelimit-reset': {
    description: 'When there is one more unit, in Unix seconds.',
    schema: { ...text, pattern: '^[0-9]+$' },
    example: '1767225600',
  },
  'retry-after': {
    description: 'Seconds to wait; never too few.',
    schema: { ...text, pattern: '^[0-9]+$' },
    example: '30',
  },
  'www-authenticate': {
    description: 'What is wrong (RFC 6750), and where it says how to get a token (RFC 9728).',
    schema: text,
    example: 'Bearer error="invalid_token"',
  },
  'idempotency-replayed': {
    description: 'Set where this is the answer of the first time.',
    schema: { ...text, enum: ['true'] },
    example: 'true',
  },
  etag: {
    description: 'Send it back as `If-None-Match`.',
    required: true,
    schema: text,
    example: '"d2f1c0ffee"',
  },
} as const satisfies Record<string, Header>

export type HeaderName = keyof typeof headers

export const ofLimits: readonly HeaderName[] = [
  'ratelimit-policy',
  'ratelimit',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
]

export function headerReferences(names: readonly HeaderName[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))
}

export function headerComponents(): JsonObject {
  return headers
}
