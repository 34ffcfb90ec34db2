/** The rows of endpoints. */
import { afterCursor, type Cursor } from '../http/api/list.ts'
import type { Db, Tx } from '../platform/database.ts'
import type { SealedSecret } from './secrets.ts'
import type { DisabledReason, WebhookEndpoint } from './webhook.ts'

const columns = {
  id: true,
  organizationId: true,
  name: true,
  url: true,
  ownerId: true,
  types: true,
  oldSecretEndsAt: true,
  failingSince: true,
  disabledAt: true,
  disabledReason: true,
  createdAt: true,
  updatedAt: true,
} as const

const toEndpoint = (
  row: Omit<WebhookEndpoint, 'disabledReason'> & { disabledReason: string | null },
): WebhookEndpoint => ({
  ...row,
  disabledReason: row.disabledReason as DisabledReason | null,
})

/** Makes endpoints of one owner one after the other: two at once would not see each other's name and number. */
export async function lockEndpoints(tx: Tx, organizationId: string | null): Promise<void> {
  const lock = `webhooks of ${organizationId ?? 'everybody'}`
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${lock}, 0))`
}

export async function insertEndpoint(
  tx: Tx,
  { types, ...endpoint }: WebhookEndpoint,
  secret: SealedSecret,
): Promise<void> {
  await tx.webhookEndpoint.create({ data: { ...endpoint, types: [...types], ...secret } })
}

export async function countEndpoints(tx: Tx, organizationId: string | null): Promise<number> {
  return tx.webhookEndpoint.count({ where: { organizationId } })
}

export async function countFailingEndpoints(db: Db): Promise<number> {
  return db.webhookEndpoint.count({ where: having.failing })
}

export async function findEndpointByName(
  db: Db | Tx,
  { organizationId, name }: Pick<WebhookEndpoint, 'organizationId' | 'name'>,
): Promise<WebhookEndpoint | null> {
  const row = await db.webhookEndpoint.findFirst({ where: { organizationId, name }, select: columns })
  return row && toEndpoint(row)
}

export async function findEndpoint(db: Db | Tx, id: string): Promise<WebhookEndpoint | null> {
  const row = await db.webhookEndpoint.findUnique({ where: { id }, select: columns })
  return row && toEndpoint(row)
}

/**
 * Reads one and holds its row until the transaction ends; deliveries to it can be made meanwhile. Raw, since Prisma has no
 * row locks.
 */
export async function lockEndpoint(tx: Tx, id: string): Promise<WebhookEndpoint | null> {
  await tx.$queryRaw`SELECT 1 FROM webhook_endpoints WHERE id = ${id} FOR NO KEY UPDATE`
  return findEndpoint(tx, id)
}

/** What is shown of them at a glance. */
export const endpointStatuses = ['working', 'failing', 'disabled'] as const
export type EndpointStatus = (typeof endpointStatuses)[number]

const having = {
  working: { disabledAt: null, failingSince: null },
  failing: { disabledAt: null, failingSince: { not: null } },
  disabled: { disabledAt: { not: null } },
} as const satisfies Record<EndpointStatus, object>

/** Those for everybody's events, the oldest first. */
export async function listPlatformEndpoints(tx: Tx): Promise<WebhookEndpoint[]> {
  const order = [{ createdAt: 'asc' }, { id: 'asc' }] as const
  const rows = await tx.webhookEndpoint.findMany({
    where: { organizationId: null },
    select: columns,
    orderBy: [...order],
  })
  return rows.map(toEndpoint)
}

/** Newest first; one more than the limit. `among` null: everybody's, and those for everybody. */
export async function listEndpoints(
  db: Db | Tx,
  filters: {
    among: readonly string[] | null
    organizationId?: string | undefined
    status?: EndpointStatus | undefined
    limit: number
    cursor?: Cursor | undefined
  },
): Promise<WebhookEndpoint[]> {
  const { among, organizationId, status, limit, cursor } = filters
  const rows = await db.webhookEndpoint.findMany({
    where: {
      AND: [
        among ? { organizationId: { in: [...among] } } : {},
        organizationId === undefined ? {} : { organizationId },
        status === undefined ? {} : having[status],
        afterCursor(cursor),
      ],
    },
    select: columns,
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: limit + 1,
  })
  return rows.map(toEndpoint)
}

export type EndpointColumns = Partial<
  Pick<WebhookEndpoint, 'name' | 'url' | 'disabledAt' | 'disabledReason' | 'failingSince'>
> & { types?: readonly string[] }

export async function updateEndpoint(
  tx: Tx,
  id: string,
  { types, ...changed }: EndpointColumns,
  updatedAt: Date,
): Promise<WebhookEndpoint> {
  const data = { ...changed, ...(types && { types: [...types] }), updatedAt }
  return toEndpoint(await tx.webhookEndpoint.update({ where: { id }, data, select: columns }))
}

/** Something has come through. */
export async function clearFailing(tx: Tx, id: string, updatedAt: Date): Promise<void> {
  await tx.webhookEndpoint.updateMany({
    where: { id, failingSince: { not: null } },
    data: { failingSince: null, updatedAt },
  })
}

export interface SealedSecrets {
  secretSealed: Uint8Array<ArrayBuffer>
  oldSecretSealed: Uint8Array<ArrayBuffer> | null
  oldSecretEndsAt: Date | null
}

export async function getSecrets(db: Db | Tx, id: string): Promise<SealedSecrets> {
  const select = { secretSealed: true, oldSecretSealed: true, oldSecretEndsAt: true }
  return db.webhookEndpoint.findUniqueOrThrow({ where: { id }, select })
}

export async function updateSecrets(
  tx: Tx,
  id: string,
  secrets: SealedSecrets & { secretId: string },
  updatedAt: Date,
): Promise<void> {
  await tx.webhookEndpoint.update({ where: { id }, data: { ...secrets, updatedAt } })
}

/** With its deliveries. */
export async function deleteEndpointRow(tx: Tx, id: string): Promise<void> {
  await tx.webhookEndpoint.delete({ where: { id } })
}
