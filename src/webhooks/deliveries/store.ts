/** The rows of deliveries and of their attempts. */
import { afterCursor, type Cursor } from '../../http/api/list.ts'
import type { Db, Tx } from '../../platform/database.ts'
import { Prisma } from '../../platform/prisma/client.ts'
import type { Attempt, Delivery, DeliveryStatus, Failure } from './delivery.ts'

type Row = Omit<Delivery, 'status'> & { status: string }
const toDelivery = (row: Row): Delivery => ({ ...row, status: row.status as DeliveryStatus })

export interface WaitingEvent {
  id: string
  type: string
  organizationId: string | null
  at: Date
  data: unknown
}

/** Events whose deliveries aren't made yet, the oldest first; what another node has taken is skipped. Raw, for the locks. */
export async function takeEvents(tx: Tx, limit: number): Promise<WaitingEvent[]> {
  return tx.$queryRaw<WaitingEvent[]>`
    SELECT id, type, organization_id AS "organizationId", at, data FROM outbox_events
    WHERE sent_at IS NULL ORDER BY at, id LIMIT ${limit} FOR UPDATE SKIP LOCKED`
}

export async function markSent(tx: Tx, ids: readonly string[], at: Date): Promise<void> {
  await tx.outboxEvent.updateMany({ where: { id: { in: [...ids] } }, data: { sentAt: at } })
}

export interface Listener {
  id: string
  organizationId: string | null
  types: string[]
}

/**
 * Of `webhook_endpoints e`: may it get anything now? Who may not act any more gets nothing: the person whose own
 * organization it is, and who listens to everybody as an administrator.
 */
const listens = Prisma.sql`e.disabled_at IS NULL AND CASE
  WHEN e.organization_id IS NOT NULL THEN NOT EXISTS (SELECT 1 FROM organizations o JOIN users p ON p.id = o.personal_user_id
    WHERE o.id = e.organization_id AND p.disabled_at IS NOT NULL)
  WHEN e.owner_id IS NOT NULL THEN
    EXISTS (SELECT 1 FROM users u WHERE u.id = e.owner_id AND u.administrator AND u.disabled_at IS NULL)
    OR EXISTS (SELECT 1 FROM service_accounts s WHERE s.id = e.owner_id AND s.administrator AND s.disabled_at IS NULL)
  ELSE true END`

/** Endpoints that get something of these organizations: their own, and those for everybody. */
export async function listListeners(tx: Tx, organizationIds: readonly string[]): Promise<Listener[]> {
  return tx.$queryRaw<Listener[]>`
    SELECT e.id, e.organization_id AS "organizationId", e.types FROM webhook_endpoints e
    WHERE (e.organization_id IS NULL OR e.organization_id = ANY(${[...organizationIds]}::text[])) AND ${listens}`
}

/** Asked again before each attempt: rights end at once, and a delivery may wait for a day. */
export async function isListening(db: Db, endpointId: string): Promise<boolean> {
  const rows = await db.$queryRaw<
    unknown[]
  >`SELECT 1 FROM webhook_endpoints e WHERE e.id = ${endpointId} AND ${listens}`
  return rows.length > 0
}

/** When the one was due that has been due for the longest; null: none is. */
export async function findOldestDue(db: Db, now: Date): Promise<Date | null> {
  const row = await db.webhookDelivery.findFirst({
    where: { status: 'pending', nextAttemptAt: { lte: now } },
    select: { nextAttemptAt: true },
    orderBy: { nextAttemptAt: 'asc' },
  })
  return row?.nextAttemptAt ?? null
}

/** Due or not. */
export async function countPending(db: Db): Promise<number> {
  return db.webhookDelivery.count({ where: { status: 'pending' } })
}

/** @returns those that weren't there */
export async function insertDeliveries(tx: Tx, deliveries: readonly Delivery[]): Promise<string[]> {
  const rows = await tx.webhookDelivery.createManyAndReturn({
    data: [...deliveries],
    skipDuplicates: true,
    select: { id: true },
  })
  return rows.map(({ id }) => id)
}

export async function findDelivery(db: Db | Tx, id: string): Promise<Delivery | null> {
  const row = await db.webhookDelivery.findUnique({ where: { id } })
  return row && toDelivery(row)
}

/** Reads one and holds its row until the transaction ends. Raw, since Prisma has no row locks. */
export async function lockDelivery(tx: Tx, id: string): Promise<Delivery | null> {
  await tx.$queryRaw`SELECT 1 FROM webhook_deliveries WHERE id = ${id} FOR UPDATE`
  return findDelivery(tx, id)
}

/** Newest first; one more than the limit. */
export async function listDeliveries(
  db: Db | Tx,
  filters: { endpointId: string; status?: DeliveryStatus | undefined; limit: number; cursor?: Cursor | undefined },
): Promise<Delivery[]> {
  const { endpointId, status, limit, cursor } = filters
  const rows = await db.webhookDelivery.findMany({
    where: { endpointId, ...(status && { status }), ...afterCursor(cursor) },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: limit + 1,
  })
  return rows.map(toDelivery)
}

export async function updateDelivery(
  tx: Tx,
  id: string,
  columns: Partial<Pick<Delivery, 'status' | 'attemptCount' | 'nextAttemptAt' | 'endedAt'>>,
): Promise<void> {
  await tx.webhookDelivery.update({ where: { id }, data: columns })
}

export async function insertAttempt(tx: Tx, deliveryId: string, attempt: Attempt): Promise<void> {
  await tx.webhookAttempt.create({ data: { ...attempt, deliveryId } })
}

export async function listAttempts(db: Db | Tx, deliveryId: string): Promise<Attempt[]> {
  const rows = await db.webhookAttempt.findMany({ where: { deliveryId }, orderBy: [{ at: 'asc' }, { id: 'asc' }] })
  return rows.map(({ deliveryId: _, ...row }) => ({ ...row, failure: row.failure as Failure | null }))
}

/** Those whose job was lost, or was never made: they should have been attempted before this time. */
export async function listOverdue(
  db: Db,
  before: Date,
  limit: number,
): Promise<{ id: string; organizationId: string | null }[]> {
  const rows = await db.webhookDelivery.findMany({
    where: { status: 'pending', nextAttemptAt: { lt: before } },
    select: { id: true, endpoint: { select: { organizationId: true } } },
    orderBy: { nextAttemptAt: 'asc' },
    take: limit,
  })
  return rows.map(({ id, endpoint: { organizationId } }) => ({ id, organizationId }))
}
