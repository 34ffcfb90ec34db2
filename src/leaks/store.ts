/** The rows of reports. What isn't ours is not kept. */
import type { Tx } from '../platform/database.ts'

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
