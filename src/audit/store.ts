/** The rows of the audit trail and of the outbox. Raw, since Prisma would compile a parameter for each column of each. */
import type { Cursor } from '../http/api/list.ts'
import type { Db, Tx } from '../platform/database.ts'

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
    INSERT INTO outbox_events (id, type, organization_id, at, data, mail_waits)
    SELECT id, type, organization_id, at, data, true
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r(id text, type text, organization_id text, at timestamptz,
      data jsonb)`
}

export interface AuditQuery {
  type?: string | undefined
  actorId?: string | undefined
  targetId?: string | undefined
  organizationId?: string | undefined
  from?: Date | undefined
  to?: Date | undefined
  ids?: readonly string[] | undefined
  /** Null: everything, with what belongs to no organization. */
  organizationIds: readonly string[] | null
}

export interface ListedEvent {
  id: string
  createdAt: Date
  type: string
  actorKind: string
  actorId: string | null
  organizationId: string | null
  targetKind: string
  targetId: string
  requestId: string | null
  address: string | null
  data: Record<string, unknown>
}

/** Newest first. Whoever may not know the account at the host can't ask for it either. */
export async function listAuditEvents(
  db: Db,
  query: AuditQuery,
  cursor: Cursor | undefined,
  limit: number,
): Promise<ListedEvent[]> {
  const { type, actorId, targetId, organizationId, from, to, ids, organizationIds } = query
  const rows = await db.auditEvent.findMany({
    where: {
      AND: [
        organizationIds === null ? {} : { organizationId: { in: [...organizationIds] } },
        organizationIds === null || actorId === undefined ? {} : { actorKind: { not: 'cli' } },
        type === undefined ? {} : { type },
        actorId === undefined ? {} : { actorId },
        targetId === undefined ? {} : { targetId },
        organizationId === undefined ? {} : { organizationId },
        from === undefined ? {} : { at: { gte: from } },
        to === undefined ? {} : { at: { lt: to } },
        ids === undefined ? {} : { id: { in: [...ids] } },
        cursor === undefined
          ? {}
          : {
              OR: [{ at: { lt: cursor.createdAt } }, { at: cursor.createdAt, id: { lt: cursor.id } }],
              // What the index can begin at.
              at: { lte: cursor.createdAt },
            },
      ],
    },
    omit: { seq: true, mac: true },
    orderBy: [{ at: 'desc' }, { id: 'desc' }],
    take: limit,
  })
  return rows.map(({ at, data, ...row }) => ({ ...row, createdAt: at, data: data as ListedEvent['data'] }))
}
