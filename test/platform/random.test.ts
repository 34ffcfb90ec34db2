import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { randomBase62, randomSecret } from '../../src/platform/random.ts'

describe('random secrets', () => {
  test('hold as many bytes as asked, 32 unless said', () => {
    expect(Buffer.from(randomSecret(), 'base64url')).toHaveLength(32)
    expect(Buffer.from(randomSecret(16), 'base64url')).toHaveLength(16)
  })

  test('do not repeat', () => {
    const drawn = Array.from({ length: 1000 }, () => randomSecret(16))
    expect(new Set(drawn).size).toBe(drawn.length)
  })
})

describe('random base62', () => {
  test('has the length and the letters asked for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), (length) => {
        expect(randomBase62(length)).toMatch(new RegExp(`^[0-9A-Za-z]{${length}}$`))
      }),
    )
  })

  test('gives each letter from exactly four of the 256 bytes and draws again for the other eight', () => {
    const counts = new Map<string, number>()
    for (let byte = 0; byte < 256; byte += 1) {
      const draws = [byte, 0]
      const text = randomBase62(1, () => Uint8Array.of(draws.shift() ?? 0))
      if (draws.length === 0) expect(byte).toBeGreaterThanOrEqual(248)
      else counts.set(text, (counts.get(text) ?? 0) + 1)
    }
    expect(counts.size).toBe(62)
    expect([...new Set(counts.values())]).toEqual([4])
  })
})
