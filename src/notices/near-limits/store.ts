/** How far it was told that limits near their end. Raw, since what is written depends on what is there. */
import type { Tx } from '../../platform/database.ts'
import { WINDOW_MS, type LimitLevel, type SeenLimit } from './watch.ts'

/** Those that nobody has told of in this hour, marked as told: of several nodes that see the same, one gets it. */
export async function claimLimits(tx: Tx, seen: readonly SeenLimit[], now: Date): Promise<Set<string>> {
  const at = now.toISOString()
  const since = new Date(now.getTime() - WINDOW_MS).toISOString()
  const rows = await tx.$queryRaw<{ subject: string }[]>`
    INSERT INTO limit_notices AS n (subject, level, told_at)
    SELECT subject, level, ${at}::timestamptz
    FROM json_to_recordset(${JSON.stringify(seen)}::json) AS r(subject text, level text) ORDER BY subject
    ON CONFLICT (subject) DO UPDATE SET level = excluded.level, told_at = excluded.told_at
      WHERE n.told_at <= ${since}::timestamptz OR (n.level = 'approaching' AND excluded.level = 'reached')
    RETURNING subject`
  return new Set(rows.map(({ subject }) => subject))
}

export async function listTold(
  tx: Tx,
  subjects: readonly string[],
): Promise<{ subject: string; level: LimitLevel; toldAt: Date }[]> {
  return tx.$queryRaw`
    SELECT subject, level, told_at AS "toldAt" FROM limit_notices WHERE subject = ANY(${[...subjects]}::text[])`
}

export async function listNames(
  tx: Tx,
  keyIds: readonly string[],
): Promise<{ id: string; organizationId: string; name: string; hint: string }[]> {
  return tx.$queryRaw`
    SELECT k.id, k.organization_id AS "organizationId", k.name, s.hint
    FROM api_keys k JOIN api_key_secrets s ON s.api_key_id = k.id AND s.superseded_at IS NULL
    WHERE k.id = ANY(${[...new Set(keyIds)]}::text[])`
}
