/** The rows of the audit trail and of the outbox. Raw, since Prisma would compile a parameter for each column of each. */
import type { Tx } from '../platform/database.ts'

/** A row of `audit_events`, by the names of its columns. */
export interface AuditRow {
  id: string
  at: Date
  type: string
  actor_kind: string
  actor_id: string | null
  organization_id: string | null
  target_kind: string
  target_id: string
  request_id: string | null
  address: string | null
  data: Record<string, unknown>
}

/** A row of `outbox_events`, by the names of its columns. */
export interface OutboxRow {
  id: string
  type: string
  organization_id: string | null
  at: Date
  data: Record<string, unknown>
}

/** As JSON in one parameter: an import writes thousands, and nobody else's request should wait for their statement. */
export async function insertAuditRows(tx: Tx, rows: readonly AuditRow[]): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO audit_events (id, at, type, actor_kind, actor_id, organization_id, target_kind, target_id, request_id,
      address, data)
    SELECT id, at, type, actor_kind, actor_id, organization_id, target_kind, target_id, request_id, address, data
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r(id text, at timestamptz, type text, actor_kind text,
      actor_id text, organization_id text, target_kind text, target_id text, request_id text, address text, data jsonb)`
}

export async function insertOutboxRows(tx: Tx, rows: readonly OutboxRow[]): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO outbox_events (id, type, organization_id, at, data)
    SELECT id, type, organization_id, at, data
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r(id text, type text, organization_id text, at timestamptz,
      data jsonb)`
}
