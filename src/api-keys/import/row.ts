/** One key that is brought along: a row of `POST /v1/keys/import`, and a line of `keygrant export --keys`. */
import { z } from 'zod'
import { displayName, environment, externalId, isoTime, metadata } from '../../http/api/wire.ts'
import type { ParsedRow } from '../../http/api/import-rows.ts'
import type { InputFault } from '../../http/problem.ts'
import type { LimitOverrides } from '../../limits/limits.ts'
import { allowedIps, scopes } from '../fields.ts'
import { hintOf, isMistyped, parseApiKey, type Environment } from '../format.ts'
import { mayBeForeign, SHORTEST_FOREIGN_KEY, tokenKindOf } from './foreign.ts'
import { hashAlgorithms, isSlow, readFastHash, slowKeyFault, type ImportedSecret } from './hash.ts'

/** What the row says; what it means here, `plan.ts` finds out. */
export interface ImportRow {
  secret: ImportedSecret
  hint: string
  name: string
  organization: { by: 'id' | 'external_id' | 'slug'; value: string } | null
  externalId: string | null
  owner: NamedOwner | null
  scopes: readonly string[]
  grantableScopes: readonly string[]
  resource: string | null
  environment: Environment
  tier: string | null
  limits: LimitOverrides | null
  allowedIps: readonly string[]
  metadata: Readonly<Record<string, unknown>>
  /** Null: none, which only imported keys may have. */
  expiresAt: Date | null
  createdAt: Date | null
  disabled: boolean
}

/** `name` is a service account's, which is made if the organization has none of it. */
export type NamedOwner = {
  by: 'service_account_id' | 'service_account' | 'user_id' | 'user_email'
  value: string
}

const DEFAULT_NAME = 'Imported key'
/** Nobody knows what a hashed one ends with. */
const UNKNOWN_HINT = '????'

/** Nothing that Postgres can't compare. */
export const reference = z
  .string()
  .min(1, { error: 'must not be empty' })
  .max(255, { error: 'must have at most 255 characters' })
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, { error: 'must not hold control characters' })
const secretText = z.string().max(1000, { error: 'is too long' })
const time = isoTime.transform((text) => new Date(text))

/** What a key begins with. A shorter one is that of too many. */
const lookupPrefix = z
  .string()
  .regex(/^[\x21-\x7e]{4,64}$/, { error: 'must be the first 4 to 64 characters of the key, all of them visible ASCII' })

/** @param limitOverrides the schema of limits over a tier's */
export function rowFields(limitOverrides: z.ZodType<LimitOverrides>) {
  return z.strictObject({
    kind: z.literal('api_key').optional(),
    key: secretText.optional().describe('The key itself, which is hashed on arrival; or else its hash.'),
    hash: secretText.optional().describe('As hexadecimal or base64; bcrypt and argon2id in their own notations.'),
    algorithm: z.enum(hashAlgorithms, { error: `must be one of ${hashAlgorithms.join(', ')}` }).optional(),
    lookup_prefix: lookupPrefix
      .optional()
      .describe('What the key begins with, by which it is found: needed with bcrypt and argon2id.'),
    hint: z
      .string()
      .regex(/^[\x21-\x7e]{1,4}$/, { error: 'must be the last four characters of the key' })
      .optional()
      .describe('What it ends with, to tell it from others.'),
    name: displayName.default(DEFAULT_NAME),
    organization_id: reference.optional(),
    organization_external_id: externalId.optional(),
    organization_slug: reference.optional(),
    external_id: externalId.nullable().default(null),
    service_account_id: reference.optional(),
    service_account: displayName
      .optional()
      .describe('By its name; made if the organization has none of it. Unless an owner is named, one is made.'),
    user_id: reference.optional(),
    user_email: reference.optional(),
    scopes,
    grantable_scopes: scopes.default([]),
    resource: z.string().max(2048).nullable().default(null),
    environment: environment.default('live'),
    tier: reference.nullable().default(null),
    limits: limitOverrides.nullable().default(null),
    allowed_ips: allowedIps.default([]),
    metadata: metadata.default({}),
    expires_at: time.nullable().describe('null: never, which only imported keys may have.'),
    created_at: time.optional(),
    disabled: z.boolean().default(false),
  })
}

type Fields = z.output<ReturnType<typeof rowFields>>
type Fault = (field: keyof Fields, code: string, message: string) => void

/** What one field says that another one must know of. @param prefix KEY_PREFIX */
export function readRow(fields: Fields, { prefix, now }: { prefix: string; now: Date }): ParsedRow<ImportRow> {
  const errors: InputFault[] = []
  const fault: Fault = (field, code, message) => errors.push({ path: `/${field}`, code, message })
  const secret = secretOf(fields, prefix, fault)
  const { organization_id, organization_external_id, organization_slug } = fields
  const organization = onlyOf({ organization_id, organization_external_id, organization_slug }, fault)
  const { service_account_id, service_account, user_id, user_email } = fields
  const owner = onlyOf({ service_account_id, service_account, user_id, user_email }, fault)
  if (fields.created_at && fields.created_at > now) fault('created_at', 'in_the_future', 'must not be in the future')
  if (errors.length > 0 || !secret) return { ok: false, errors }
  const value = {
    secret,
    hint: secret.as === 'plain' ? hintOf(secret.key) : (fields.hint ?? UNKNOWN_HINT),
    name: fields.name,
    organization: organization && { by: organizationNames[organization.by], value: organization.value },
    externalId: fields.external_id,
    owner,
    scopes: [...new Set(fields.scopes)],
    grantableScopes: [...new Set(fields.grantable_scopes)],
    resource: fields.resource,
    environment: fields.environment,
    tier: fields.tier,
    limits: fields.limits,
    allowedIps: [...new Set(fields.allowed_ips)],
    metadata: fields.metadata,
    expiresAt: fields.expires_at,
    createdAt: fields.created_at ?? null,
    disabled: fields.disabled,
  }
  return { ok: true, value }
}

const organizationNames = {
  organization_id: 'id',
  organization_external_id: 'external_id',
  organization_slug: 'slug',
} as const

function secretOf(fields: Fields, prefix: string, fault: Fault): ImportedSecret | null {
  const { key, hash, algorithm, lookup_prefix } = fields
  if ((key === undefined) === (hash === undefined)) {
    fault('key', 'one_of', 'is needed, or a hash with its algorithm: one of the two')
    return null
  }
  if (key !== undefined) return plainOf(key, fields, prefix, fault)
  if (algorithm === undefined) {
    fault('algorithm', 'required', `is required with a hash: one of ${hashAlgorithms.join(', ')}`)
    return null
  }
  const text = hash ?? ''
  if (!isSlow(algorithm)) {
    if (lookup_prefix !== undefined) fault('lookup_prefix', 'not_needed', `is of no use with ${algorithm}`)
    const read = readFastHash(text)
    if (read === null) fault('hash', 'malformed', 'must be 32 bytes in hexadecimal or base64')
    return read === null ? null : { as: algorithm, hash: read }
  }
  const why = slowKeyFault(algorithm, text)
  if (why !== null) fault('hash', 'malformed', why)
  if (lookup_prefix === undefined) {
    fault('lookup_prefix', 'required', `is required with ${algorithm}, which can be found by nothing else`)
    return null
  }
  return { as: algorithm, hash: text, lookupPrefix: lookup_prefix }
}

function plainOf(key: string, fields: Fields, prefix: string, fault: Fault): ImportedSecret {
  for (const field of ['algorithm', 'lookup_prefix', 'hint'] as const)
    if (fields[field] !== undefined) fault(field, 'not_needed', 'is not for a key in plain text')
  if (isMistyped(key, prefix)) {
    fault('key', 'mistyped', `begins with ${prefix}_ and has a wrong checksum: such a key is never looked for`)
  } else if (tokenKindOf(key) !== null) {
    fault('key', 'token', 'looks like an access token, and would be taken for one')
  } else if (!parseApiKey(key) && !mayBeForeign(key, prefix)) {
    fault('key', 'malformed', `must be ${SHORTEST_FOREIGN_KEY} to 512 visible ASCII characters`)
  }
  return { as: 'plain', key }
}

/** Which of several was given, if any. */
function onlyOf<Name extends keyof Fields>(
  names: Record<Name, string | undefined>,
  fault: Fault,
): { by: Name; value: string } | null {
  const given = Object.entries<string | undefined>(names).flatMap(([name, value]) =>
    value === undefined ? [] : [{ by: name as Name, value }],
  )
  const [first, other] = given
  if (first && other) fault(other.by, 'ambiguous', `must not be given together with ${first.by}`)
  return first ?? null
}
