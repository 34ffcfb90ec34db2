/** The rows of grants, and the families under them. */
import { afterCursor, type Cursor } from '../http/api/list.ts'
import type { Db, Tx } from '../platform/database.ts'
import type { Grant as GrantRow, Prisma } from '../platform/prisma/client.ts'
import type { Answer, Grant, ScopesByResource } from './grant.ts'

export async function findGrant(db: Db | Tx, userId: string, clientId: string): Promise<Grant | null> {
  const row = await db.grant.findUnique({ where: { userId_clientId: { userId, clientId } } })
  return row && fromRow(row)
}

export async function findGrantById(db: Db | Tx, id: string): Promise<Grant | null> {
  const row = await db.grant.findUnique({ where: { id } })
  return row && fromRow(row)
}

/** Whose grants somebody sees: a person's own, those of one client, those of the clients of these organizations. */
export interface Sight {
  userId: string | null
  clientId: string | null
  organizationIds: readonly string[]
}

/** A grant, and whose its client is. */
export interface SeenGrant extends Grant {
  organizationId: string | null
}

/** @param sight null: all of them */
export async function findSeenGrant(db: Db | Tx, id: string, sight: Sight | null): Promise<SeenGrant | null> {
  const row = await db.grant.findFirst({ where: { AND: [{ id }, seenBy(sight)] }, include: withOrganization })
  return row && seenFromRow(row)
}

/** A page and one row more, newest first. */
export async function listGrantPage(
  db: Db | Tx,
  page: {
    limit: number
    cursor: Cursor | undefined
    userId: string | undefined
    clientId: string | undefined
    sight: Sight | null
  },
): Promise<SeenGrant[]> {
  const { limit, cursor, userId, clientId, sight } = page
  const rows = await db.grant.findMany({
    where: {
      AND: [
        afterCursor(cursor),
        seenBy(sight),
        userId === undefined ? {} : { userId },
        clientId === undefined ? {} : { clientId },
      ],
    },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: limit + 1,
    include: withOrganization,
  })
  return rows.map(seenFromRow)
}

const withOrganization = { client: { select: { organizationId: true } } } as const satisfies Prisma.GrantInclude

function seenBy(sight: Sight | null): Prisma.GrantWhereInput {
  if (sight === null) return {}
  const { userId, clientId, organizationIds } = sight
  return {
    OR: [
      ...(userId === null ? [] : [{ userId }]),
      ...(clientId === null ? [] : [{ clientId }]),
      { client: { organizationId: { in: [...organizationIds] } } },
    ],
  }
}

function seenFromRow({ client, ...row }: Prisma.GrantGetPayload<{ include: typeof withOrganization }>): SeenGrant {
  return { ...fromRow(row), organizationId: client.organizationId }
}

/** One row per person and client also when two consents come at the same moment. */
export async function lockGrantOf(tx: Tx, userId: string, clientId: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`grant ${userId} ${clientId}`}, 0))`
}

export async function putGrant(
  tx: Tx,
  grant: Answer & { id: string; userId: string; clientId: string; clientFingerprint: Uint8Array; at: Date },
): Promise<void> {
  const { id, userId, clientId, at, ...answer } = grant
  const data = {
    oidcScopes: [...answer.oidcScopes],
    refusedOidcScopes: [...answer.refusedOidcScopes],
    claims: [...answer.claims],
    refusedClaims: [...answer.refusedClaims],
    resourceScopes: answer.resourceScopes as Prisma.InputJsonObject,
    refusedResourceScopes: answer.refusedResourceScopes as Prisma.InputJsonObject,
    clientFingerprint: new Uint8Array(answer.clientFingerprint),
  }
  await tx.grant.upsert({ where: { id }, create: { id, userId, clientId, createdAt: at, ...data }, update: data })
}

export async function deleteGrant(tx: Tx, id: string): Promise<void> {
  await tx.grant.delete({ where: { id } })
}

/** Everything that a person has allowed. @returns what it was, and whose the clients are */
export async function deleteGrantsOf(
  tx: Tx,
  userId: string,
): Promise<{ id: string; clientId: string; organizationId: string | null }[]> {
  return tx.$queryRaw`
    DELETE FROM grants g USING clients c WHERE g.user_id = ${userId} AND c.id = g.client_id
    RETURNING g.id, g.client_id AS "clientId", c.organization_id AS "organizationId"`
}

/** Ends the live families under a grant. @returns their ids */
export async function revokeFamiliesOf(tx: Tx, grantId: string, at: Date): Promise<string[]> {
  const families = await tx.tokenFamily.updateManyAndReturn({
    where: { grantId, revokedAt: null },
    data: { revokedAt: at },
    select: { id: true },
  })
  return families.map(({ id }) => id)
}

function fromRow({ resourceScopes, refusedResourceScopes, ...row }: GrantRow): Grant {
  return {
    ...row,
    resourceScopes: resourceScopes as unknown as ScopesByResource,
    refusedResourceScopes: refusedResourceScopes as unknown as ScopesByResource,
  }
}
