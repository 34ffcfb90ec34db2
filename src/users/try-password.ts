/**
 * One try at somebody's password, at the sign-in or where somebody who is signed in is asked again: counted together, and
 * costing one argon2 computation whatever is wrong.
 */
import { BusyError } from '../platform/work-limit.ts'
import { findImportedPassword } from './import/imported-password.ts'
import type { UserServices } from './services.ts'
import type { PasswordUpgrade } from './sessions.ts'
import { replacePasswordHash } from './store.ts'
import { attempt, giveBack, networkCells, type Cell } from './throttle.ts'
import { emailKey, type User } from './user.ts'

export type TryServices = Pick<UserServices, 'db' | 'secrets' | 'clock' | 'passwords'>

export interface PasswordTry {
  /** Null: nobody has this address. */
  user: User | null
  /** As it was typed, or the person's own. */
  email: string
  password: string
  /** The cookie of a browser that this person has signed in with before. */
  knownDevice: string | null
  /** The caller's address. */
  address: string
}

export type PasswordTried =
  /** `upgrade`: what the session's transaction does with a password that was brought along. */
  | { outcome: 'right'; user: User; upgrade: PasswordUpgrade | null }
  | { outcome: 'wrong' }
  | { outcome: 'throttled'; retryAfterSeconds: number }

/** Throws `BusyError` when too many passwords wait to be checked. */
export async function tryPassword(services: TryServices, tried: PasswordTry): Promise<PasswordTried> {
  const { db } = services
  const { user, password } = tried
  const cells = cellsOf(tried)
  const attempted = await attempt(db, services, cells)
  if (!attempted.allowed) return { outcome: 'throttled', retryAfterSeconds: attempted.retryAfterSeconds }

  const verified = await verifyPassword(services, user, password)
  if (!verified.ok || user === null) return { outcome: 'wrong' }
  // Only what this attempt was charged: tries of others, and earlier wrong ones, still count.
  await giveBack(db, services, cells)
  if (verified.outdated !== null) await storeAnew(services, user.id, verified.outdated, password)
  return { outcome: 'right', user, upgrade: verified.upgrade }
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

/**
 * A browser that the person has signed in with before is counted by itself, and only so: whoever uses up the tries of
 * the account, or of the network, can't lock its owner out. Unknown addresses are counted as known ones are.
 */
function cellsOf({ knownDevice, email, address }: PasswordTry): [Cell, ...Cell[]] {
  const key = emailKey(email)
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
