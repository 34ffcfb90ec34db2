/** The one form of a password that is checked, hashed and compared. */

/** NIST SP 800-63B-4, 3.1.1.2: the least where the password is the only factor. */
export const MIN_CHARACTERS = 15
/** More than the 64 that must be accepted; a bound is needed so that nobody makes us hash a book. */
export const MAX_CHARACTERS = 128

/** No password of 128 characters is written in more UTF-16 units, even when each letter carries its marks apart. */
const MAX_UNITS = MAX_CHARACTERS * 8

/**
 * The NFKC form (NIST SP 800-63B-4, 3.1.1.2), since keyboards write the same letters in different code points;
 * null when it has more than 128 of them, each of which counts as one character.
 */
export function normalizePassword(password: string): string | null {
  if (password.length > MAX_UNITS) return null
  const normalized = password.normalize('NFKC')
  return countCharacters(normalized) > MAX_CHARACTERS ? null : normalized
}

export function countCharacters(text: string): number {
  return Array.from(text).length
}
