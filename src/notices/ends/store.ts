/** The rows of keys and of clients' secrets whose end may have to be told of. Raw, since Prisma has no row locks. */
import type { Db, Tx } from '../../platform/database.ts'
import { Prisma } from '../../platform/prisma/client.ts'
import type { Life } from './times.ts'

/** Those that nobody has looked at since their end was set, or those whose time has come. */
export type Which = 'unseen' | 'due'

export interface EndingKey extends Life {
  id: string
  organizationId: string
  name: string
  hint: string
  environment: string
  scopes: string[]
  lastUsedAt: Date | null
  /** Revoked or disabled: nothing of it ends. */
  silent: boolean
}

export interface EndingSecret extends Life {
  id: string
  clientId: string
  organizationId: string | null
  name: string
  hint: string
  /** Its client is disabled, or has a newer one that lives on. */
  silent: boolean
}

const tables = { keys: Prisma.sql`api_keys`, secrets: Prisma.sql`client_secrets` } as const

/** Asked before anything is held, since mostly there is nothing. */
export async function isAnyDue(db: Db, what: keyof typeof tables, which: Which, now: Date): Promise<boolean> {
  const rows = await db.$queryRaw<unknown[]>`SELECT 1 FROM ${tables[what]} WHERE ${dueBy(which, now)} LIMIT 1`
  return rows.length > 0
}

function dueBy(which: Which, now: Date): Prisma.Sql {
  return which === 'unseen' ? Prisma.sql`notice_at IS NULL` : Prisma.sql`notice_at <= ${now.toISOString()}::timestamptz`
}

/** Holds them until the transaction ends; what another node holds is skipped. */
async function lockDue(
  tx: Tx,
  table: Prisma.Sql,
  { which, now, limit }: { which: Which; now: Date; limit: number },
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM ${table} WHERE ${dueBy(which, now)} ORDER BY notice_at LIMIT ${limit} FOR NO KEY UPDATE SKIP LOCKED`
  return rows.map(({ id }) => id)
}

/** Read in a statement of its own: the one that locks would still show what was there before it had to wait. */
export async function takeEndingKeys(tx: Tx, wanted: { which: Which; now: Date; limit: number }): Promise<EndingKey[]> {
  const ids = await lockDue(tx, tables.keys, wanted)
  if (ids.length === 0) return []
  return tx.$queryRaw<EndingKey[]>`
    SELECT k.id, k.organization_id AS "organizationId", k.name, s.hint, k.environment::text AS environment,
      coalesce(k.scopes, '{}') AS scopes, s.created_at AS "bornAt", k.expires_at AS "endsAt", k.updated_at AS "changedAt",
      k.notice_at AS "noticeAt", k.revoked_at IS NOT NULL OR k.disabled_at IS NOT NULL AS silent,
      (SELECT max(o.last_used_at) FROM api_key_secrets o WHERE o.api_key_id = k.id) AS "lastUsedAt"
    FROM api_keys k JOIN api_key_secrets s ON s.api_key_id = k.id AND s.superseded_at IS NULL
    WHERE k.id = ANY(${ids}::text[])`
}

export async function takeEndingSecrets(
  tx: Tx,
  wanted: { which: Which; now: Date; limit: number },
): Promise<EndingSecret[]> {
  const ids = await lockDue(tx, tables.secrets, wanted)
  if (ids.length === 0) return []
  return tx.$queryRaw<EndingSecret[]>`
    SELECT s.id, s.client_id AS "clientId", c.organization_id AS "organizationId", c.name, s.hint,
      s.created_at AS "bornAt", s.expires_at AS "endsAt", s.created_at AS "changedAt", s.notice_at AS "noticeAt",
      c.disabled_at IS NOT NULL OR EXISTS (
        SELECT 1 FROM client_secrets o
        WHERE o.client_id = s.client_id AND o.created_at > s.created_at
          AND (o.expires_at IS NULL OR o.expires_at > s.expires_at)
      ) AS silent
    FROM client_secrets s JOIN clients c ON c.id = s.client_id
    WHERE s.id = ANY(${ids}::text[])`
}

/** When to look at each again. */
export async function moveNotices(
  tx: Tx,
  what: keyof typeof tables,
  moves: readonly { id: string; at: Date }[],
): Promise<void> {
  await tx.$executeRaw`
    UPDATE ${tables[what]} AS t SET notice_at = r.at
    FROM json_to_recordset(${JSON.stringify(moves)}::json) AS r(id text, at timestamptz) WHERE t.id = r.id`
}
