/** Secrets and codes drawn from the system's random source. */
import { randomBytes } from 'node:crypto'

export const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** The largest multiple of 62 that a byte can count to. Bytes from here on would favour the first letters, so they are drawn again. */
const UNBIASED_BELOW = 248

/** `bytes` random bytes as base64url; 32 of them are 256 bits in 43 characters. */
export function randomSecret(bytes = 32): string {
  return randomBytes(bytes).toString('base64url')
}

/** `length` characters of 0-9A-Za-z, each of the 62 as likely as the others (5.95 bits a character). */
export function randomBase62(length: number, random: (bytes: number) => Uint8Array = randomBytes): string {
  let text = ''
  while (text.length < length) {
    for (const byte of random(length - text.length)) {
      if (byte < UNBIASED_BELOW) text += BASE62.charAt(byte % BASE62.length)
    }
  }
  return text
}
