/** The rows of settings: what somebody has set, by name. */
import type { Db, Tx } from '../platform/database.ts'
import type { Prisma } from '../platform/prisma/client.ts'

export interface StoredSetting {
  name: string
  value: unknown
}

export async function listStoredSettings(db: Db | Tx): Promise<StoredSetting[]> {
  return db.setting.findMany({ select: { name: true, value: true }, orderBy: { name: 'asc' } })
}

/** Who changes settings comes one after the other: what is refused or noted goes by what was there before. */
export async function lockSettings(tx: Tx): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('keygrant settings'))`
}

export async function putSetting(tx: Tx, name: string, value: string | number, now: Date): Promise<void> {
  const data = { value: value satisfies Prisma.InputJsonValue, updatedAt: now }
  await tx.setting.upsert({ where: { name }, create: { name, ...data }, update: data })
}

export async function deleteSetting(tx: Tx, name: string): Promise<void> {
  await tx.setting.deleteMany({ where: { name } })
}
