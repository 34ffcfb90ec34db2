/** Makes `passwords.bin` from the lists that `README.md` names: node generate.ts <ranked list> <other list>. */
import { readFileSync, writeFileSync } from 'node:fs'
import { DIGEST_BYTES, digestOf, RECORD_BYTES } from '../password-blocklist.ts'
import { compactPassword, foldPassword } from '../password-guesses.ts'
import { MIN_CHARACTERS } from '../password-text.ts'

/** Shorter ones serve as the pieces that people repeat and lengthen; the rarer they are, the less it tells. */
const PIECES = 65_536
const PIECE_MIN_CHARACTERS = 3
/** Where a list gives no rank, its passwords count as the rarest of the ranked one. */
const UNRANKED_BITS = 20
/** Well-known phrases are tried early. */
const PHRASE_BITS = 10

const [rankedFile, otherFile] = process.argv.slice(2)
if (rankedFile === undefined || otherFile === undefined)
  throw new Error('usage: generate.ts <ranked list> <other list>')

const bitsByText = new Map<string, number>()
let pieces = 0

function add(password: string, bits: number): void {
  const folded = foldPassword(password.normalize('NFKC'))
  const long = Array.from(folded).length >= MIN_CHARACTERS
  if (Array.from(folded).length < PIECE_MIN_CHARACTERS || (!long && pieces >= PIECES)) return
  for (const text of new Set([folded, compactPassword(folded)])) {
    if (Array.from(text).length < PIECE_MIN_CHARACTERS || bitsByText.has(text)) continue
    bitsByText.set(text, bits)
    if (!long) pieces += 1
  }
}

for (const phrase of lines(new URL('phrases.txt', import.meta.url))) add(phrase, PHRASE_BITS)
lines(rankedFile).forEach((password, index) => add(password, Math.ceil(Math.log2(index + 2))))
for (const password of lines(otherFile)) {
  if (Array.from(password).length >= MIN_CHARACTERS) add(password, UNRANKED_BITS)
}

const records = [...bitsByText].map(([text, bits]) => ({ digest: digestOf(text), bits }))
records.sort((a, b) => a.digest - b.digest)
const output = Buffer.alloc(records.length * RECORD_BYTES)
for (const [index, { digest, bits }] of records.entries()) {
  output.writeUIntBE(digest, index * RECORD_BYTES, DIGEST_BYTES)
  output.writeUInt8(bits, index * RECORD_BYTES + DIGEST_BYTES)
}
writeFileSync(new URL('passwords.bin', import.meta.url), output)
process.stdout.write(`${records.length} passwords, ${output.length} bytes\n`)

function lines(file: string | URL): string[] {
  return readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .filter((line) => line !== '')
}
