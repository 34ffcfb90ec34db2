/** The rows of the outbox, as lists of events show them. */
import type { Cursor } from '../http/api/list.ts'
import type { Db } from '../platform/database.ts'

export interface ToldEvent {
  id: string
  type: string
  organizationId: string | null
  createdAt: Date
  data: Record<string, unknown>
}

/** Newest first; one more than the limit. `among` null: everybody's. */
export async function listEvents(
  db: Db,
  filters: {
    among: readonly string[] | null
    organizationId: string | undefined
    type: string | undefined
    from: Date | undefined
    to: Date | undefined
    limit: number
    cursor: Cursor | undefined
  },
): Promise<ToldEvent[]> {
  const { among, organizationId, type, from, to, limit, cursor } = filters
  const rows = await db.outboxEvent.findMany({
    where: {
      AND: [
        among ? { organizationId: { in: [...among] } } : {},
        organizationId === undefined ? {} : { organizationId },
        type === undefined ? {} : { type },
        { at: { ...(from && { gte: from }), ...(to && { lt: to }) } },
        cursor ? { OR: [{ at: { lt: cursor.createdAt } }, { at: cursor.createdAt, id: { lt: cursor.id } }] } : {},
      ],
    },
    orderBy: [{ at: 'desc' }, { id: 'desc' }],
    take: limit + 1,
  })
  return rows.map(({ id, type: told, organizationId: whose, at, data }) => ({
    id,
    type: told,
    organizationId: whose,
    createdAt: at,
    data: data as Record<string, unknown>,
  }))
}

/** When the oldest event happened of which no deliveries are made yet; null: there is none. */
export async function findOldestWaiting(db: Db): Promise<Date | null> {
  const row = await db.outboxEvent.findFirst({ where: { sentAt: null }, select: { at: true }, orderBy: { at: 'asc' } })
  return row?.at ?? null
}

export async function countWaitingEvents(db: Db): Promise<number> {
  return db.outboxEvent.count({ where: { sentAt: null } })
}
