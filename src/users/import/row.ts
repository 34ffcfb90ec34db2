/** One person who is brought along: a row of `POST /v1/users/import`, and a line of `keygrant export --users`. */
import { z } from 'zod'
import type { ParsedRow } from '../../http/api/import-rows.ts'
import { externalId, isoTime, memberRole, slug } from '../../http/api/wire.ts'
import type { InputFault } from '../../http/problem.ts'
import type { MemberRole } from '../../organizations/organization.ts'
import { isWeakSlowHash, slowHashFault } from '../../platform/slow-hash/bounds.ts'
import { knownNotations, readSlowHash } from '../../platform/slow-hash/read.ts'
import { readBase64, type FirebaseKey, type SlowHash } from '../../platform/slow-hash/slow-hash.ts'
import { MAX_NAME, parseEmail, parseName } from '../user.ts'

/** `own`: of another Keygrant, which hashes as this one does. `firebase`: what its project's key made of it. */
export type RowPassword =
  | { kind: 'own'; hash: string }
  | { kind: 'imported'; hash: SlowHash }
  | { kind: 'firebase'; key: FirebaseKey; salt: Buffer; hash: Buffer }

export interface RowOrganization {
  by: 'organization_id' | 'external_id' | 'slug'
  value: string
  role: MemberRole
}

/** What the row says; what it means here, `plan.ts` finds out. */
export interface PersonRow {
  email: string
  emailVerified: boolean
  name: string | null
  locale: string | null
  password: RowPassword | null
  createdAt: Date | null
  disabled: boolean
  organizations: readonly RowOrganization[]
  warnings: readonly InputFault[]
}

const MOST_ORGANIZATIONS = 100
const MOST_HASH = 1000

const hashText = z.string().max(MOST_HASH, { error: 'is longer than any hash' })

const passwordHash = z.union(
  [
    hashText,
    z.strictObject({ algorithm: z.literal('keygrant'), hash: hashText }),
    z.strictObject({
      algorithm: z.literal('firebase-scrypt'),
      hash: hashText,
      salt: hashText,
      hash_key: z.int().min(0).default(0).describe('Which of the request’s `hash_keys`, from 0.'),
    }),
  ],
  {
    error: 'must be a hash as text, or an object with the algorithm firebase-scrypt (hash, salt) or keygrant (hash)',
  },
)

const organization = z.strictObject({
  organization_id: z.string().min(1).max(100).optional(),
  external_id: externalId.optional(),
  slug: slug.optional(),
  role: memberRole,
})

const email = z.string().transform((text, context): string => {
  const parsed = parseEmail(text)
  if (parsed !== null) return parsed
  context.addIssue({ code: 'custom', message: 'must be an e-mail address' })
  return z.NEVER
})

const time = isoTime.transform((text) => new Date(text))

/** There is no member by which somebody could become an administrator of the platform. */
export const personFields = z.strictObject({
  kind: z.literal('user').optional(),
  email,
  email_verified: z
    .boolean()
    .describe('Whether the other system had seen that the mailbox is theirs: whoever hasn’t proven it proves it here.'),
  name: z
    .string()
    .max(MAX_NAME, { error: `must have at most ${MAX_NAME} characters` })
    .transform((text) => parseName(text) || null)
    .nullable()
    .default(null),
  locale: z
    .string()
    .max(35)
    .regex(/^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/, { error: 'must be a language tag, like en or de-AT' })
    .nullable()
    .default(null),
  password_hash: passwordHash
    .nullable()
    .default(null)
    .describe(`As text in one of these notations: ${knownNotations}; it becomes one of ours at the first sign-in.`),
  created_at: time.optional(),
  disabled: z.boolean().default(false),
  organizations: z
    .array(organization)
    .max(MOST_ORGANIZATIONS, { error: `must be at most ${MOST_ORGANIZATIONS}` })
    .default([]),
})

type Fields = z.output<typeof personFields>

/** What one field says that another one, or the request, must know of. */
export function readPerson(
  fields: Fields,
  { hashKeys, now }: { hashKeys: readonly FirebaseKey[]; now: Date },
): ParsedRow<PersonRow> {
  const errors: InputFault[] = []
  const password = passwordOf(fields.password_hash, hashKeys, errors)
  const organizations = fields.organizations.map((given, index) => organizationOf(given, index, errors))
  if (fields.created_at && fields.created_at > now) {
    errors.push({ path: '/created_at', code: 'in_the_future', message: 'must not be in the future' })
  }
  if (errors.length > 0) return { ok: false, errors }
  const value = {
    email: fields.email,
    emailVerified: fields.email_verified,
    name: fields.name,
    locale: fields.locale,
    password,
    createdAt: fields.created_at ?? null,
    disabled: fields.disabled,
    organizations: organizations.filter((one) => one !== null),
    warnings: password?.kind === 'imported' && isWeakSlowHash(password.hash) ? [weakness] : [],
  }
  return { ok: true, value }
}

const weakness: InputFault = {
  path: '/password_hash',
  code: 'weak_hash',
  message: 'is a fast hash, easily guessed by whoever gets hold of it: the first sign-in replaces it by a strong one',
}

/** The hash itself is in no fault: it is as good as a password to whoever has a graphics card. */
function passwordOf(
  given: Fields['password_hash'],
  hashKeys: readonly FirebaseKey[],
  errors: InputFault[],
): RowPassword | null {
  const fault = (path: string, code: string, message: string): null => {
    errors.push({ path: `/password_hash${path}`, code, message })
    return null
  }
  if (given === null) return null
  if (typeof given === 'string') {
    const hash = readSlowHash(given)
    if (!hash || hash.algorithm === 'firebase-scrypt') {
      return fault('', 'unknown_hash', `is no hash of a notation that is known: ${knownNotations}`)
    }
    const why = slowHashFault(hash)
    return why === null ? { kind: 'imported', hash } : fault('', 'hash_out_of_bounds', why)
  }
  if (given.algorithm === 'keygrant') {
    const hash = readSlowHash(given.hash)
    if (hash?.algorithm !== 'argon2' || hash.text !== given.hash || slowHashFault(hash) !== null) {
      return fault('/hash', 'unknown_hash', 'must be an argon2 hash as a Keygrant exports it')
    }
    return { kind: 'own', hash: given.hash }
  }
  const [salt, bytes] = [readBase64(given.salt), readBase64(given.hash)]
  if (salt === null) return fault('/salt', 'malformed', 'is not base64')
  if (bytes === null) return fault('/hash', 'malformed', 'is not base64')
  const why = slowHashFault({ algorithm: 'firebase-scrypt', keyId: '', salt, hash: bytes })
  if (why !== null) return fault('/hash', 'hash_out_of_bounds', why)
  const key = hashKeys[given.hash_key]
  if (!key) {
    const message = "needs the project's password hash parameters: send them in hash_keys of the request"
    return fault('/hash_key', 'hash_key_required', message)
  }
  if (key.signerKey.length !== bytes.length) {
    return fault('/hash', 'malformed', `must be as long as the project's signer key, ${key.signerKey.length} bytes`)
  }
  return { kind: 'firebase', key, salt, hash: bytes }
}

const names = ['organization_id', 'external_id', 'slug'] as const

function organizationOf(
  given: Fields['organizations'][number],
  index: number,
  errors: InputFault[],
): RowOrganization | null {
  const named = names.flatMap((by) => (given[by] === undefined ? [] : [{ by, value: given[by] }]))
  const [one] = named
  if (one && named.length === 1) return { ...one, role: given.role }
  const message = `must name the organization by one of ${names.join(', ')}`
  errors.push({ path: `/organizations/${index}`, code: 'one_of', message })
  return null
}
