/** One client that is brought along: a row of `POST /v1/clients/import`. RFC 7591's metadata, what an administrator sets, its client_id, and a secret. */
import { z } from 'zod'
import type { ParsedRow } from '../../http/api/import-rows.ts'
import { externalId, isoTime, slug } from '../../http/api/wire.ts'
import type { InputFault } from '../../http/problem.ts'
import { isWeakSlowHash, slowHashFault } from '../../platform/slow-hash/bounds.ts'
import { knownNotations, readSlowHash } from '../../platform/slow-hash/read.ts'
import { writeSlowHash } from '../../platform/slow-hash/slow-hash.ts'
import { administratorFields } from '../administrator-attributes.ts'
import { usesSecret } from '../client.ts'
import { clientMetadataSchema } from '../metadata.ts'
import { checkRegistration, type Registration } from '../metadata-rules.ts'
import { clientBody } from '../wire.ts'
import { importedClientId } from './client-id.ts'

export type RowSecret = { kind: 'plain'; text: string } | { kind: 'hash'; algorithm: string; text: string }

export interface RowOrganization {
  by: 'organization_id' | 'organization_external_id' | 'organization_slug'
  value: string
}

/** What the row says; what it means here, `plan.ts` finds out. */
export interface ClientRow {
  id: string
  /** But for its organization, which may be named by other names. */
  registration: Registration
  organization: RowOrganization | null
  secret: RowSecret | null
  createdAt: Date | null
  disabled: boolean
  warnings: readonly InputFault[]
}

/** RFC 6749, A.2, in a length that no hash of it needs long for. */
const secretText = z
  .string()
  .min(1, { error: 'must not be empty' })
  .max(256, { error: 'must have at most 256 characters' })
  .regex(/^[\x20-\x7e]*$/, { error: 'must be visible ASCII and spaces (RFC 6749, A.2)' })

/** Below it, a secret is hardly one that was drawn at random. */
const SHORTEST_STRONG_SECRET = 20

const reference = z.string().min(1, { error: 'must not be empty' }).max(100)
const time = isoTime.transform((text) => new Date(text))

export const clientRowFields = z.strictObject({
  ...clientBody.shape,
  kind: z.literal('client').optional(),
  client_id: importedClientId.describe('As it was: apps go on with it.'),
  client_secret: secretText.optional().describe('As it was. It is hashed on arrival.'),
  client_secret_hash: z
    .string()
    .max(1000, { error: 'is longer than any hash' })
    .optional()
    .describe(`In one of these notations: ${knownNotations}; it becomes one of ours at its first use.`),
  organization_id: reference.nullable().optional(),
  organization_external_id: externalId.optional(),
  organization_slug: slug.optional(),
  created_at: time.optional(),
  disabled: z.boolean().default(false).describe('Whether it is brought along stopped.'),
})

type Fields = z.output<typeof clientRowFields>

/** What the fields mean together. @param clientId of the row, which its name is unless it has one */
export function readClient(fields: Fields, { now }: { now: Date }): ParsedRow<ClientRow> {
  const errors: InputFault[] = []
  const fault = (field: string, code: string, message: string) => errors.push({ path: `/${field}`, code, message })
  const given = Object.entries(fields)
  const metadata = Object.fromEntries(given.filter(([name]) => name in clientMetadataSchema.shape))
  const attributes = Object.fromEntries(
    given.filter(([name]) => name in administratorFields && name !== 'organization_id'),
  )
  const checked = checkRegistration(metadata, attributes)
  if (!checked.ok) {
    for (const { path, message } of checked.faults) fault(path.replaceAll('.', '/'), 'invalid', message)
  }
  const organization = organizationOf(fields, fault)
  const secret = secretOf(fields, fault)
  if (fields.created_at && fields.created_at > now) fault('created_at', 'in_the_future', 'must not be in the future')
  if (checked.ok && secret && !usesSecret(checked.registration)) {
    const method = checked.registration.tokenEndpointAuthMethod
    fault(secretField(secret), 'not_needed', `is of no use with the token_endpoint_auth_method ${method}`)
  }
  if (errors.length > 0 || !checked.ok) return { ok: false, errors }
  const { registration } = checked
  const value = {
    id: fields.client_id,
    registration,
    organization,
    secret,
    createdAt: fields.created_at ?? null,
    disabled: fields.disabled,
    warnings: warningsOf(registration, secret),
  }
  return { ok: true, value }
}

type FaultAt = (field: string, code: string, message: string) => void

const organizationNames = ['organization_id', 'organization_external_id', 'organization_slug'] as const

function organizationOf(fields: Fields, fault: FaultAt): RowOrganization | null {
  const named = organizationNames.flatMap((by) => {
    const value = fields[by]
    return value === undefined || value === null ? [] : [{ by, value }]
  })
  if (named.length > 1) fault('organization_id', 'one_of', `may be one of ${organizationNames.join(', ')}`)
  return named[0] ?? null
}

/** No hash is in a fault: it is as good as the secret to whoever has a graphics card. */
function secretOf({ client_secret: plain, client_secret_hash: given }: Fields, fault: FaultAt): RowSecret | null {
  if (plain !== undefined && given !== undefined) {
    fault('client_secret', 'one_of', 'may be given, or client_secret_hash: one of the two')
    return null
  }
  if (plain !== undefined) return { kind: 'plain', text: plain }
  if (given === undefined) return null
  const hash = readSlowHash(given)
  if (!hash || hash.algorithm === 'firebase-scrypt') {
    fault('client_secret_hash', 'unknown_hash', `is no hash of a notation that is known: ${knownNotations}`)
    return null
  }
  const why = slowHashFault(hash)
  if (why === null) return { kind: 'hash', algorithm: hash.algorithm, text: writeSlowHash(hash) }
  fault('client_secret_hash', 'hash_out_of_bounds', why)
  return null
}

const secretField = ({ kind }: RowSecret) => (kind === 'plain' ? 'client_secret' : 'client_secret_hash')

function warningsOf(registration: Registration, secret: RowSecret | null): InputFault[] {
  if (secret === null) {
    if (!usesSecret(registration)) return []
    const message = 'is missing: the client can prove itself once it is given a secret (POST /v1/clients/:id/secrets)'
    return [{ path: '/client_secret', code: 'no_secret', message }]
  }
  if (secret.kind === 'plain') {
    if (secret.text.length >= SHORTEST_STRONG_SECRET) return []
    const message = 'is short: rotate it soon, unless it was drawn at random'
    return [{ path: '/client_secret', code: 'weak_secret', message }]
  }
  const hash = readSlowHash(secret.text)
  if (!hash || !isWeakSlowHash(hash)) return []
  const message = 'is cheap to guess by whoever gets hold of it: until its first use it stays so'
  return [{ path: '/client_secret_hash', code: 'weak_hash', message }]
}
