/** The rows of tiers, and who uses them. */
import type { Cursor } from '../http/api/list.ts'
import type { Db, Tx } from '../platform/database.ts'
import { Prisma } from '../platform/prisma/client.ts'
import type { CounterRow } from './limits.ts'
import type { TierInput, WrittenLimits } from './schema.ts'

export interface TierRow extends TierInput {
  name: string
  createdAt: Date
  updatedAt: Date
}

/** All there are: a platform has a handful. */
export async function listTiers(db: Db | Tx): Promise<TierRow[]> {
  const rows = await db.tier.findMany({ orderBy: { name: 'asc' } })
  return rows.map(toTier)
}

/** A page, newest first. */
export async function listTierPage(db: Db, { limit, cursor }: { limit: number; cursor?: Cursor | undefined }) {
  const after = cursor && {
    OR: [{ createdAt: { lt: cursor.createdAt } }, { createdAt: cursor.createdAt, name: { lt: cursor.id } }],
  }
  const rows = await db.tier.findMany({
    ...(after && { where: after }),
    orderBy: [{ createdAt: 'desc' }, { name: 'desc' }],
    take: limit + 1,
  })
  return rows.map(toTier)
}

export async function findTier(db: Db | Tx, name: string): Promise<TierRow | null> {
  const row = await db.tier.findUnique({ where: { name } })
  return row && toTier(row)
}

/** Nobody else changes tiers until the transaction ends; readers go on. Raw, since Prisma has no table locks. */
export async function lockTiers(tx: Tx): Promise<void> {
  await tx.$executeRaw`LOCK TABLE tiers IN SHARE ROW EXCLUSIVE MODE`
}

export async function putTier(tx: Tx, name: string, tier: TierInput, now: Date): Promise<TierRow> {
  const { hour, burst, limit_per: limitPer, organization_limits: organizationLimits } = tier
  const columns = {
    hour: hour === 'unlimited' ? null : hour,
    burstSize: burst.size,
    burstRefillPerSecond: burst.refill_per_second ?? null,
    limitPer,
    organizationLimits: organizationLimits ?? Prisma.DbNull,
    updatedAt: now,
  }
  const row = await tx.tier.upsert({ where: { name }, create: { name, createdAt: now, ...columns }, update: columns })
  return toTier(row)
}

export async function deleteTier(tx: Tx, name: string): Promise<void> {
  await tx.tier.delete({ where: { name } })
}

/** How many use it by name: a revoked key never will again. */
export async function countTierUsers(
  tx: Tx,
  tier: string,
): Promise<{ organizations: number; clients: number; keys: number }> {
  const [organizations, clients, keys] = [
    await tx.organization.count({ where: { tier } }),
    await tx.client.count({ where: { tier } }),
    await tx.apiKey.count({ where: { tier, revokedAt: null } }),
  ]
  return { organizations, clients, keys }
}

/** What was written down of these subjects, as of a second ago. */
export async function listCounters(db: Db, subjects: readonly string[]): Promise<CounterRow[]> {
  return db.limitCounter.findMany({ where: { subject: { in: [...subjects] } } })
}

function toTier(row: Prisma.TierGetPayload<object>): TierRow {
  return {
    name: row.name,
    hour: row.hour ?? 'unlimited',
    burst: {
      size: row.burstSize,
      ...(row.burstRefillPerSecond !== null && { refill_per_second: row.burstRefillPerSecond }),
    },
    limit_per: row.limitPer,
    organization_limits: row.organizationLimits as WrittenLimits | null,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  }
}
