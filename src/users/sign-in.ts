/**
 * Signing in with a password. Whatever is wrong is answered alike and costs the same: one argon2 computation and the same
 * statements, whether the address is known, the person disabled or the password another. Only those who were brought along
 * from another system cost what its algorithm takes besides, until they have signed in once.
 */
import { record, type AuditContext } from '../audit/record.ts'
import type { Tx } from '../platform/database.ts'
import { browserName } from './browser-name.ts'
import { rememberDevice, usersOfDevice } from './devices.ts'
import type { UserServices } from './services.ts'
import type { PasswordUpgrade } from './sessions.ts'
import { findUserByEmail, hasDevices } from './store.ts'
import { tryPassword } from './try-password.ts'
import type { User } from './user.ts'

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
  const tried = await tryPassword(services, {
    user,
    email,
    password,
    knownDevice: knownDevice ? deviceToken : null,
    address,
  })
  if (tried.outcome === 'throttled') return tried
  if (tried.outcome === 'wrong') return { outcome: 'wrong_credentials' }
  return { outcome: 'signed_in', user: tried.user, knownDevice, upgrade: tried.upgrade }
}

async function tellOfNewDevice(
  tx: Tx,
  { queueMail, publicUrl }: Pick<UserServices, 'queueMail' | 'publicUrl'>,
  { userId, userAgent = '' }: { userId: string; userAgent?: string },
  { clock, address }: AuditContext,
): Promise<void> {
  const model = {
    at: clock.now(),
    device: browserName(userAgent),
    address: address ?? '',
    resetHref: `${publicUrl}/forgot-password`,
  }
  await queueMail(tx, 'new-device', [{ userId, model }])
}

/** Remembers the browser and notes the sign-in; returns the value of its device cookie. */
export async function noteSignIn(
  services: Pick<UserServices, 'db' | 'secrets' | 'clock' | 'queueMail' | 'publicUrl'>,
  signIn: { userId: string; amr: readonly string[]; deviceToken: string | null; userAgent?: string },
  context: AuditContext,
): Promise<string> {
  const { userId, amr, deviceToken } = signIn
  return services.db.$transaction(async (tx) => {
    const knownDevice = (await usersOfDevice(tx, services, deviceToken)).has(userId)
    // Whoever has no browser yet, or none any more, is told nothing: the first one is always new.
    if (!knownDevice && (await hasDevices(tx, userId))) await tellOfNewDevice(tx, services, signIn, context)
    const token = await rememberDevice(tx, services, userId, deviceToken)
    await record(tx, { type: 'user.signed_in', id: userId, data: { amr, known_device: knownDevice } }, context)
    return token
  })
}
