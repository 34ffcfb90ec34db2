/** The rows of service accounts. */
import { afterCursor, type Cursor } from '../../http/api/list.ts'
import type { Db, Tx } from '../../platform/database.ts'
import type { ServiceAccount } from './service-account.ts'

/** False if the organization has one of this name, also one that was just made beside us. */
export async function insertServiceAccount(tx: Tx, account: ServiceAccount): Promise<boolean> {
  const { count } = await tx.serviceAccount.createMany({ data: account, skipDuplicates: true })
  return count === 1
}

/** Those that weren't there. */
export async function insertServiceAccounts(tx: Tx, accounts: readonly ServiceAccount[]): Promise<ServiceAccount[]> {
  return tx.serviceAccount.createManyAndReturn({ data: [...accounts], skipDuplicates: true })
}

/** Raw, since Prisma would send a condition for each pair. */
export async function listServiceAccountsByName(
  tx: Tx,
  named: readonly { organizationId: string; name: string }[],
): Promise<Pick<ServiceAccount, 'id' | 'organizationId' | 'name'>[]> {
  return tx.$queryRaw`
    SELECT a.id, a.organization_id AS "organizationId", a.name
    FROM unnest(${named.map(({ organizationId }) => organizationId)}::text[], ${named.map(({ name }) => name)}::text[])
      AS wanted(organization_id, name)
    JOIN service_accounts a ON a.organization_id = wanted.organization_id AND a.name = wanted.name`
}

export async function findServiceAccount(
  db: Db | Tx,
  { organizationId, id }: { organizationId: string; id: string },
): Promise<ServiceAccount | null> {
  return db.serviceAccount.findFirst({ where: { id, organizationId } })
}

export async function findServiceAccountByName(
  db: Db | Tx,
  { organizationId, name }: { organizationId: string; name: string },
): Promise<ServiceAccount | null> {
  return db.serviceAccount.findUnique({ where: { organizationId_name: { organizationId, name } } })
}

/**
 * Reads one and holds its row until the transaction ends, also against a key that is being made for it. Raw, since Prisma
 * has no row locks.
 */
export async function lockServiceAccount(
  tx: Tx,
  which: { organizationId: string; id: string },
): Promise<ServiceAccount | null> {
  await tx.$queryRaw`SELECT 1 FROM service_accounts WHERE id = ${which.id} FOR UPDATE`
  return findServiceAccount(tx, which)
}

/** Newest first; one more than the limit. */
export async function listServiceAccounts(
  db: Db | Tx,
  { organizationId, limit, cursor }: { organizationId: string; limit: number; cursor?: Cursor | undefined },
): Promise<ServiceAccount[]> {
  return db.serviceAccount.findMany({
    where: { organizationId, ...afterCursor(cursor) },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: limit + 1,
  })
}

export type ServiceAccountColumns = Partial<Pick<ServiceAccount, 'name' | 'description' | 'disabledAt'>>

export async function updateServiceAccount(
  tx: Tx,
  id: string,
  columns: ServiceAccountColumns,
  updatedAt: Date,
): Promise<ServiceAccount> {
  return tx.serviceAccount.update({ where: { id }, data: { ...columns, updatedAt } })
}

export async function deleteServiceAccount(tx: Tx, id: string): Promise<void> {
  await tx.serviceAccount.delete({ where: { id } })
}

/** Whether it ever had a key, revoked ones among them. */
export async function hasKeys(tx: Tx, id: string): Promise<boolean> {
  return (await tx.apiKey.findFirst({ where: { serviceAccountId: id }, select: { id: true } })) !== null
}
