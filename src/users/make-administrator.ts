/** Makes somebody an administrator of the platform. */
import type { Route } from '../audit/events.ts'
import { record, type AuditContext } from '../audit/record.ts'
import { notify } from '../platform/changes.ts'
import type { Tx } from '../platform/database.ts'
import type { UserServices } from './services.ts'
import { findUserByEmail, setFirstAdministratorAt, updateUser } from './store.ts'
import type { User } from './user.ts'

export type MadeAdministrator = { outcome: 'made' | 'was_already'; user: User } | { outcome: 'unknown' | 'disabled' }

/** What the command on the host does: it is also how a platform that is locked out gets back in. */
export async function makeAdministrator(
  { db }: Pick<UserServices, 'db'>,
  email: string,
  context: AuditContext,
): Promise<MadeAdministrator> {
  return db.$transaction(async (tx) => {
    const user = await findUserByEmail(tx, email)
    if (!user) return { outcome: 'unknown' }
    if (user.disabledAt !== null) return { outcome: 'disabled' }
    const made = await grantAdministration(tx, user, 'operator', context)
    return { outcome: made ? 'made' : 'was_already', user: { ...user, administrator: true } }
  })
}

/** False if the person was one. From the first one on, BOOTSTRAP_* and the first administrator's link do nothing more. */
export async function grantAdministration(tx: Tx, user: User, by: Route, context: AuditContext): Promise<boolean> {
  const now = context.clock.now()
  await setFirstAdministratorAt(tx, now)
  if (user.administrator) return false
  await updateUser(tx, user.id, { administrator: true }, now)
  await record(tx, { type: 'user.administrator_granted', id: user.id, data: { by } }, context)
  await notify(tx, { kind: 'user', id: user.id })
  return true
}
