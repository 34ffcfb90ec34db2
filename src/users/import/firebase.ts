/** People of a Firebase project: `firebase auth:export users.json --format=json`, and its console's password hash parameters. */
import { z } from 'zod'
import {
  exportedTime,
  parseExport,
  UnreadableExport,
  type Converted,
  type ConversionNote,
} from '../../http/api/converted.ts'

const account = z.looseObject({
  localId: z.string().optional(),
  email: z.string().optional(),
  emailVerified: z.boolean().optional(),
  displayName: z.string().optional(),
  passwordHash: z.string().optional(),
  salt: z.string().optional(),
  /** Milliseconds, as text. */
  createdAt: z.union([z.string(), z.number()]).optional(),
  disabled: z.boolean().optional(),
  providerUserInfo: z.array(z.looseObject({ providerId: z.string().optional() })).optional(),
  customAttributes: z.string().optional(),
  mfaInfo: z.array(z.unknown()).optional(),
})

type Account = z.output<typeof account>

const file = z.looseObject({ users: z.array(account) })

/**
 * The rows refer to the first of the request's `hash_keys`, which `readFirebaseHashConfig` gives.
 * @throws {UnreadableExport}
 */
export function readFirebaseUsers(text: string): Converted {
  const parsed = file.safeParse(parseExport(text))
  if (!parsed.success) {
    throw new UnreadableExport(
      'This is no export of Firebase accounts: make one with firebase auth:export users.json --format=json.',
    )
  }
  const { users } = parsed.data
  const notes: ConversionNote[] = []
  const rows = users.flatMap((one) => rowOf(one, notes))
  const left = [
    ['sign-ins with other providers', (one: Account) => others(one).length > 0],
    ['custom claims', ({ customAttributes = '{}' }: Account) => customAttributes !== '{}'],
    ['second factors', ({ mfaInfo = [] }: Account) => mfaInfo.length > 0],
  ] as const
  for (const [what, has] of left) {
    const count = users.filter((one) => has(one)).length
    if (count > 0) notes.push({ about: null, message: `The ${what} of ${count} people stay behind.`, skipped: false })
  }
  return { rows, notes }
}

function others({ providerUserInfo = [] }: Account) {
  return providerUserInfo.filter(({ providerId }) => providerId !== 'password' && providerId !== undefined)
}

function rowOf(given: Account, notes: ConversionNote[]): Record<string, unknown>[] {
  const { email, displayName, passwordHash, salt, createdAt } = given
  if (email === undefined || email === '') {
    const message = 'There is no e-mail address, by which people are known here.'
    notes.push({ about: given.localId ?? '(nameless)', message, skipped: true })
    return []
  }
  const hashed = passwordHash !== undefined && passwordHash !== ''
  const row = {
    email,
    email_verified: given.emailVerified === true,
    ...(displayName === undefined || displayName === '' ? {} : { name: displayName }),
    ...(hashed ? { password_hash: { algorithm: 'firebase-scrypt', salt: salt ?? '', hash: passwordHash } } : {}),
    ...(createdAt === undefined ? {} : { created_at: exportedTime(Number(createdAt)) }),
    ...(given.disabled === true ? { disabled: true } : {}),
  }
  return [row]
}

const members = ['base64_signer_key', 'base64_salt_separator', 'rounds', 'mem_cost'] as const

/**
 * One of the request's `hash_keys`, from the console's text (`hash_config { algorithm: SCRYPT, … }`), pasted as it is, or
 * from the same as JSON.
 * @throws {UnreadableExport}
 */
export function readFirebaseHashConfig(text: string): Record<string, unknown> {
  const values = members.map((member) => {
    const value = new RegExp(String.raw`"?${member}"?\s*:\s*"?([^\s",}]+)`).exec(text)?.[1]
    return [member, value === undefined || member.startsWith('base64') ? value : Number(value)] as const
  })
  const missing = values.flatMap(([member, value]) => (value === undefined ? [member] : []))
  if (missing.length > 0) {
    throw new UnreadableExport(
      `The password hash parameters lack ${missing.join(', ')}: the console shows them under Authentication, Users, at the three points above the list.`,
    )
  }
  return { algorithm: 'firebase-scrypt', ...Object.fromEntries(values) }
}
