/** Takes the platform's administration away from somebody, who stays a person here. */
import { record, type AuditContext } from '../audit/record.ts'
import { notify } from '../platform/changes.ts'
import type { UserServices } from './services.ts'
import { countOtherAdministrators, findUserByEmail, lockFirstAdministrator, updateUser } from './store.ts'
import type { User } from './user.ts'

export type RevokedAdministration =
  | { outcome: 'revoked' | 'was_none'; user: User }
  | { outcome: 'unknown' }
  /** Nobody would be left who could make another one. */
  | { outcome: 'last_administrator' }

/** What keys and apps hold for them narrows within a second, on every node: the role is looked at whenever they act. */
export async function revokeAdministration(
  { db }: Pick<UserServices, 'db'>,
  email: string,
  context: AuditContext,
): Promise<RevokedAdministration> {
  return db.$transaction(async (tx): Promise<RevokedAdministration> => {
    await lockFirstAdministrator(tx)
    const user = await findUserByEmail(tx, email)
    if (!user) return { outcome: 'unknown' }
    if (!user.administrator) return { outcome: 'was_none', user }
    if ((await countOtherAdministrators(tx, user.id)) === 0) return { outcome: 'last_administrator' }
    await updateUser(tx, user.id, { administrator: false }, context.clock.now())
    await record(tx, { type: 'user.administrator_revoked', id: user.id, data: { by: 'operator' } }, context)
    await notify(tx, { kind: 'user', id: user.id })
    return { outcome: 'revoked', user: { ...user, administrator: false } }
  })
}
