/** The rows that bringing people along reads and writes, many at a time. */
import type { Db, Tx } from '../../platform/database.ts'
import type { RestingHashKey } from './firebase-key.ts'

const FIREBASE = 'firebase-scrypt'

export async function findHashKey(db: Db | Tx, id: string): Promise<RestingHashKey | null> {
  return db.hashKey.findFirst({ where: { id, algorithm: FIREBASE } })
}

export async function listFirebaseKeys(tx: Tx): Promise<RestingHashKey[]> {
  return tx.hashKey.findMany({ where: { algorithm: FIREBASE }, orderBy: { id: 'asc' } })
}

export async function insertHashKeys(tx: Tx, keys: readonly RestingHashKey[]): Promise<void> {
  if (keys.length > 0) await tx.hashKey.createMany({ data: [...keys] })
}

/** Whom an address belongs to already. */
export interface PresentPerson {
  id: string
  emailKey: string
  passwordHash: string | null
  importedPasswordHash: string | null
  /** By an import, and not by a sign-up, say. */
  broughtAlong: boolean
}

export async function listPresent(tx: Tx, emailKeys: readonly string[]): Promise<PresentPerson[]> {
  const people = await tx.user.findMany({
    where: { emailKey: { in: [...emailKeys] } },
    select: { id: true, emailKey: true, passwordHash: true, importedPasswordHash: true },
  })
  if (people.length === 0) return []
  const noted = await tx.auditEvent.findMany({
    where: { targetKind: 'user', targetId: { in: people.map(({ id }) => id) }, type: 'user.imported' },
    select: { targetId: true },
  })
  const imported = new Set(noted.map(({ targetId }) => targetId))
  return people.map((person) => ({ ...person, broughtAlong: imported.has(person.id) }))
}

export interface NewPersonRow {
  id: string
  email: string
  emailKey: string
  emailVerifiedAt: Date | null
  name: string | null
  passwordHash: string | null
  importedPasswordHash: string | null
  passwordChangedAt: Date | null
  locale: string | null
  disabledAt: Date | null
  createdAt: Date
  updatedAt: Date
}

/** @returns the ids of those that are in; the others' addresses were taken beside us */
export async function insertPeople(tx: Tx, people: readonly NewPersonRow[]): Promise<Set<string>> {
  const inserted = await tx.user.createManyAndReturn({ data: [...people], skipDuplicates: true, select: { id: true } })
  return new Set(inserted.map(({ id }) => id))
}
