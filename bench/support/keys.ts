/** API keys that any process of a bench can name again by their number, so that a million of them need no list. */
import { hash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { parseApiKey } from '../../src/api-keys/format.ts'
import { BASE62, randomBase62 } from '../../src/platform/random.ts'

/** How many keys a warm round has in rotation. */
export const warmKeys = 500

/** @param family keys of another family are other keys */
export function keyOf(family: string, number: number): string {
  let block = 0
  const random = randomBase62(30, (bytes) =>
    hash('sha512', `${family} ${number} ${block++}`, 'buffer').subarray(0, bytes),
  )
  return `kg_live_${random}${checksum(random)}`
}

/** Looks like a key, and its checksum says that it is none. */
export function mistyped(key: string): string {
  return key.slice(0, -1) + (key.endsWith('0') ? '1' : '0')
}

function checksum(random: string): string {
  let rest = crc32(random)
  let text = ''
  for (let place = 0; place < 6; place++) {
    text = BASE62.charAt(rest % 62) + text
    rest = Math.floor(rest / 62)
  }
  return text
}

if (parseApiKey(keyOf('sample', 0)) === null || parseApiKey(mistyped(keyOf('sample', 0))) !== null) {
  throw new Error('these are not keys as the server knows them')
}
