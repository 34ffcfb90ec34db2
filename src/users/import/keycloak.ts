/** People of a Keycloak realm: `kc.sh export`, with the users in the realm's file or in files of their own. */
import { z } from 'zod'
import {
  exportedTime,
  parseExport,
  UnreadableExport,
  type Converted,
  type ConversionNote,
} from '../../http/api/converted.ts'

const credential = z.looseObject({
  type: z.string().optional(),
  secretData: z.string().optional(),
  credentialData: z.string().optional(),
  // As Keycloak wrote them before version 8.
  hashedSaltedValue: z.string().optional(),
  salt: z.string().optional(),
  hashIterations: z.number().optional(),
  algorithm: z.string().optional(),
})

const user = z.looseObject({
  username: z.string().optional(),
  email: z.string().optional(),
  emailVerified: z.boolean().optional(),
  firstName: z.string().nullish(),
  lastName: z.string().nullish(),
  enabled: z.boolean().optional(),
  createdTimestamp: z.number().optional(),
  serviceAccountClientId: z.string().optional(),
  attributes: z.record(z.string(), z.unknown()).optional(),
  credentials: z.array(credential).optional(),
  federatedIdentities: z.array(z.unknown()).optional(),
  realmRoles: z.array(z.string()).optional(),
  clientRoles: z.record(z.string(), z.array(z.string())).optional(),
  groups: z.array(z.string()).optional(),
})

const file = z.union([z.looseObject({ users: z.array(user) }), z.array(user)])

type Credential = z.output<typeof credential>
type User = z.output<typeof user>

const secretData = z.looseObject({ value: z.string(), salt: z.string().default('') })
const credentialData = z.looseObject({
  hashIterations: z.int(),
  algorithm: z.string(),
  additionalParameters: z.record(z.string(), z.array(z.string())).optional(),
})

/** @throws {UnreadableExport} */
export function readKeycloakUsers(text: string): Converted {
  const parsed = file.safeParse(parseExport(text))
  if (!parsed.success) {
    throw new UnreadableExport(
      'This is no Keycloak export with users: make one with kc.sh export --users realm_file, or give the files of --users different_files.',
    )
  }
  const users = Array.isArray(parsed.data) ? parsed.data : parsed.data.users
  const notes: ConversionNote[] = []
  const rows = users.flatMap((one) => rowOf(one, notes))
  const left = [
    ['roles and groups', ({ realmRoles, clientRoles, groups }: User) => [realmRoles, clientRoles, groups].some(isMore)],
    ['sign-ins with other providers', ({ federatedIdentities }: User) => isMore(federatedIdentities)],
  ] as const
  for (const [what, has] of left) {
    const count = users.filter((one) => has(one)).length
    if (count > 0) notes.push({ about: null, message: `The ${what} of ${count} people stay behind.`, skipped: false })
  }
  return { rows, notes }
}

/** Everybody has the realm's default role, which says nothing. */
function isMore(list: readonly unknown[] | Record<string, unknown> | undefined): boolean {
  if (!Array.isArray(list)) return Object.keys(list ?? {}).length > 0
  return list.some((entry) => typeof entry !== 'string' || !entry.startsWith('default-roles-'))
}

function rowOf(given: User, notes: ConversionNote[]): Record<string, unknown>[] {
  const about = given.email ?? given.username ?? '(nameless)'
  const note = (message: string, skipped = false) => notes.push({ about, message, skipped })
  if (given.serviceAccountClientId !== undefined) {
    note(
      `It is the service account of the client ${given.serviceAccountClientId}, which is imported with the clients.`,
      true,
    )
    return []
  }
  const email = given.email ?? (given.username?.includes('@') === true ? given.username : undefined)
  if (email === undefined) {
    note('There is no e-mail address, by which people are known here.', true)
    return []
  }
  const passwords = (given.credentials ?? []).filter(({ type }) => type === 'password')
  const factors = (given.credentials ?? []).filter(({ type }) => type !== 'password')
  if (factors.length > 0) note('The second factors stay behind: they are set up anew.')
  const [password] = passwords
  const hash = password ? hashOf(password) : null
  if (password && hash === null) note('The hash of the password is of a kind that is not known: it has to be reset.')
  const name = [given.firstName, given.lastName].filter((part) => (part ?? '') !== '').join(' ')
  const [locale] = [given.attributes?.['locale']].flat()
  const row = {
    email,
    email_verified: given.email !== undefined && given.emailVerified === true,
    ...(name === '' ? {} : { name }),
    ...(typeof locale === 'string' && locale !== '' ? { locale } : {}),
    ...(hash === null ? {} : { password_hash: hash }),
    ...(given.createdTimestamp === undefined ? {} : { created_at: exportedTime(given.createdTimestamp) }),
    ...(given.enabled === false ? { disabled: true } : {}),
  }
  return [row]
}

const digests: Readonly<Record<string, string>> = {
  pbkdf2: 'sha1',
  'pbkdf2-sha256': 'sha256',
  'pbkdf2-sha512': 'sha512',
}

function hashOf(given: Credential): string | null {
  if (given.hashedSaltedValue !== undefined) {
    const { salt = '', hashIterations, algorithm = 'pbkdf2', hashedSaltedValue } = given
    return pbkdf2(algorithm, hashIterations, salt, hashedSaltedValue)
  }
  const secret = secretData.safeParse(parseExport(given.secretData ?? ''))
  const data = credentialData.safeParse(parseExport(given.credentialData ?? ''))
  if (!secret.success || !data.success) return null
  const { value, salt } = secret.data
  const { algorithm, hashIterations, additionalParameters = {} } = data.data
  // Of a provider that many have added: the value is the whole hash.
  if (algorithm === 'bcrypt') return value.startsWith('$2') ? value : null
  if (algorithm !== 'argon2') return pbkdf2(algorithm, hashIterations, salt, value)
  const of = (name: string) => additionalParameters[name]?.[0]
  const version = of('version') === '1.0' ? 16 : 19
  return `$argon2${of('type') ?? 'id'}$v=${version}$m=${of('memory') ?? '7168'},t=${hashIterations},p=${of('parallelism') ?? '1'}$${unpadded(salt)}$${unpadded(value)}`
}

function pbkdf2(algorithm: string, iterations: number | undefined, salt: string, value: string): string | null {
  const digest = digests[algorithm]
  if (digest === undefined || iterations === undefined) return null
  return `$pbkdf2-${digest}$i=${iterations}$${unpadded(salt)}$${unpadded(value)}`
}

const unpadded = (base64: string) => base64.replace(/=+$/, '')
