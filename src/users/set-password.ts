/** Sets somebody's password for them: what the command on the host does. */
import type { AuditContext } from '../audit/record.ts'
import { record } from '../audit/record.ts'
import type { FormError } from '../http/page-models.ts'
import { passwordFaults } from './link-answer.ts'
import { tellOfNewPassword } from './reset-password.ts'
import type { UserServices } from './services.ts'
import { consumeLinksOf, deleteDevices, findUserByEmail, updateUser } from './store.ts'
import type { User } from './user.ts'

export type PasswordSet =
  { outcome: 'set'; user: User } | { outcome: 'unknown' } | { outcome: 'refused'; faults: FormError<'password'>[] }

/** Ends every session of the person, and every reset that is under way. It proves nothing about the mailbox: somebody else has chosen this password. */
export async function setPassword(
  services: UserServices,
  { email, password }: { email: string; password: string },
  context: AuditContext,
): Promise<PasswordSet> {
  const user = await findUserByEmail(services.db, email)
  if (!user) return { outcome: 'unknown' }
  const faults = passwordFaults(services, user, password)
  if (faults.length > 0) return { outcome: 'refused', faults }
  const passwordHash = await services.passwords.hash(password)
  await services.db.$transaction(async (tx) => {
    const now = context.clock.now()
    await updateUser(tx, user.id, { passwordHash, passwordChangedAt: now }, now)
    await deleteDevices(tx, user.id)
    await consumeLinksOf(tx, { purpose: 'reset', userId: user.id }, now)
    await consumeLinksOf(tx, { purpose: 'change_email', userId: user.id }, now)
    await services.endAccess(tx, user.id, { reason: 'credentials_changed', families: false }, context)
    await record(tx, { type: 'user.password_changed', id: user.id, data: { by: 'operator' } }, context)
    await tellOfNewPassword(tx, services, user)
  })
  return { outcome: 'set', user }
}
