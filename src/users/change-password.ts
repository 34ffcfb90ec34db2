/** A person gives themselves another password. */
import { record, type AuditContext } from '../audit/record.ts'
import type { FormError } from '../http/page-models.ts'
import { askPassword, type AskedPassword } from './ask-password.ts'
import { passwordFaults } from './link-answer.ts'
import { tellOfNewPassword } from './reset-password.ts'
import type { UserServices } from './services.ts'
import { consumeLinksOf, deleteDevices, findUser, replacePassword } from './store.ts'
import type { User } from './user.ts'

export type PasswordChanged =
  /** Their browser is to be given a new session: the one it had has ended with all others. */
  | { outcome: 'changed'; user: Pick<User, 'id' | 'passwordChangedAt'> }
  | { outcome: 'wrong_password' }
  | { outcome: 'throttled'; retryAfterSeconds: number }
  | { outcome: 'refused'; faults: FormError<'password'>[] }

/**
 * Every session ends, every browser is a stranger again, and links that were mailed to change the password or the address
 * are worth nothing: whoever had a hand in the account has it no more. What is wrong with the new password is said before
 * the present one is looked at, so that it tells nothing about it. Throws `BusyError`.
 */
export async function changePassword(
  services: UserServices,
  userId: string,
  { current, chosen }: { current: AskedPassword; chosen: string },
  context: AuditContext,
): Promise<PasswordChanged> {
  const user = await findUser(services.db, userId)
  if (!user) return { outcome: 'wrong_password' }
  const faults = passwordFaults(services, user, chosen)
  if (faults.length > 0) return { outcome: 'refused', faults }
  const asked = await askPassword(services, user, current)
  if (asked.outcome === 'throttled') return asked
  if (asked.outcome === 'wrong') return { outcome: 'wrong_password' }
  const passwordHash = await services.passwords.hash(chosen)
  return services.db.$transaction(async (tx) => {
    const now = context.clock.now()
    // Of two changes at a time the second was asked for with a password that is none any more.
    if (!(await replacePassword(tx, user, passwordHash, now))) return { outcome: 'wrong_password' }
    await deleteDevices(tx, userId)
    for (const purpose of ['reset', 'change_email'] as const) await consumeLinksOf(tx, { purpose, userId }, now)
    await services.endAccess(tx, userId, { reason: 'credentials_changed', families: false }, context)
    await record(tx, { type: 'user.password_changed', id: userId, data: { by: 'account' } }, context)
    await tellOfNewPassword(tx, services, user)
    return { outcome: 'changed', user: { id: userId, passwordChangedAt: now } }
  })
}
