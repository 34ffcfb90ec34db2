/** A person, and the address by which they are known. */

export interface User {
  id: string
  /** As the person wrote it. Mail goes here, never to what somebody typed later: see `emailKey`. */
  email: string
  emailVerifiedAt: Date | null
  name: string | null
  passwordHash: string | null
  /** Of another system, until the first sign-in makes it one of ours: see `SlowHash`. It counts for nothing beside one of ours. */
  importedPasswordHash: string | null
  /** By this it is known whether the password that somebody signed in with is still the one. */
  passwordChangedAt: Date | null
  administrator: boolean
  locale: string | null
  disabledAt: Date | null
}

/** RFC 5321, 4.5.3.1: what a path may hold, without its brackets. */
const MAX_EMAIL = 254
export const MAX_NAME = 100

/**
 * What HTML calls a valid address, in any script. Above all it is one address: no comma, quote, bracket, space or line
 * break, with which a mail could be made to go to others as well.
 */
const validEmail =
  /^[\p{L}\p{M}\p{N}.!#$%&'*+/=?^_`{|}~-]{1,64}@[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?(?:\.[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?)*$/u

/** The address as it is kept; null if it isn't one. */
export function parseEmail(text: string): string | null {
  const email = text.trim().normalize('NFC')
  return email.length <= MAX_EMAIL && validEmail.test(email) ? email : null
}

/**
 * What is compared and unique. Both parts are folded: mail systems don't tell Ann@ from ann@ apart, and two people
 * who do would be one person's trap.
 *
 * Folding makes equal what isn't the same mailbox (a Kelvin sign is a k), so a mail about an account goes to the
 * address that the account has.
 */
export function emailKey(email: string): string {
  return email.trim().normalize('NFC').toLowerCase().normalize('NFC')
}

/**
 * A name as it is kept, on one line. What steers the direction of writing is taken out, or a name could rearrange the
 * sentence that it stands in, on a page or in a mail.
 */
export function parseName(text: string): string {
  return text
    .normalize('NFC')
    .replaceAll(/[\u202A-\u202E\u2066-\u2069]/g, '')
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
}
