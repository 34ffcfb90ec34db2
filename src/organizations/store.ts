/** The rows of organizations. */
import { afterCursor, type Cursor } from '../http/api/list.ts'
import type { Db, Tx } from '../platform/database.ts'
import type { Organization as OrganizationRow, Prisma } from '../platform/prisma/client.ts'
import type { Organization } from './organization.ts'

/** What isn't given is as the table has it: no external id, no slug, the smallest tier, nothing kept beside it. */
export async function insertOrganization(
  tx: Tx,
  organization: Pick<Organization, 'id' | 'name' | 'personalUserId' | 'createdAt'>,
): Promise<void> {
  await tx.organization.create({ data: { ...organization, updatedAt: organization.createdAt } })
}

/** Those that each person has for themselves, of a thousand people at once: as JSON in one parameter, which costs little to make. */
export async function insertPersonalOrganizations(
  tx: Tx,
  organizations: readonly (Pick<Organization, 'id' | 'name' | 'createdAt'> & { personalUserId: string })[],
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO organizations (id, name, personal_user_id, created_at, updated_at)
    SELECT id, name, "personalUserId", "createdAt", "createdAt"
    FROM json_to_recordset(${JSON.stringify(organizations)}::json) AS r(id text, name text, "personalUserId" text,
      "createdAt" timestamptz)`
}

/** Customers by any of their names. None of them goes before the transaction ends, so that people can be made members. */
export async function holdCustomers(
  tx: Tx,
  { ids, externalIds, slugs }: { ids: readonly string[]; externalIds: readonly string[]; slugs: readonly string[] },
): Promise<{ id: string; externalId: string | null; slug: string | null }[]> {
  return tx.$queryRaw`
    SELECT id, external_id AS "externalId", slug FROM organizations
    WHERE personal_user_id IS NULL
      AND (id = ANY(${[...ids]}::text[]) OR external_id = ANY(${[...externalIds]}::text[]) OR slug = ANY(${[...slugs]}::text[]))
    ORDER BY id FOR KEY SHARE`
}

/** Null if another one has its external id or its slug, also one that was just made beside us. */
export async function insertOrganizationIfFree(tx: Tx, organization: Organization): Promise<Organization | null> {
  const { metadata, ...columns } = organization
  const data = { ...columns, metadata: metadata as Prisma.InputJsonObject }
  const [row] = await tx.organization.createManyAndReturn({ data: [data], skipDuplicates: true })
  return row ? toOrganization(row) : null
}

export async function findOrganization(db: Db | Tx, id: string): Promise<Organization | null> {
  const row = await db.organization.findUnique({ where: { id } })
  return row && toOrganization(row)
}

/**
 * Reads an organization and holds its row until the transaction ends: what was decided by counting its owners is still
 * true when it is written. Raw, since Prisma has no row locks.
 */
export async function lockOrganization(tx: Tx, id: string): Promise<Organization | null> {
  await tx.$queryRaw`SELECT 1 FROM organizations WHERE id = ${id} FOR NO KEY UPDATE`
  return findOrganization(tx, id)
}

/** The same, also against whatever would come to belong to it meanwhile: for one that goes. */
export async function lockWholeOrganization(tx: Tx, id: string): Promise<Organization | null> {
  await tx.$queryRaw`SELECT 1 FROM organizations WHERE id = ${id} FOR UPDATE`
  return findOrganization(tx, id)
}

/**
 * Whether another organization has this external id. Whoever else would take it waits until the transaction ends, so that
 * of several at once one gets it and the others are told, where the unique index would end their transactions.
 */
export async function isExternalIdTaken(tx: Tx, externalId: string, exceptId: string | null): Promise<boolean> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`organization external_id ${externalId}`}, 0))`
  const other = await tx.organization.findUnique({ where: { externalId }, select: { id: true } })
  return other !== null && other.id !== exceptId
}

/** The same of the name by which files know it. */
export async function isSlugTaken(tx: Tx, slug: string, exceptId: string | null): Promise<boolean> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`organization slug ${slug}`}, 0))`
  const other = await tx.organization.findUnique({ where: { slug }, select: { id: true } })
  return other !== null && other.id !== exceptId
}

/** Whether there is such a tier; it stays to the end of the transaction. */
export async function holdTier(tx: Tx, name: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`SELECT 1 FROM tiers WHERE name = ${name} FOR KEY SHARE`
  return rows.length > 0
}

export interface OrganizationPage {
  /** Null: of all there are. */
  among: readonly string[] | null
  externalId?: string | undefined
  slug?: string | undefined
  /** What the name begins with, in whatever letters. */
  namePrefix?: string | undefined
  tier?: string | undefined
  /** Who belongs to them. */
  userId?: string | undefined
  ids?: readonly string[] | undefined
  limit: number
  cursor?: Cursor | undefined
}

/** Newest first; one more than the limit. */
export async function listOrganizations(db: Db | Tx, page: OrganizationPage): Promise<Organization[]> {
  const { among, externalId, slug, namePrefix, tier, userId, ids, limit, cursor } = page
  const rows = await db.organization.findMany({
    where: {
      AND: [
        afterCursor(cursor),
        among ? { id: { in: [...among] } } : {},
        externalId === undefined ? {} : { externalId },
        slug === undefined ? {} : { slug },
        namePrefix === undefined ? {} : { name: { startsWith: literal(namePrefix), mode: 'insensitive' } },
        tier === undefined ? {} : { tier },
        userId === undefined ? {} : { memberships: { some: { userId } } },
        ids === undefined ? {} : { id: { in: [...ids] } },
      ],
    },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: limit + 1,
  })
  return rows.map(toOrganization)
}

export type OrganizationChange = Partial<Pick<Organization, 'name' | 'externalId' | 'slug' | 'tier' | 'metadata'>>

export async function updateOrganization(
  tx: Tx,
  id: string,
  { metadata, ...columns }: OrganizationChange,
  updatedAt: Date,
): Promise<Organization> {
  const row = await tx.organization.update({
    where: { id },
    data: { ...columns, updatedAt, ...(metadata && { metadata: metadata as Prisma.InputJsonObject }) },
  })
  return toOrganization(row)
}

/** Its members, service accounts, keys and invitations go with it. */
export async function deleteOrganization(tx: Tx, id: string): Promise<void> {
  await tx.organization.delete({ where: { id } })
}

/** Prisma takes a prefix for the pattern of a LIKE. */
function literal(prefix: string): string {
  return prefix.replaceAll(/[\\%_]/g, String.raw`\$&`)
}

function toOrganization(row: OrganizationRow): Organization {
  return { ...row, metadata: row.metadata as Organization['metadata'] }
}
