/**
 * Which keys are on a page of a list. Raw, since the state of a key depends on whether its owner is still a member of its
 * organization, and Prisma can't compare columns of two tables.
 */
import type { Cursor } from '../../http/api/list.ts'
import type { Db, Tx } from '../../platform/database.ts'
import { Prisma } from '../../platform/prisma/client.ts'
import { EXPIRING_SECONDS, type ApiKeyStatus } from '../api-key.ts'
import type { Environment } from '../format.ts'

export interface KeyFilter {
  ids?: readonly string[] | undefined
  organizationId?: string | undefined
  serviceAccountId?: string | undefined
  userId?: string | undefined
  /** Its own, else its organization's. */
  externalId?: string | undefined
  status?: ApiKeyStatus | undefined
  environment?: Environment | undefined
  /** Its own, else its organization's. */
  tier?: string | undefined
  scope?: string | undefined
  /** Those that are neither over nor revoked, and end before this. */
  expiringBefore?: Date | undefined
  /** Those of which any secret was used since then. */
  usedSince?: Date | undefined
  /** A part of the name, a secret's hint, or the id. */
  q?: string | undefined
}

/** Whose keys somebody sees: all of some organizations, of others only what acts for themselves. Null: everybody's. */
export type Sight = { all: readonly string[]; own: readonly string[]; userId: string } | null

/** What `statusOf` says, in SQL. */
function statusColumn(now: Prisma.Sql): Prisma.Sql {
  const expiring = Prisma.sql`make_interval(secs => ${EXPIRING_SECONDS}::int)`
  return Prisma.sql`CASE
    WHEN k.revoked_at IS NOT NULL THEN 'revoked'
    WHEN k.disabled_at IS NOT NULL OR coalesce(u.disabled_at, a.disabled_at) IS NOT NULL
      OR (k.user_id IS NOT NULL AND m.user_id IS NULL) THEN 'disabled'
    WHEN k.expires_at <= ${now} THEN 'expired'
    WHEN k.exposed_at IS NOT NULL THEN 'exposed'
    WHEN k.expires_at - ${now} <= ${expiring} AND ${now} - s.created_at > k.expires_at - ${now} THEN 'expiring'
    ELSE 'active' END`
}

/** Newest first; `limit` rows after the cursor. */
export async function listApiKeyIds(
  db: Db | Tx,
  sight: Sight,
  filter: KeyFilter,
  page: { limit: number; after: Cursor | undefined; now: Date },
): Promise<string[]> {
  const now = timestamp(page.now)
  const conditions = [
    page.after && Prisma.sql`(k.created_at, k.id) < (${timestamp(page.after.createdAt)}, ${page.after.id})`,
    sight &&
      Prisma.sql`(k.organization_id = ANY(${[...sight.all]}::text[])
        OR (k.organization_id = ANY(${[...sight.own]}::text[]) AND k.user_id = ${sight.userId}))`,
    filter.ids && Prisma.sql`k.id = ANY(${[...filter.ids]}::text[])`,
    filter.organizationId && Prisma.sql`k.organization_id = ${filter.organizationId}`,
    filter.serviceAccountId && Prisma.sql`k.service_account_id = ${filter.serviceAccountId}`,
    filter.userId && Prisma.sql`k.user_id = ${filter.userId}`,
    filter.externalId && Prisma.sql`coalesce(k.external_id, o.external_id) = ${filter.externalId}`,
    filter.environment && Prisma.sql`k.environment = ${filter.environment}::environment`,
    filter.tier && Prisma.sql`coalesce(k.tier, o.tier) = ${filter.tier}`,
    filter.scope && Prisma.sql`${filter.scope} = ANY(k.scopes)`,
    filter.expiringBefore &&
      Prisma.sql`k.expires_at > ${now} AND k.expires_at < ${timestamp(filter.expiringBefore)} AND k.revoked_at IS NULL`,
    filter.usedSince &&
      Prisma.sql`EXISTS (SELECT FROM api_key_secrets h
        WHERE h.api_key_id = k.id AND h.last_used_at >= ${timestamp(filter.usedSince)})`,
    filter.q &&
      Prisma.sql`(k.id = ${filter.q} OR k.name ILIKE ${`%${literally(filter.q)}%`}
        OR EXISTS (SELECT FROM api_key_secrets h WHERE h.api_key_id = k.id AND h.hint = ${filter.q}))`,
    filter.status && Prisma.sql`${statusColumn(now)} = ${filter.status}`,
  ].filter((condition): condition is Prisma.Sql => typeof condition === 'object' && condition !== null)
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT k.id FROM api_keys k
    JOIN organizations o ON o.id = k.organization_id
    JOIN api_key_secrets s ON s.api_key_id = k.id AND s.superseded_at IS NULL
    LEFT JOIN users u ON u.id = k.user_id
    LEFT JOIN memberships m ON m.organization_id = k.organization_id AND m.user_id = k.user_id
    LEFT JOIN service_accounts a ON a.id = k.service_account_id
    ${conditions.length > 0 ? Prisma.sql`WHERE ${Prisma.join(conditions, ' AND ')}` : Prisma.empty}
    ORDER BY k.created_at DESC, k.id DESC LIMIT ${page.limit}`
  return rows.map(({ id }) => id)
}

const timestamp = (at: Date): Prisma.Sql => Prisma.sql`${at.toISOString()}::timestamptz`

/** What somebody types is no pattern. */
const literally = (text: string): string => text.replaceAll(/[\\%_]/g, String.raw`\$&`)
