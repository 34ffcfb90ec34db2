/** Stops a person everywhere, or lets them come back. */
import { record, type AuditContext } from '../audit/record.ts'
import { notify } from '../platform/changes.ts'
import type { Tx } from '../platform/database.ts'
import type { UserServices } from './services.ts'
import {
  consumeLinksOf,
  countOtherAdministrators,
  findUser,
  findUserByEmail,
  lockFirstAdministrator,
  updateUser,
} from './store.ts'
import type { User } from './user.ts'

/** Said which, so that an id is never looked up as an address; and an address may have changed hands since it was read. */
type Who = { id: string } | { email: string }

export type Disabled =
  | { outcome: 'done' | 'already'; user: User }
  | { outcome: 'unknown' }
  /** Nobody would be left who could let anybody back in. */
  | { outcome: 'last_administrator' }

/**
 * Sessions end and what apps hold is revoked, for good. Keys that act for the person answer `disabled` within a second, on
 * every node, and work again once the person is enabled.
 */
export async function disableUser(
  { db, endAccess }: Pick<UserServices, 'db' | 'endAccess'>,
  who: Who,
  context: AuditContext,
): Promise<Disabled> {
  return db.$transaction(async (tx): Promise<Disabled> => {
    const user = await lockPerson(tx, who)
    if (!user) return { outcome: 'unknown' }
    if (user.disabledAt !== null) return { outcome: 'already', user }
    if (user.administrator && (await countOtherAdministrators(tx, user.id)) === 0) {
      return { outcome: 'last_administrator' }
    }
    const now = context.clock.now()
    await updateUser(tx, user.id, { disabledAt: now }, now)
    await consumeLinksOf(tx, { purpose: 'reset', userId: user.id }, now)
    await endAccess(tx, user.id, { reason: 'disabled' }, context)
    await record(tx, { type: 'user.disabled', id: user.id, data: {} }, context)
    await notify(tx, { kind: 'user', id: user.id })
    return { outcome: 'done', user: { ...user, disabledAt: now } }
  })
}

/** They sign in anew; what they had allowed apps is still allowed. */
export async function enableUser(
  { db }: Pick<UserServices, 'db'>,
  who: Who,
  context: AuditContext,
): Promise<Exclude<Disabled, { outcome: 'last_administrator' }>> {
  return db.$transaction(async (tx) => {
    const user = await lockPerson(tx, who)
    if (!user) return { outcome: 'unknown' }
    if (user.disabledAt === null) return { outcome: 'already', user }
    await updateUser(tx, user.id, { disabledAt: null }, context.clock.now())
    await record(tx, { type: 'user.enabled', id: user.id, data: {} }, context)
    await notify(tx, { kind: 'user', id: user.id })
    return { outcome: 'done', user: { ...user, disabledAt: null } }
  })
}

/** Two at once, each of whom leaves the other as the last administrator, come one after the other. */
async function lockPerson(tx: Tx, who: Who): Promise<User | null> {
  await lockFirstAdministrator(tx)
  return 'id' in who ? findUser(tx, who.id) : findUserByEmail(tx, who.email)
}
