/** A person on the command line: named by their address, and shown as JSON. */
import { parseEmail, type User } from '../../users/user.ts'
import { CommandFailure, usageFailure } from '../failure.ts'

export function userDocument(user: User): object {
  return {
    id: user.id,
    email: user.email,
    name: user.name,
    email_verified: user.emailVerifiedAt !== null,
    administrator: user.administrator,
    disabled: user.disabledAt !== null,
  }
}

export function emailOf(address: string): string {
  const email = parseEmail(address)
  if (email === null) throw emailInvalid(address)
  return email
}

export const emailInvalid = (address: string) => usageFailure(`${address} is not an e-mail address.`)
export const unknownUser = (email: string) =>
  new CommandFailure(`Nobody has the address ${email}. See: keygrant users list`)
export const lastAdministrator = (email: string) =>
  new CommandFailure(`${email} is the last administrator. Make another one first: keygrant users make-admin`)
