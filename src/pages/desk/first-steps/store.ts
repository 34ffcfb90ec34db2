/** How far a new platform has come, as the database knows it. Raw, since it is one statement and not a row of any table. */
import type { Db } from '../../../platform/database.ts'

export async function findEnd(db: Db): Promise<Date | null> {
  const row = await db.installation.findUnique({ where: { id: 1 }, select: { firstStepsEndedAt: true } })
  return row?.firstStepsEndedAt ?? null
}

export async function setEnd(db: Db, at: Date): Promise<void> {
  await db.installation.updateMany({ where: { id: 1, firstStepsEndedAt: null }, data: { firstStepsEndedAt: at } })
}

export interface Taken {
  /** There is a key with one of these scopes. */
  key: boolean
  policy: boolean
  /** A key with one of them was asked about. */
  check: boolean
  /** By a stored policy. */
  gateway: boolean
}

/** @param since usage from before isn't looked at, or a large platform that was never done would have it all read */
export async function findTaken(db: Db, scopes: readonly string[], since: Date): Promise<Taken> {
  const [taken] = await db.$queryRaw<Taken[]>`
    SELECT EXISTS (SELECT FROM api_keys WHERE scopes && ${[...scopes]}::text[]) AS key,
      EXISTS (SELECT FROM policies) AS policy,
      EXISTS (SELECT FROM usage u JOIN api_keys k ON k.id = u.credential_id
        WHERE u.hour >= ${since.toISOString()}::timestamptz AND k.scopes && ${[...scopes]}::text[]) AS check,
      EXISTS (SELECT FROM usage WHERE hour >= ${since.toISOString()}::timestamptz AND route <> '') AS gateway`
  if (!taken) throw new Error('a statement without a table has a row')
  return taken
}
