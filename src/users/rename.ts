/** Gives a person another name. */
import { record, type AuditContext } from '../audit/record.ts'
import type { Db } from '../platform/database.ts'
import { findUser, updateUser } from './store.ts'

/** Null takes it away. False if there is nobody of this id. Nothing that is held in memory depends on it. */
export async function renameUser(
  { db }: { db: Db },
  id: string,
  name: string | null,
  context: AuditContext,
): Promise<boolean> {
  return db.$transaction(async (tx) => {
    const user = await findUser(tx, id)
    if (!user) return false
    if (user.name === name) return true
    await updateUser(tx, id, { name }, context.clock.now())
    await record(tx, { type: 'user.updated', id, data: { changed: ['name'] } }, context)
    return true
  })
}
