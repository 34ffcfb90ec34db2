/** The rows that bringing people along reads and writes, a thousand in each statement. */
import type { Db, Tx } from '../../platform/database.ts'
import type { RestingHashKey } from './firebase-key.ts'

const FIREBASE = 'firebase-scrypt'

export async function findHashKey(db: Db | Tx, id: string): Promise<RestingHashKey | null> {
  return db.hashKey.findFirst({ where: { id, algorithm: FIREBASE } })
}

/** In the order in which they came. */
export async function listFirebaseKeys(tx: Db | Tx): Promise<RestingHashKey[]> {
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
  return tx.$queryRaw<PresentPerson[]>`
    SELECT id, email_key AS "emailKey", password_hash AS "passwordHash", imported_password_hash AS "importedPasswordHash",
      EXISTS (SELECT 1 FROM audit_events a
        WHERE a.target_kind = 'user' AND a.target_id = u.id AND a.type = 'user.imported') AS "broughtAlong"
    FROM users u WHERE email_key = ANY(${[...emailKeys]}::text[])`
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

/**
 * As JSON in one parameter: to compile a statement with thousands of them holds up everybody else's requests.
 * @returns the ids of those that are in; the others' addresses were taken beside us
 */
export async function insertPeople(tx: Tx, people: readonly NewPersonRow[]): Promise<Set<string>> {
  const inserted = await tx.$queryRaw<{ id: string }[]>`
    INSERT INTO users (id, email, email_key, email_verified_at, name, password_hash, imported_password_hash,
      password_changed_at, locale, disabled_at, created_at, updated_at)
    SELECT id, email, "emailKey", "emailVerifiedAt", name, "passwordHash", "importedPasswordHash", "passwordChangedAt",
      locale, "disabledAt", "createdAt", "updatedAt"
    FROM json_to_recordset(${JSON.stringify(people)}::json) AS r(id text, email text, "emailKey" text,
      "emailVerifiedAt" timestamptz, name text, "passwordHash" text, "importedPasswordHash" text,
      "passwordChangedAt" timestamptz, locale text, "disabledAt" timestamptz, "createdAt" timestamptz,
      "updatedAt" timestamptz)
    ON CONFLICT (email_key) DO NOTHING RETURNING id`
  return new Set(inserted.map(({ id }) => id))
}

export interface LeavingPerson {
  id: string
  email: string
  emailVerifiedAt: Date | null
  name: string | null
  locale: string | null
  passwordHash: string | null
  importedPasswordHash: string | null
  disabledAt: Date | null
  createdAt: Date
  /** In customers' organizations. */
  memberships: {
    role: 'owner' | 'admin' | 'member'
    organization: { id: string; externalId: string | null; slug: string | null }
  }[]
}

/** In the order of their ids, in which nobody comes in between. */
export async function listPeopleAfter(db: Db | Tx, after: string, limit: number): Promise<LeavingPerson[]> {
  return db.user.findMany({
    where: { id: { gt: after } },
    orderBy: { id: 'asc' },
    take: limit,
    select: {
      id: true,
      email: true,
      emailVerifiedAt: true,
      name: true,
      locale: true,
      passwordHash: true,
      importedPasswordHash: true,
      disabledAt: true,
      createdAt: true,
      memberships: {
        where: { organization: { personalUserId: null } },
        select: { role: true, organization: { select: { id: true, externalId: true, slug: true } } },
      },
    },
  })
}
