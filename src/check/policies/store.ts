/** The rows of stored policies. */
import type { Db, Tx } from '../../platform/database.ts'
import type { Policy as PolicyRow, Prisma } from '../../platform/prisma/client.ts'
import type { Policy, PolicyRoute } from './policy.ts'

export interface StoredPolicy extends Policy {
  readonly resourceId: string
  readonly createdAt: Date
  readonly updatedAt: Date
}

const withIdentifier = { resource: { select: { identifier: true } } } as const satisfies Prisma.PolicyInclude
type Row = Prisma.PolicyGetPayload<{ include: typeof withIdentifier }>

/** All there are, by name: one for each resource at most. */
export async function listPolicies(db: Db | Tx): Promise<StoredPolicy[]> {
  const rows = await db.policy.findMany({ orderBy: { name: 'asc' }, include: withIdentifier })
  return rows.map(fromRow)
}

export async function findPolicy(db: Db | Tx, name: string): Promise<StoredPolicy | null> {
  const row = await db.policy.findUnique({ where: { name }, include: withIdentifier })
  return row && fromRow(row)
}

type PolicyColumns = Omit<Policy, 'resource'> & { resourceId: string }

export async function putPolicy(tx: Tx, policy: PolicyColumns, now: Date): Promise<void> {
  const { name, resourceId, ...columns } = policy
  const data = { ...columns, routes: columns.routes as unknown as Prisma.InputJsonArray, updatedAt: now }
  await tx.policy.upsert({ where: { name }, create: { name, resourceId, createdAt: now, ...data }, update: data })
}

/** False if there was none. */
export async function deletePolicy(tx: Tx, name: string): Promise<boolean> {
  const { count } = await tx.policy.deleteMany({ where: { name } })
  return count > 0
}

function fromRow({ resource, ...row }: PolicyRow & Pick<Row, 'resource'>): StoredPolicy {
  return {
    ...row,
    resource: resource.identifier,
    onLimit: row.onLimit as 403 | null,
    onOutage: row.onOutage as 403 | null,
    mode: row.mode as Policy['mode'],
    routes: row.routes as unknown as PolicyRoute[],
  }
}
