/** The rows of reports, as lists show them. Raw, since whose a report is stands with its key. */
import type { Cursor } from '../http/api/list.ts'
import type { Db } from '../platform/database.ts'
import { Prisma } from '../platform/prisma/client.ts'
import type { ReportRow } from './store.ts'

export interface ListedReport extends Omit<ReportRow, 'at'>, Cursor {
  organizationId: string
}

/** Newest first; one more than the limit. `among` null: everybody's. */
export async function listReports(
  db: Db,
  filters: {
    among: readonly string[] | null
    organizationId: string | undefined
    keyId: string | undefined
    limit: number
    cursor: Cursor | undefined
  },
): Promise<ListedReport[]> {
  const { among, organizationId, keyId, limit, cursor } = filters
  const conditions = [
    Prisma.sql`true`,
    ...(among ? [Prisma.sql`k.organization_id = ANY(${[...among]}::text[])`] : []),
    ...(organizationId === undefined ? [] : [Prisma.sql`k.organization_id = ${organizationId}`]),
    ...(keyId === undefined ? [] : [Prisma.sql`r.api_key_id = ${keyId}`]),
    ...(cursor ? [Prisma.sql`(r.at, r.id) < (${cursor.createdAt.toISOString()}::timestamptz, ${cursor.id})`] : []),
  ]
  return db.$queryRaw<ListedReport[]>`
    SELECT r.id, r.at AS "createdAt", r.api_key_id AS "apiKeyId", r.secret_id AS "secretId", r.url, r.source, r.outcome,
      k.organization_id AS "organizationId"
    FROM leak_reports r JOIN api_keys k ON k.id = r.api_key_id
    WHERE ${Prisma.join(conditions, ' AND ')}
    ORDER BY r.at DESC, r.id DESC
    LIMIT ${limit + 1}`
}
