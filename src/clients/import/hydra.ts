/** Clients of Ory Hydra: `hydra list oauth2-clients --format json`, or what its admin API answers at `/admin/clients`. */
import { z } from 'zod'
import {
  exportedTime,
  parseExport,
  UnreadableExport,
  type Converted,
  type ConversionNote,
} from '../../http/api/converted.ts'
import { readSlowHash } from '../../platform/slow-hash/read.ts'

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
const list = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? [])

const client = z.looseObject({
  client_id: z.string(),
  client_secret: text,
  grant_types: list,
  response_types: list,
  scope: text,
  subject_type: text,
  created_at: text,
})

type Client = z.output<typeof client>

const page = z.looseObject({
  items: z.array(client),
  is_last_page: z.boolean().optional(),
  next_page_token: z.string().optional(),
})

/** What means the same here. */
const kept = [
  'client_name',
  'redirect_uris',
  'post_logout_redirect_uris',
  'token_endpoint_auth_method',
  'token_endpoint_auth_signing_alg',
  'contacts',
  'client_uri',
  'logo_uri',
  'policy_uri',
  'tos_uri',
  'jwks',
  'jwks_uri',
] as const

/** What is read by itself, or says nothing of the client. */
const known: ReadonlySet<string> = new Set([
  ...kept,
  ...Object.keys(client.shape),
  'client_secret_expires_at',
  'updated_at',
  'registration_access_token',
  'registration_client_uri',
])

const grants = ['authorization_code', 'refresh_token', 'client_credentials']

/**
 * Hydra shows no secrets of clients that are there; a `client_secret` that is a hash, out of its table `hydra_client`, is
 * taken as one.
 * @throws {UnreadableExport}
 */
export function readHydraClients(exported: string): Converted {
  const value = parseExport(exported)
  const parsed = page.safeParse(Array.isArray(value) ? { items: value } : value)
  if (!parsed.success) {
    throw new UnreadableExport(
      'This is no list of Hydra’s clients: make one with hydra list oauth2-clients --format json.',
    )
  }
  const { items, is_last_page: isLast, next_page_token: next } = parsed.data
  const notes: ConversionNote[] = []
  if (isLast === false || (isLast === undefined && next !== undefined && next !== '')) {
    const message = 'The list has another page: fetch all of them, with --page-size 500 and --page-token.'
    notes.push({ about: null, message, skipped: false })
  }
  return { rows: items.map((one) => rowOf(one, notes)), notes }
}

function rowOf(given: Client, notes: ConversionNote[]): Record<string, unknown> {
  const note = (message: string) => notes.push({ about: given.client_id, message, skipped: false })
  const row = {
    client_id: given.client_id,
    ...Object.fromEntries(kept.flatMap((field) => (isEmpty(given[field]) ? [] : [[field, given[field]]]))),
    ...grantsOf(given, note),
    ...scopeOf(given),
    ...secretOf(given),
    ...(given.created_at === '' ? {} : { created_at: exportedTime(given.created_at) }),
  }
  if (given.subject_type === 'pairwise')
    note('People’s subjects were other ones for each client: here they are the same.')
  const left = Object.keys(given).filter(
    (field) => !known.has(field) && !isEmpty(given[field]) && given[field] !== 'none',
  )
  if (left.length > 0) note(`What is said of ${left.join(', ')} stays behind.`)
  return row
}

/** Hydra writes what isn't set, too. */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

function grantsOf({ grant_types: asked, response_types: types }: Client, note: (message: string) => void): object {
  const dropped = asked.filter((grant) => !grants.includes(grant))
  if (dropped.length > 0) note(`The grants ${dropped.join(', ')} are none that there are here.`)
  const others = types.filter((type) => type !== 'code')
  if (others.length > 0) note(`The response types ${others.join(', ')} are none that there are here: code alone is.`)
  const usable = asked.filter((grant) => grants.includes(grant))
  const alone = usable.includes('refresh_token') && !usable.includes('authorization_code')
  // Without any, Hydra takes the code grant.
  if (asked.length === 0) return { grant_types: ['authorization_code'] }
  return { grant_types: alone ? usable.filter((grant) => grant !== 'refresh_token') : usable }
}

/** `offline` is Hydra's other name for `offline_access`. */
function scopeOf({ scope }: Client): object {
  const names = scope.split(' ').filter((name) => name !== '')
  const unique = new Set(names.map((name) => (name === 'offline' ? 'offline_access' : name)))
  return unique.size === 0 ? {} : { scope: [...unique].join(' ') }
}

function secretOf({ client_secret: secret }: Client): object {
  if (secret === '') return {}
  return readSlowHash(secret) ? { client_secret_hash: secret } : { client_secret: secret }
}
