/**
 * Brings people of another system along, with their hashes: they sign in with the passwords that they have. Nobody is
 * mailed, and nobody becomes an administrator. Some ten statements for a thousand people.
 */
import { record, type AuditContext } from '../../audit/record.ts'
import type { Event } from '../../audit/events.ts'
import {
  importAnswerOf,
  parseRow,
  type ImportAnswer,
  type ParsedRow,
  type RowResult,
} from '../../http/api/import-rows.ts'
import type { Tx } from '../../platform/database.ts'
import { newId } from '../../platform/ids.ts'
import type { FirebaseKey } from '../../platform/slow-hash/slow-hash.ts'
import type { UserServices } from '../services.ts'
import { emailKey } from '../user.ts'
import { usedKeys, type UsedKeys } from './firebase-key.ts'
import { planPeople, type Facts, type Plan, type PlannedPerson } from './plan.ts'
import { personFields, readPerson, type PersonRow } from './row.ts'
import { insertHashKeys, insertPeople, listFirebaseKeys, listPresent } from './store.ts'

/** What an import needs of organizations. */
export interface ImportOrganizations {
  /** Customers by any of their names; they stay to the end of the transaction. */
  hold(
    tx: Tx,
    wanted: { ids: readonly string[]; externalIds: readonly string[]; slugs: readonly string[] },
  ): Promise<{ id: string; externalId: string | null; slug: string | null }[]>
  /** Their own organizations, and their memberships in others. @returns the ids of their own, in the same order */
  place(
    tx: Tx,
    people: readonly {
      id: string
      name: string
      createdAt: Date
      memberships: PlannedPerson['memberships']
    }[],
    context: AuditContext,
  ): Promise<string[]>
}

export type ImportServices = Pick<UserServices, 'clock' | 'secrets'> & { organizations: ImportOrganizations }

export interface WantedImport {
  rows: readonly unknown[]
  hashKeys: readonly FirebaseKey[]
  dryRun: boolean
}

/** A row with a fault stops no other. */
export async function importUsers(
  tx: Tx,
  services: ImportServices,
  { rows: given, hashKeys, dryRun }: WantedImport,
  context: AuditContext,
): Promise<ImportAnswer> {
  const now = services.clock.now()
  const parsed = given.map((row): ParsedRow<PersonRow> => {
    const fields = parseRow(personFields, row)
    return fields.ok ? readPerson(fields.value, { hashKeys, now }) : fields
  })
  const read = parsed.flatMap((one, place) => (one.ok ? [{ row: one.value, place }] : []))
  const rows = read.map(({ row }) => row)

  const keys = usedKeys(
    services,
    rows.flatMap(({ password }) => (password?.kind === 'firebase' ? [password.key] : [])),
    await listFirebaseKeys(tx),
  )
  const facts = await readFacts(tx, services, rows, keys)
  const plans = planPeople(
    facts,
    rows,
    read.map(({ place }) => place),
  )
  const people = plans.flatMap((plan) => (plan.outcome === 'created' ? [plan.person] : []))
  const ids = dryRun ? null : await write(tx, services, people, keys, context)
  const answer = importAnswerOf(dryRun, resultsOf(parsed, plans, ids))
  if (!dryRun) {
    await record(tx, { type: 'installation.users_imported', id: 'installation', data: answer.counts }, context)
  }
  return answer
}

async function readFacts(
  tx: Tx,
  { organizations }: ImportServices,
  rows: readonly PersonRow[],
  keys: UsedKeys,
): Promise<Facts> {
  const present = await listPresent(tx, [...new Set(rows.map(({ email }) => emailKey(email)))])
  const named = rows.flatMap((row) => row.organizations)
  const valuesOf = (wanted: (typeof named)[number]['by']) => [
    ...new Set(named.flatMap(({ by, value }) => (by === wanted ? [value] : []))),
  ]
  const customers =
    named.length === 0
      ? []
      : await organizations.hold(tx, {
          ids: valuesOf('organization_id'),
          externalIds: valuesOf('external_id'),
          slugs: valuesOf('slug'),
        })
  const byName = {
    organization_id: new Map(customers.map(({ id }) => [id, id])),
    external_id: new Map(customers.map(({ id, externalId }) => [externalId, id])),
    slug: new Map(customers.map(({ id, slug }) => [slug, id])),
  }
  return {
    present: new Map(present.map((person) => [person.emailKey, person])),
    organizationId: ({ by, value }) => byName[by].get(value) ?? null,
    keyId: ({ key }) => keys.idOf(key),
  }
}

/** @returns the id of everybody who is in, and null for those whose address was taken beside us */
async function write(
  tx: Tx,
  { clock, organizations }: ImportServices,
  people: readonly PlannedPerson[],
  keys: UsedKeys,
  context: AuditContext,
): Promise<Map<PlannedPerson, string | null>> {
  if (people.length === 0) return new Map()
  const now = clock.now()
  await insertHashKeys(tx, keys.fresh)
  const rows = people.map((person) => {
    const { row, passwordHash, importedPasswordHash } = person
    const columns = {
      id: newId('usr', clock),
      email: row.email,
      emailKey: person.emailKey,
      emailVerifiedAt: row.emailVerified ? now : null,
      name: row.name,
      passwordHash,
      importedPasswordHash,
      passwordChangedAt: passwordHash === null ? null : now,
      locale: row.locale,
      disabledAt: row.disabled ? now : null,
      createdAt: row.createdAt ?? now,
      updatedAt: now,
    }
    return { person, columns }
  })
  const inserted = await insertPeople(
    tx,
    rows.map(({ columns }) => columns),
  )
  const made = rows.filter(({ columns }) => inserted.has(columns.id))
  const own = await organizations.place(
    tx,
    made.map(({ person, columns: { id, name, email, createdAt } }) => ({
      id,
      name: name ?? email,
      createdAt,
      memberships: person.memberships,
    })),
    context,
  )
  await record(
    tx,
    made.flatMap(({ person, columns: { id } }, index) => eventsOf(person, id, own[index] ?? null)),
    context,
  )
  return new Map(rows.map(({ person, columns: { id } }) => [person, inserted.has(id) ? id : null]))
}

function eventsOf({ row }: PlannedPerson, id: string, organizationId: string | null): Event[] {
  const { email, name, emailVerified, disabled, password } = row
  return [
    { type: 'user.created', id, organizationId, data: { email, name, by: 'import' } },
    {
      type: 'user.imported',
      id,
      organizationId,
      data: { password: passwordName(password), email_verified: emailVerified, disabled },
    },
  ]
}

/** What there is of a password, without anything of it. */
function passwordName(password: PersonRow['password']): string {
  if (password === null) return 'none'
  if (password.kind === 'imported') return password.hash.algorithm
  return password.kind === 'firebase' ? 'firebase-scrypt' : 'keygrant'
}

function resultsOf(
  parsed: readonly ParsedRow<PersonRow>[],
  plans: readonly Plan[],
  ids: ReadonlyMap<PlannedPerson, string | null> | null,
): RowResult[] {
  const remaining = [...plans]
  return parsed.map((one, row): RowResult => {
    if (!one.ok) return { row, outcome: 'invalid', errors: one.errors }
    const plan = remaining.shift()
    if (!plan) throw new Error('a row has no plan')
    const warnings = one.value.warnings.length > 0 ? { warnings: [...one.value.warnings] } : {}
    switch (plan.outcome) {
      case 'invalid':
      case 'conflict':
        return { row, outcome: plan.outcome, errors: plan.errors }
      case 'unchanged':
        return { row, outcome: 'unchanged', id: plan.id }
      case 'created': {
        if (ids === null) return { row, outcome: 'created', ...warnings }
        const id = ids.get(plan.person)
        if (id) return { row, outcome: 'created', id, ...warnings }
        return { row, outcome: 'conflict', errors: [{ path: '/email', code: 'taken', message: 'was just taken' }] }
      }
    }
  })
}
