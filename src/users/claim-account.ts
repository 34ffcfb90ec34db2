/**
 * Somebody has shown that a mailbox is theirs and chooses a password: the account is made, or taken over from whoever
 * set it up without that proof.
 */
import type { Route } from '../audit/events.ts'
import { actingAs, record, type AuditContext } from '../audit/record.ts'
import type { Tx } from '../platform/database.ts'
import { createUser } from './create-user.ts'
import type { UserServices } from './services.ts'
import { consumeLinksOf, deleteDevices, findUserByEmail, updateUser } from './store.ts'
import type { User } from './user.ts'

export interface Claim {
  email: string
  name: string
  passwordHash: string
  locale: string
  by: Route
}

/** Null where the address belongs to a proven or a disabled account, which nobody gets this way. */
export async function claimAccount(
  tx: Tx,
  services: Pick<UserServices, 'organizations' | 'endAccess'>,
  claim: Claim,
  context: AuditContext,
): Promise<User | null> {
  const present = await findUserByEmail(tx, claim.email)
  if (!present) return createUser(tx, services, { ...claim, emailVerified: true, administrator: false }, context)
  if (present.disabledAt !== null || present.emailVerifiedAt !== null) return null
  await replaceCredentials(tx, services, present, claim, context)
  const now = context.clock.now()
  const { name, passwordHash } = claim
  return { ...present, name, passwordHash, importedPasswordHash: null, passwordChangedAt: now, emailVerifiedAt: now }
}

/**
 * Sets a password on the strength of the mailbox. Every session ends, every browser is a stranger again, and links that
 * were mailed to set another one are worth nothing, whoever has read them. If the mailbox was never proven before, what
 * was done until now may have been another's: all that apps hold ends, too.
 */
export async function replaceCredentials(
  tx: Tx,
  { endAccess }: Pick<UserServices, 'endAccess'>,
  user: User,
  credentials: { passwordHash: string; name?: string; locale?: string; by: Route },
  context: AuditContext,
): Promise<void> {
  const { by, ...columns } = credentials
  const now = context.clock.now()
  const firstProof = user.emailVerifiedAt === null
  const own = actingAs(context, user.id)
  await updateUser(
    tx,
    user.id,
    { ...columns, passwordChangedAt: now, ...(firstProof && { emailVerifiedAt: now }) },
    now,
  )
  await deleteDevices(tx, user.id)
  await consumeLinksOf(tx, { purpose: 'reset', userId: user.id }, now)
  await consumeLinksOf(tx, { purpose: 'change_email', userId: user.id }, now)
  await endAccess(tx, user.id, { reason: 'credentials_changed', families: firstProof }, own)
  await record(
    tx,
    [
      { type: 'user.password_changed', id: user.id, data: { by } },
      ...(firstProof ? [{ type: 'user.email_verified', id: user.id, data: { by } } as const] : []),
    ],
    own,
  )
}
