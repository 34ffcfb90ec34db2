/** Makes a person, with the organization that is theirs alone: all in the caller's transaction, or nothing. */
import type { Route } from '../audit/events.ts'
import { actingAs, record, type AuditContext } from '../audit/record.ts'
import type { Tx } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import type { UserServices } from './services.ts'
import { insertUser } from './store.ts'
import type { User } from './user.ts'

export interface NewUser {
  email: string
  name: string | null
  passwordHash: string | null
  /** Has this person shown that the mailbox is theirs? */
  emailVerified: boolean
  administrator: boolean
  locale: string | null
  by: Route
}

/** Null if the address has an account. */
export async function createUser(
  tx: Tx,
  { organizations }: Pick<UserServices, 'organizations'>,
  { emailVerified, by, ...columns }: NewUser,
  context: AuditContext,
): Promise<User | null> {
  const now = context.clock.now()
  const user = {
    ...columns,
    id: newId('usr', context.clock),
    emailVerifiedAt: emailVerified ? now : null,
    importedPasswordHash: null,
    passwordChangedAt: columns.passwordHash === null ? null : now,
  }
  if (!(await insertUser(tx, user, now))) return null
  const { id, email, name } = user
  const own = actingAs(context, id)
  const organizationId = await organizations.createPersonal(tx, { id, name: name ?? email }, own)
  await record(
    tx,
    [
      { type: 'user.created', id, organizationId, data: { email, name, by } },
      ...(emailVerified ? [{ type: 'user.email_verified', id, data: { by } } as const] : []),
      ...(user.administrator ? [{ type: 'user.administrator_granted', id, data: { by } } as const] : []),
    ],
    own,
  )
  return { ...user, disabledAt: null }
}
