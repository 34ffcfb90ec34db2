/** Old secrets of keys that are still used. Raw, since Prisma compares no columns and has no row locks. */
import type { Tx } from '../../platform/database.ts'

export interface LateSecret {
  id: string
  keyId: string
  organizationId: string
  name: string
  hint: string
  expiresAt: Date
  lastUsedAt: Date
}

/** Longer than any grace: what was replaced before has ended. */
const LONGEST_GRACE = '8 days'

/** Those that were used in the last quarter of their grace, marked as told. What another node marks is skipped. */
export async function takeLateSecrets(tx: Tx, now: Date, limit: number): Promise<LateSecret[]> {
  const at = now.toISOString()
  return tx.$queryRaw<LateSecret[]>`
    UPDATE api_key_secrets s SET late_use_told_at = ${at}::timestamptz
    FROM api_keys k
    WHERE k.id = s.api_key_id AND s.id IN (
      SELECT o.id FROM api_key_secrets o JOIN api_keys ok ON ok.id = o.api_key_id
      WHERE o.superseded_at > ${at}::timestamptz - ${LONGEST_GRACE}::interval AND o.late_use_told_at IS NULL
        AND o.expires_at > ${at}::timestamptz
        AND o.last_used_at >= o.expires_at - (o.expires_at - o.superseded_at) / 4
        AND ok.revoked_at IS NULL AND ok.disabled_at IS NULL
      LIMIT ${limit} FOR NO KEY UPDATE OF o SKIP LOCKED)
    RETURNING s.id, s.api_key_id AS "keyId", k.organization_id AS "organizationId", k.name, s.hint,
      s.expires_at AS "expiresAt", s.last_used_at AS "lastUsedAt"`
}
