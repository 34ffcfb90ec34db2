/** Browsers that somebody has signed in with before, known by a random cookie of which we keep the digest. */
import { day, secondsFrom, type Clock } from '../platform/clock.ts'
import type { Db, Tx } from '../platform/database.ts'
import { randomSecret } from '../platform/random.ts'
import type { Secrets } from '../platform/secrets.ts'
import { listDeviceUsers, upsertDevice } from './store.ts'

/** From the last sign-in on. Browsers keep no cookie for longer than 400 days. */
export const deviceLifetimeSeconds = 365 * day

interface DeviceServices {
  secrets: Secrets
  clock: Clock
}

/**
 * The people who have signed in with this browser. Asked by the cookie alone, so that the question is the same
 * whatever address is tried.
 */
export async function usersOfDevice(
  db: Db | Tx,
  { secrets, clock }: DeviceServices,
  token: string | null,
): Promise<ReadonlySet<string>> {
  if (token === null) return new Set()
  return new Set(await listDeviceUsers(db, secrets.digests('device', token), clock.now()))
}

/** Remembers that this person signed in with this browser, and returns the cookie's value: the one it had, or a new one. */
export async function rememberDevice(
  db: Db | Tx,
  { secrets, clock }: DeviceServices,
  userId: string,
  present: string | null,
): Promise<string> {
  const token = present ?? randomSecret()
  const expiresAt = secondsFrom(clock, deviceLifetimeSeconds)
  await upsertDevice(db, { digest: secrets.digest('device', token), userId, now: clock.now(), expiresAt })
  return token
}
