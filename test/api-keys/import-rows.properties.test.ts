/** Rows of an import: whatever comes, each is taken or told what is wrong with it, and what is the same is read alike. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { drawApiKey } from '../../src/api-keys/format.ts'
import { mayBeForeign, tokenKindOf } from '../../src/api-keys/import/foreign.ts'
import { readFastHash, restingDigests, type ImportedSecret } from '../../src/api-keys/import/hash.ts'
import { readRow, rowFields } from '../../src/api-keys/import/row.ts'
import { parseRow } from '../../src/http/api/import-rows.ts'
import { limitOverridesSchema } from '../../src/limits/schema.ts'
import { createSecrets } from '../../src/platform/secrets.ts'

const schema = rowFields(limitOverridesSchema)
const now = new Date('2027-01-01T00:00:00Z')
const secrets = createSecrets(['test-only-key-0123456789-abcdefghijklmnopqrstuvwxyz'])

function read(row: unknown) {
  const fields = parseRow(schema, row)
  return fields.ok ? readRow(fields.value, { prefix: 'kg', now }) : fields
}

const names = Object.keys(schema.shape)
const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((array) => Buffer.from(array))
/** As other systems draw them: nothing that begins like a token. */
const foreignKey = fc
  .string({ unit: fc.constantFrom(...Array.from('abcXYZ019-_.:/+=~')), minLength: 8, maxLength: 512 })
  .filter((text) => tokenKindOf(text) === null)

describe('a row', () => {
  test('of anything at all is taken, or has faults with a place and a code each, and none of them tells what came', () => {
    const secretText = fc.string({ minLength: 12, maxLength: 40, unit: fc.constantFrom(...Array.from('qwertz§%&🦆')) })
    const value = fc.oneof(fc.jsonValue(), secretText, fc.constant(undefined))
    const row = fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom(...names, 'other'), value))
    fc.assert(
      fc.property(row, (given) => {
        const result = read(given)
        if (result.ok) return
        expect(result.errors.length).toBeGreaterThan(0)
        for (const { path, code, message } of result.errors) {
          expect(path).toMatch(/^(?:\/|$)/)
          expect(code).toMatch(/^[a-z_]+$/)
          for (const text of Object.values(given ?? {})) {
            if (typeof text === 'string' && text.length >= 12 && !names.includes(text))
              expect(message).not.toContain(text)
          }
        }
      }),
      { numRuns: 500 },
    )
  })

  test('of a key that another system drew is taken, with its last four characters as the hint', () => {
    fc.assert(
      fc.property(foreignKey, (key) => {
        const result = read({ key, scopes: [], expires_at: null })
        expect(result).toMatchObject({ ok: true, value: { secret: { as: 'plain', key }, hint: key.slice(-4) } })
        expect(mayBeForeign(key, 'kg')).toBe(true)
      }),
      { numRuns: 200 },
    )
  })
})

describe('a hash', () => {
  test('is the same in hexadecimal of either case and in base64 of either alphabet, padded or not', () => {
    fc.assert(
      fc.property(bytes, (hash) => {
        const hex = hash.toString('hex')
        const base64 = hash.toString('base64')
        const notations = [hex, hex.toUpperCase(), base64, base64.replace(/=$/, ''), hash.toString('base64url')]
        expect(notations.map(readFastHash)).toEqual(Array(5).fill(hex))
      }),
      { numRuns: 100 },
    )
  })

  test('of any other length is none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (array) => {
        const hash = Buffer.from(array)
        fc.pre(hash.length !== 32)
        for (const encoding of ['hex', 'base64', 'base64url'] as const) {
          const text = hash.toString(encoding)
          if (Buffer.from(text, 'base64').length !== 32) expect(readFastHash(text)).toBeNull()
        }
      }),
      { numRuns: 100 },
    )
  })

  test('rests as nothing that a key rests as, nor as another kind of hash does', () => {
    fc.assert(
      fc.property(bytes, (hash) => {
        const hex = hash.toString('hex')
        const resting: ImportedSecret[] = [
          { as: 'plain', key: hex },
          { as: 'plain', key: `sha256 ${hex}` },
          { as: 'sha256', hash: hex },
          { as: 'hmac-sha256', hash: hex },
          { as: 'bcrypt', hash: hex, lookupPrefix: 'abcd' },
        ]
        const digests = resting.map((secret) => restingDigests(secrets, secret)[0]?.toString('hex'))
        expect(new Set(digests).size).toBe(resting.length)
      }),
      { numRuns: 50 },
    )
  })
})

test('a mistyped key of our own prefix is never looked for as a foreign one, and one of another prefix may be', () => {
  const key = drawApiKey('kg', 'live')
  const mistyped = key.slice(0, -1) + (key.endsWith('0') ? '1' : '0')
  expect([mayBeForeign(mistyped, 'kg'), mayBeForeign(mistyped, 'acme'), mayBeForeign(key, 'kg')]).toEqual([
    false,
    true,
    true,
  ])
})
