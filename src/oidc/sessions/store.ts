/** The rows of sessions as they are listed and ended, and of what ends with them. */
import type { Cursor } from '../../http/api/list.ts'
import type { Db, Tx } from '../../platform/database.ts'
import type { Prisma } from '../../platform/prisma/client.ts'

/** What is told of a session. Neither its cookie nor what tokens call it by is in it. */
export interface ListedSession {
  id: string
  userId: string
  signedInAt: Date | null
  amr: readonly string[]
  userAgent: string | null
  address: string | null
  lastUsedAt: Date | null
  createdAt: Date
  expiresAt: Date
  clientIds: readonly string[]
}

/** The person whose sessions are seen; null: everybody's. */
export type Sight = { userId: string } | null

/** A page, newest first: ids sort by the time they were made, so the rows' own index has them in this order. */
export async function listSessionPage(
  db: Db,
  page: { limit: number; cursor: Cursor | undefined; userId: string | undefined; sight: Sight; now: Date },
): Promise<ListedSession[]> {
  const { limit, cursor, userId, sight, now } = page
  const rows = await db.session.findMany({
    where: {
      AND: [
        alive(now),
        sight ?? {},
        userId === undefined ? {} : { userId },
        cursor === undefined ? {} : { id: { lt: cursor.id } },
      ],
    },
    orderBy: { id: 'desc' },
    take: limit + 1,
    select: columns,
  })
  return rows.map(listed)
}

export async function findSession(db: Db, id: string, sight: Sight, now: Date): Promise<ListedSession | null> {
  const row = await db.session.findFirst({ where: { AND: [{ id }, alive(now), sight ?? {}] }, select: columns })
  return row && listed(row)
}

/** Somebody's; one that nobody is signed in to is of interest to nobody. */
const alive = (now: Date) => ({ userId: { not: null }, expiresAt: { gt: now } }) satisfies Prisma.SessionWhereInput

const columns = {
  id: true,
  userId: true,
  signedInAt: true,
  amr: true,
  userAgent: true,
  address: true,
  lastUsedAt: true,
  createdAt: true,
  expiresAt: true,
  clients: { select: { clientId: true } },
} as const satisfies Prisma.SessionSelect

function listed({ userId, clients, ...row }: Prisma.SessionGetPayload<{ select: typeof columns }>): ListedSession {
  return { ...row, userId: userId ?? '', clientIds: clients.map(({ clientId }) => clientId).toSorted() }
}

export async function isUser(db: Db, id: string): Promise<boolean> {
  return (await db.user.count({ where: { id } })) > 0
}

/** Is this the organization that is theirs alone, and has no other member ever? */
export async function isPersonal(db: Db, organizationId: string, userId: string): Promise<boolean> {
  return (await db.organization.count({ where: { id: organizationId, personalUserId: userId } })) > 0
}

interface EndedSession {
  id: string
  uid: string
  userId: string | null
}

export async function deleteSession(tx: Tx, id: string): Promise<EndedSession[]> {
  return tx.$queryRaw`DELETE FROM sessions WHERE id = ${id} RETURNING id, uid, user_id AS "userId"`
}

/** All but that one, if it is theirs. */
export async function deleteSessionsOf(tx: Tx, userId: string, except: string | null = null): Promise<EndedSession[]> {
  // deleteMany returns no rows, and which sessions ended has to be told.
  return tx.$queryRaw`
    DELETE FROM sessions WHERE user_id = ${userId} AND id IS DISTINCT FROM ${except}
    RETURNING id, uid, user_id AS "userId"`
}

/** As at a sign-out: those that offline access lets outlive a session live on. */
export async function revokeFamiliesOfSessions(
  tx: Tx,
  sessionUids: readonly string[],
  at: Date,
): Promise<{ id: string; clientId: string; userId: string }[]> {
  return tx.tokenFamily.updateManyAndReturn({
    where: { sessionUid: { in: [...sessionUids] }, revokedAt: null, persistsLogout: false },
    data: { revokedAt: at },
    select: { id: true, clientId: true, userId: true },
  })
}

/** Families that offline access lets outlive a session end only where asked for. */
export async function revokeFamiliesOfUser(
  tx: Tx,
  userId: string,
  { at, alsoOffline }: { at: Date; alsoOffline: boolean },
): Promise<{ id: string; clientId: string }[]> {
  return tx.tokenFamily.updateManyAndReturn({
    where: { userId, revokedAt: null, ...(alsoOffline ? {} : { persistsLogout: false }) },
    data: { revokedAt: at },
    select: { id: true, clientId: true },
  })
}
