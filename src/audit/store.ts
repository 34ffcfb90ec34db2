/** The rows of the audit trail and of the outbox. */
import type { Tx } from '../platform/database.ts'
import type { Prisma } from '../platform/prisma/client.ts'

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

export async function insertAuditRows(tx: Tx, rows: readonly AuditRow[]): Promise<void> {
  await tx.auditEvent.createMany({
    data: rows.map((row) => ({
      id: row.id,
      at: row.at,
      type: row.type,
      actorKind: row.actor_kind,
      actorId: row.actor_id,
      organizationId: row.organization_id,
      targetKind: row.target_kind,
      targetId: row.target_id,
      requestId: row.request_id,
      address: row.address,
      data: row.data as Prisma.InputJsonObject,
    })),
  })
}

export async function insertOutboxRows(tx: Tx, rows: readonly OutboxRow[]): Promise<void> {
  await tx.outboxEvent.createMany({
    data: rows.map((row) => ({
      id: row.id,
      type: row.type,
      organizationId: row.organization_id,
      at: row.at,
      data: row.data as Prisma.InputJsonObject,
    })),
  })
}
