/** Keygrant's own keys, `<prefix>_<live|test>_<30 base62><6 base62 of their CRC-32>`: a mistyped one is known by its checksum. */

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const ownShape = /^([0-9A-Za-z]{30})([0-9A-Za-z]{6})$/

/** @returns whether a text that begins like one of these keys can be none */
export function createMistyped(prefix: string): (text: string) => boolean {
  const beginnings = [`${prefix}_live_`, `${prefix}_test_`]
  return (text) => {
    const beginning = beginnings.find((one) => text.startsWith(one))
    if (beginning === undefined) return false
    const [, random = '', sum] = ownShape.exec(text.slice(beginning.length)) ?? []
    return checksum(random) !== sum
  }
}

function checksum(text: string): string {
  let rest = crc32(text)
  let digits = ''
  while (digits.length < 6) {
    digits = BASE62.charAt(rest % 62) + digits
    rest = Math.floor(rest / 62)
  }
  return digits
}

/** That of zlib, of plain ASCII; a loop for 30 characters needs no table. */
function crc32(text: string): number {
  let crc = ~0
  for (let index = 0; index < text.length; index++) {
    crc ^= text.charCodeAt(index)
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}
