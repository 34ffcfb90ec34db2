/** What an API key looks like: `<prefix>_<live|test>_<30 random base62><6 base62 of their CRC-32>`. */
import { crc32 } from 'node:zlib'
import { BASE62, randomBase62 } from '../platform/random.ts'

export type Environment = 'live' | 'test'

/** 178 bits. */
const RANDOM_LENGTH = 30
/** 62^6 is more than 2^32. */
const CHECKSUM_LENGTH = 6

/** Any prefix: keys that were made under another one go on working. */
const shape = new RegExp(
  `^[a-z][a-z0-9]{1,15}_(live|test)_([0-9A-Za-z]{${RANDOM_LENGTH}})([0-9A-Za-z]{${CHECKSUM_LENGTH}})$`,
)

export function drawApiKey(prefix: string, environment: Environment): string {
  const random = randomBase62(RANDOM_LENGTH)
  return `${prefix}_${environment}_${random}${checksum(random)}`
}

/** Null for what can't be one: the checksum refuses a mistyped key without a look-up. */
export function parseApiKey(text: string): { environment: Environment } | null {
  const match = shape.exec(text)
  if (!match || checksum(match[2] ?? '') !== match[3]) return null
  return { environment: match[1] as Environment }
}

/** Has it everything of a key that begins with `prefix`, but the right checksum? */
export function isMistyped(text: string, prefix: string): boolean {
  return text.startsWith(`${prefix}_`) && shape.test(text) && parseApiKey(text) === null
}

/** The last four characters, to tell keys apart: what lists and mails show. */
export function hintOf(key: string): string {
  return key.slice(-4)
}

function checksum(random: string): string {
  let rest = crc32(random)
  let text = ''
  while (text.length < CHECKSUM_LENGTH) {
    text = BASE62.charAt(rest % 62) + text
    rest = Math.floor(rest / 62)
  }
  return text
}
