/** What the rows of an import name, read for all of them at once. */
import type { InputFault } from '../../http/problem.ts'
import type { Tx } from '../../platform/database.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { DEFAULT_SERVICE_ACCOUNT } from '../owner.ts'
import { foreignDigests, type Formats } from './formats.ts'
import { restingDigests } from './hash.ts'
import { isPlace, namesOf, placeOf, type Place, type Places } from './place.ts'
import type { ImportRow } from './row.ts'
import {
  countPending,
  findPeople,
  findPresentKeys,
  findServiceAccounts,
  holdOrganizations,
  holdTiers,
  type AccountRow,
  type PersonRow,
  type PresentKey,
} from './store.ts'

export interface Facts {
  /** Of each row, by the row itself. */
  places: ReadonlyMap<ImportRow, Place | InputFault>
  /** By id, and by `accountName`. */
  accounts: ReadonlyMap<string, AccountRow>
  /** By id, and by what their address is compared by. */
  people: ReadonlyMap<string, PersonRow>
  tiers: ReadonlySet<string>
  /** By a digest in hexadecimal. */
  present: ReadonlyMap<string, PresentKey>
  /** How many slow ones there are that weren't used yet, by what they begin with. */
  pending: ReadonlyMap<string, number>
}

export interface FactServices {
  secrets: Secrets
  /** How foreign keys are looked for by now. */
  formats: Formats
  emailKey: (email: string) => string
}

/** Null: there is no default organization of that id. */
export async function readFacts(
  tx: Tx,
  services: FactServices,
  rows: readonly ImportRow[],
  defaultId: string | null,
): Promise<Facts | null> {
  const { emailKey } = services
  const found = await findPeople(tx, {
    ids: ownersBy(rows, 'user_id'),
    emailKeys: ownersBy(rows, 'user_email').map(emailKey),
  })
  const people = new Map(found.flatMap((person) => [person.id, person.emailKey].map((name) => [name, person] as const)))
  const organizations = await holdOrganizations(tx, organizationsOf(rows, found, defaultId))
  if (defaultId !== null && !organizations.some(({ id }) => id === defaultId)) return null
  const known: Places = { names: new Map(organizations.flatMap(namesOf)), people, defaultId }
  const places = new Map(rows.map((row) => [row, placeOf(row, known, ownerOf(row, people, emailKey))]))
  const accounts = await findServiceAccounts(tx, {
    ids: ownersBy(rows, 'service_account_id'),
    named: rows.flatMap((row) => {
      const place = places.get(row)
      return place && isPlace(place) ? [{ organizationId: place.organizationId, name: accountOf(row) }] : []
    }),
  })
  return {
    places,
    accounts: new Map(
      accounts.flatMap((account) =>
        [account.id, accountName(account.organizationId, account.name)].map((name) => [name, account] as const),
      ),
    ),
    people,
    tiers: new Set(await holdTiers(tx, distinct(rows.flatMap(({ tier }) => tier ?? [])))),
    present: await presentKeys(tx, services, rows),
    pending: await countPending(
      tx,
      distinct(rows.flatMap(({ secret }) => ('lookupPrefix' in secret ? [secret.lookupPrefix] : []))),
    ),
  }
}

/** The service account that a key acts for where it names no other owner. */
export function accountOf({ owner }: ImportRow): string {
  return owner?.by === 'service_account' ? owner.value : DEFAULT_SERVICE_ACCOUNT
}

export const accountName = (organizationId: string, name: string): string => JSON.stringify([organizationId, name])

/** The person whom a row names, if it names one. */
export function ownerOf(
  { owner }: ImportRow,
  people: ReadonlyMap<string, PersonRow>,
  emailKey: (email: string) => string,
): PersonRow | undefined {
  if (owner?.by === 'user_id') return people.get(owner.value)
  return owner?.by === 'user_email' ? people.get(emailKey(owner.value)) : undefined
}

/** By any of which it may be there already: a key in plain text may have come as a hash before. */
export function digestsOf(
  { secrets, formats }: Pick<FactServices, 'secrets' | 'formats'>,
  { secret }: ImportRow,
): string[] {
  const digests = secret.as === 'plain' ? foreignDigests(formats, secrets, secret.key) : restingDigests(secrets, secret)
  return digests.map((digest) => digest.toString('hex'))
}

async function presentKeys(
  tx: Tx,
  services: FactServices,
  rows: readonly ImportRow[],
): Promise<ReadonlyMap<string, PresentKey>> {
  const digests = distinct(rows.flatMap((row) => digestsOf(services, row)))
  return new Map((await findPresentKeys(tx, digests)).map((key) => [key.digest, key]))
}

function organizationsOf(rows: readonly ImportRow[], people: readonly PersonRow[], defaultId: string | null) {
  const named = (name: string) =>
    rows.flatMap(({ organization }) => (organization?.by === name ? [organization.value] : []))
  const homes = people.flatMap(({ personalOrganizationId }) => personalOrganizationId ?? [])
  const customers = rows.flatMap(({ organization, externalId }) => (organization ? [] : (externalId ?? [])))
  return {
    ids: distinct([...named('id'), ...homes, ...(defaultId === null ? [] : [defaultId])]),
    externalIds: distinct([...named('external_id'), ...customers]),
    slugs: distinct(named('slug')),
  }
}

function ownersBy(rows: readonly ImportRow[], by: string): string[] {
  return distinct(rows.flatMap(({ owner }) => (owner?.by === by ? [owner.value] : [])))
}

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)]
