/**
 * Signing in with a password. Whatever is wrong is answered alike and costs the same: one argon2 computation and the same
 * statements, whether the address is known, the person disabled or the password another. Only those who were brought along
 * from another system cost what its algorithm takes besides, until they have signed in once.
 */
import { record, type AuditContext } from '../audit/record.ts'
import { BusyError } from '../platform/work-limit.ts'
import { rememberDevice, usersOfDevice } from './devices.ts'
import { findImportedPassword } from './import/imported-password.ts'
import type { UserServices } from './services.ts'
import type { PasswordUpgrade } from './sessions.ts'
import { findUserByEmail, replacePasswordHash } from './store.ts'
import { attempt, giveBack, networkCells, type Cell } from './throttle.ts'
import { emailKey, type User } from './user.ts'

export interface Credentials {
  email: string
  password: string
  /** The cookie of a browser that somebody has signed in with before. */
  deviceToken: string | null
  /** The caller's address. */
  address: string
}

export type SignInOutcome =
  /** `upgrade`: what the session's transaction does with a password that was brought along. */
  | { outcome: 'signed_in'; user: User; knownDevice: boolean; upgrade: PasswordUpgrade | null }
  | { outcome: 'wrong_credentials' }
  | { outcome: 'throttled'; retryAfterSeconds: number }

/** Checks the credentials. Throws `BusyError` when too many passwords wait to be checked. */
export async function checkCredentials(
  services: Pick<UserServices, 'db' | 'secrets' | 'clock' | 'passwords'>,
  { email, password, deviceToken, address }: Credentials,
): Promise<SignInOutcome> {
  const { db } = services
  const known = await usersOfDevice(db, services, deviceToken)
  const user = await findUserByEmail(db, email)
  const knownDevice = user !== null && known.has(user.id)
  const cells = cellsOf(knownDevice ? deviceToken : null, emailKey(email), address)
  const tried = await attempt(db, services, cells)
  if (!tried.allowed) return { outcome: 'throttled', retryAfterSeconds: tried.retryAfterSeconds }

  const verified = await verifyPassword(services, user, password)
  if (!verified.ok || user === null) return { outcome: 'wrong_credentials' }
  // Only what this attempt was charged: tries of others, and earlier wrong ones, still count.
  await giveBack(db, services, cells)
  if (verified.outdated !== null) await storeAnew(services, user.id, verified.outdated, password)
  return { outcome: 'signed_in', user, knownDevice, upgrade: verified.upgrade }
}

/** @returns `outdated`: the stored hash, if it is to be made anew */
async function verifyPassword(
  services: Pick<UserServices, 'db' | 'secrets' | 'passwords'>,
  user: User | null,
  password: string,
): Promise<{ ok: boolean; outdated: string | null; upgrade: PasswordUpgrade | null }> {
  const { passwords } = services
  const live = user?.disabledAt === null ? user : null
  const stored = live?.passwordHash ?? null
  const imported = stored === null ? (live?.importedPasswordHash ?? null) : null
  const known = imported === null ? null : await findImportedPassword(services, imported)
  if (imported === null || known === null) {
    const { ok, rehash } = await passwords.verify(stored, password)
    return { ok, outdated: rehash ? stored : null, upgrade: null }
  }
  const { ok, upgrade } = await passwords.verifyImported(known, password)
  return { ok, outdated: null, upgrade: upgrade === null ? null : { from: imported, to: upgrade } }
}

/** Remembers the browser and notes the sign-in; returns the value of its device cookie. */
export async function noteSignIn(
  services: Pick<UserServices, 'db' | 'secrets' | 'clock'>,
  { userId, amr, deviceToken }: { userId: string; amr: readonly string[]; deviceToken: string | null },
  context: AuditContext,
): Promise<string> {
  return services.db.$transaction(async (tx) => {
    const knownDevice = (await usersOfDevice(tx, services, deviceToken)).has(userId)
    const token = await rememberDevice(tx, services, userId, deviceToken)
    await record(tx, { type: 'user.signed_in', id: userId, data: { amr, known_device: knownDevice } }, context)
    return token
  })
}

/**
 * A browser that the person has signed in with before is counted by itself, and only so: whoever uses up the tries of
 * the account, or of the network, can't lock its owner out. Unknown addresses are counted as known ones are.
 */
function cellsOf(knownDevice: string | null, key: string, address: string): [Cell, ...Cell[]] {
  if (knownDevice !== null) return [{ rule: 'sign_in_device', subject: JSON.stringify([knownDevice, key]) }]
  return [...networkCells('sign_in', address), { rule: 'sign_in_account', subject: key }]
}

/** The parameters have changed since the password was hashed; now is when we have it. If the server is busy, next time is as good. */
async function storeAnew(
  { db, passwords }: Pick<UserServices, 'db' | 'passwords'>,
  userId: string,
  stored: string,
  password: string,
): Promise<void> {
  try {
    await replacePasswordHash(db, userId, stored, await passwords.hash(password))
  } catch (error) {
    if (!(error instanceof BusyError)) throw error
  }
}
