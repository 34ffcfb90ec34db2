/** The list of common and breached passwords that ships with the program. What it is made of: `blocklist/README.md`. */
import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/**
 * A record is the first five bytes of the SHA-256 of a listed password and one byte of rank, sorted by the digest.
 * Digests, because the lists hold insults and people's names that nobody needs to read here; five bytes, because one in
 * ten million other texts is then taken for a listed one.
 */
export const DIGEST_BYTES = 5
export const RECORD_BYTES = DIGEST_BYTES + 1

export interface Blocklist {
  /** In how many bits of guesses a listed password is reached: 1 for the most common one, 20 for the rare; null if it isn't listed. */
  bitsOf(foldedPassword: string): number | null
  readonly size: number
}

export function openBlocklist(file = new URL('blocklist/passwords.bin', import.meta.url)): Blocklist {
  const records = readFileSync(file)
  const size = records.length / RECORD_BYTES
  return {
    size,
    bitsOf(foldedPassword) {
      const wanted = digestOf(foldedPassword)
      let low = 0
      let high = size
      while (low < high) {
        const middle = (low + high) >>> 1
        const found = records.readUIntBE(middle * RECORD_BYTES, DIGEST_BYTES)
        if (found === wanted) return records.readUInt8(middle * RECORD_BYTES + DIGEST_BYTES)
        if (found < wanted) low = middle + 1
        else high = middle
      }
      return null
    },
  }
}

export function digestOf(foldedPassword: string): number {
  return hash('sha256', foldedPassword, 'buffer').readUIntBE(0, DIGEST_BYTES)
}
