/** The rows of reports. What isn't ours is not kept. */
import type { Cursor } from '../http/api/list.ts'
import type { Db, Tx } from '../platform/database.ts'
import { Prisma } from '../platform/prisma/client.ts'

export interface ReportRow {
  id: string
  at: Date
  apiKeyId: string
  secretId: string
  url: string
  source: string
  outcome: string
}

/**
 * One for each secret and place: a report that comes again changes nothing. Returns the secrets that none told of before.
 * Raw, in one statement, whose first part still sees what was there before it.
 */
export async function insertReports(tx: Tx, rows: readonly ReportRow[]): Promise<Set<string>> {
  const fresh = await tx.$queryRaw<{ secretId: string }[]>`
    WITH given AS (
      SELECT * FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r(id text, at timestamptz, "apiKeyId" text,
        "secretId" text, url text, source text, outcome text)
    ), inserted AS (
      INSERT INTO leak_reports (id, at, api_key_id, secret_id, url, source, outcome)
      SELECT id, at, "apiKeyId", "secretId", url, source, outcome FROM given
      ON CONFLICT (secret_id, url) DO NOTHING RETURNING secret_id
    )
    SELECT DISTINCT secret_id AS "secretId" FROM inserted i
    WHERE NOT EXISTS (SELECT 1 FROM leak_reports r WHERE r.secret_id = i.secret_id)`
  return new Set(fresh.map(({ secretId }) => secretId))
}

export interface ListedReport extends Omit<ReportRow, 'at'>, Cursor {
  organizationId: string
}

/** Newest first; one more than the limit. `among` null: everybody's. Raw, since whose a report is stands with its key. */
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
