/** What becomes of each row: a new client, one that is here already, or a fault. Reads nothing and writes nothing. */
import { isDeepStrictEqual } from 'node:util'
import type { InputFault } from '../../http/problem.ts'
import type { Client } from '../client.ts'
import type { Registration } from '../metadata-rules.ts'
import { wireName } from '../update.ts'
import { looksLikeOurs } from './client-id.ts'
import type { ClientRow } from './row.ts'

export interface PlannedClient {
  row: ClientRow
  /** With its organization, and a name. */
  registration: Registration & { name: string }
}

export type Plan =
  | { outcome: 'created'; client: PlannedClient }
  | { outcome: 'unchanged'; id: string }
  | { outcome: 'invalid' | 'conflict'; errors: InputFault[] }

/** A row with what it refers to. */
export interface ResolvedRow {
  row: ClientRow
  /** Where it stands in the request. */
  place: number
  registration: PlannedClient['registration']
  /** What it refers to and isn't there, and what the caller may not give. */
  errors: readonly InputFault[]
}

/** What the rows are held against. */
export interface Facts {
  present: ReadonlyMap<string, Client>
  /** Whose slug it is. */
  slugs: ReadonlyMap<string, string>
  /** Whose secret a plain one is, by its digests in hexadecimal. */
  secretOwners: ReadonlyMap<string, string>
  /** Under each of the configured keys. */
  digestsOf(secret: string): string[]
}

/** In the order of the rows; what comes first counts. */
export function planClients(facts: Facts, rows: readonly ResolvedRow[]): Plan[] {
  const planned = new Map<string, number>()
  const slugs = new Map(facts.slugs)
  const owners = new Map(facts.secretOwners)
  return rows.map(({ row, place, registration, errors }): Plan => {
    if (errors.length > 0) return { outcome: 'invalid', errors: [...errors] }
    const before = planned.get(row.id)
    if (before !== undefined) return { outcome: 'conflict', errors: [repeated(before)] }
    const present = facts.present.get(row.id)
    if (present) {
      const differing = differences(facts, row, registration, present)
      return differing.length > 0 ? { outcome: 'conflict', errors: differing } : { outcome: 'unchanged', id: row.id }
    }
    if (looksLikeOurs(row.id)) return { outcome: 'invalid', errors: [reserved] }
    const taken = takenFaults(facts, row, registration, slugs, owners)
    if (taken.length > 0) return { outcome: 'conflict', errors: taken }
    planned.set(row.id, place)
    if (registration.slug !== null) slugs.set(registration.slug, row.id)
    if (row.secret?.kind === 'plain') for (const digest of facts.digestsOf(row.secret.text)) owners.set(digest, row.id)
    return { outcome: 'created', client: { row, registration } }
  })
}

/** One secret for two clients would let whoever knows the one be the other. */
function takenFaults(
  facts: Facts,
  { secret }: ClientRow,
  { slug }: Registration,
  slugs: ReadonlyMap<string, string>,
  owners: ReadonlyMap<string, string>,
): InputFault[] {
  const faults: InputFault[] = []
  if (slug !== null && slugs.has(slug)) {
    faults.push({ path: '/slug', code: 'taken', message: 'is the slug of another client' })
  }
  if (secret?.kind === 'plain' && facts.digestsOf(secret.text).some((digest) => owners.has(digest))) {
    faults.push({ path: '/client_secret', code: 'taken', message: 'is the secret of another client, too' })
  }
  return faults
}

/** The same import again finds every client, also those whose hash has become ours at its first use. */
function differences(
  { digestsOf }: Facts,
  { secret }: ClientRow,
  wanted: PlannedClient['registration'],
  present: Client,
): InputFault[] {
  const fields = Object.keys(wanted) as (keyof typeof wanted)[]
  const faults = fields
    .filter((field) => !isDeepStrictEqual(present[field], wanted[field]))
    .map((field): InputFault => ({ path: `/${pathOf(field)}`, code: 'differs', message: 'is another one here' }))
  const known = (text: string) =>
    present.secrets.some(({ digest }) => digestsOf(text).includes(Buffer.from(digest).toString('hex')))
  const pending = present.secrets.flatMap(({ importedHash }) => importedHash ?? [])
  if (secret?.kind === 'plain' && !known(secret.text)) faults.push(otherSecret('client_secret'))
  if (
    secret?.kind === 'hash' &&
    (present.secrets.length === 0 || (pending.length > 0 && !pending.includes(secret.text)))
  ) {
    faults.push(otherSecret('client_secret_hash'))
  }
  return faults
}

/** `metadata` is what has no column of its own. */
function pathOf(field: string): string {
  if (field === 'name') return 'client_name'
  return field === 'metadata' ? '' : wireName(field)
}

const otherSecret = (field: string): InputFault => ({
  path: `/${field}`,
  code: 'differs',
  message: 'is none of the secrets that the client has here',
})

const reserved: InputFault = {
  path: '/client_id',
  code: 'reserved',
  message: 'looks like an id of this server, and might be taken for somebody: register the client here instead',
}

const repeated = (before: number): InputFault => ({
  path: '/client_id',
  code: 'repeated',
  message: `is the client_id of row ${before}, too`,
})
