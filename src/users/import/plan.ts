/** What becomes of each row: a new person, one who is here already, or a fault. Reads nothing and writes nothing. */
import type { InputFault } from '../../http/problem.ts'
import { writeSlowHash } from '../../platform/slow-hash/slow-hash.ts'
import type { MemberRole } from '../../organizations/organization.ts'
import { emailKey } from '../user.ts'
import type { PersonRow, RowOrganization } from './row.ts'
import type { PresentPerson } from './store.ts'

export interface PlannedPerson {
  row: PersonRow
  emailKey: string
  /** As it will rest. */
  passwordHash: string | null
  importedPasswordHash: string | null
  memberships: readonly { organizationId: string; role: MemberRole }[]
}

export type Plan =
  | { outcome: 'created'; person: PlannedPerson }
  | { outcome: 'unchanged'; id: string }
  | { outcome: 'invalid' | 'conflict'; errors: InputFault[] }

/** What the rows are held against. */
export interface Facts {
  /** By `emailKey`. */
  present: ReadonlyMap<string, PresentPerson>
  organizationId(named: RowOrganization): string | null
  /** Under which id the key of a Firebase project rests, or will. */
  keyId(password: PersonRow['password'] & { kind: 'firebase' }): string
}

/** In the order of the rows; what comes first counts. @param places where each row stands in the request */
export function planPeople(facts: Facts, rows: readonly PersonRow[], places: readonly number[]): Plan[] {
  const planned = new Map<string, number>()
  return rows.map((row, index): Plan => {
    const missing = row.organizations.flatMap((named, at) =>
      facts.organizationId(named) === null ? [unknownOrganization(named, at)] : [],
    )
    if (missing.length > 0) return { outcome: 'invalid', errors: missing }
    const person = personOf(facts, row)
    const before = planned.get(person.emailKey)
    if (before !== undefined) return { outcome: 'conflict', errors: [repeated(before)] }
    const present = facts.present.get(person.emailKey)
    if (!present) {
      planned.set(person.emailKey, places[index] ?? index)
      return { outcome: 'created', person }
    }
    const fault = differs(person, present)
    return fault ? { outcome: 'conflict', errors: [fault] } : { outcome: 'unchanged', id: present.id }
  })
}

function personOf(facts: Facts, row: PersonRow): PlannedPerson {
  const roles = new Map<string, MemberRole>()
  for (const named of row.organizations) {
    const id = facts.organizationId(named)
    if (id !== null) roles.set(id, named.role)
  }
  return {
    row,
    emailKey: emailKey(row.email),
    passwordHash: row.password?.kind === 'own' ? row.password.hash : null,
    importedPasswordHash: importedHash(facts, row.password),
    memberships: [...roles].map(([organizationId, role]) => ({ organizationId, role })),
  }
}

function importedHash(facts: Facts, password: PersonRow['password']): string | null {
  if (password?.kind === 'imported') return writeSlowHash(password.hash)
  if (password?.kind !== 'firebase') return null
  const { salt, hash } = password
  return writeSlowHash({ algorithm: 'firebase-scrypt', keyId: facts.keyId(password), salt, hash })
}

/**
 * The same import again finds everybody, also those who have signed in since: their hash is ours then, and what they have
 * changed of themselves stays.
 */
function differs(wanted: PlannedPerson, present: PresentPerson): InputFault | null {
  if (present.importedPasswordHash !== null) {
    return present.importedPasswordHash === wanted.importedPasswordHash ? null : otherPassword
  }
  if (present.passwordHash !== null) {
    return present.broughtAlong || present.passwordHash === wanted.passwordHash ? null : taken
  }
  if (!present.broughtAlong) return taken
  return wanted.passwordHash === null && wanted.importedPasswordHash === null ? null : otherPassword
}

const taken: InputFault = { path: '/email', code: 'taken', message: 'has an account here already' }

const otherPassword: InputFault = {
  path: '/password_hash',
  code: 'differs',
  message: 'is another one than this person was brought along with before',
}

const repeated = (before: number): InputFault => ({
  path: '/email',
  code: 'repeated',
  message: `is the address of row ${before}, too`,
})

function unknownOrganization({ by, value }: RowOrganization, at: number): InputFault {
  const message = `there is no organization ${value}, or it is a person's own`
  return { path: `/organizations/${at}/${by}`, code: 'unknown_organization', message }
}
