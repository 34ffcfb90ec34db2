/**
 * Asks somebody who is signed in for their password again, before what an open browser must not allow. Its tries are those of
 * the sign-in: whoever sits before somebody else's browser can't guess on beside them.
 */
import { usersOfDevice } from './devices.ts'
import { tryPassword, type PasswordTried, type TryServices } from './try-password.ts'
import type { User } from './user.ts'

export interface AskedPassword {
  password: string
  deviceToken: string | null
  address: string
}

/** Throws `BusyError`. */
export async function askPassword(
  services: TryServices,
  user: User,
  { password, deviceToken, address }: AskedPassword,
): Promise<PasswordTried> {
  const known = await usersOfDevice(services.db, services, deviceToken)
  const knownDevice = known.has(user.id) ? deviceToken : null
  return tryPassword(services, { user, email: user.email, password, knownDevice, address })
}
