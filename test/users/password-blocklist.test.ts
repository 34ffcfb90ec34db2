import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { DIGEST_BYTES, openBlocklist, RECORD_BYTES } from '../../src/users/password-blocklist.ts'
import { compactPassword, foldPassword } from '../../src/users/password-guesses.ts'

const folder = new URL('../../src/users/blocklist/', import.meta.url)
const blocklist = openBlocklist()

describe('the shipped blocklist', () => {
  test('is sorted, without doubles, and ranks from 1 to 20 bits', () => {
    const records = readFileSync(new URL('passwords.bin', folder))
    expect(records.length % RECORD_BYTES).toBe(0)
    let previous = -1
    for (let at = 0; at < records.length; at += RECORD_BYTES) {
      const digest = records.readUIntBE(at, DIGEST_BYTES)
      const bits = records.readUInt8(at + DIGEST_BYTES)
      if (digest <= previous || bits < 1 || bits > 20) throw new Error(`record ${at / RECORD_BYTES} is wrong`)
      previous = digest
    }
  })

  test('holds tens of thousands, the most common first', () => {
    expect(blocklist.size).toBeGreaterThan(80_000)
    expect(blocklist.bitsOf('123456')).toBe(1)
    expect(blocklist.bitsOf('password')).toBe(2)
    expect(blocklist.bitsOf('dragon')).toBeLessThan(5)
    expect(blocklist.bitsOf('manchesterunited')).toBeGreaterThan(9)
  })

  test('does not know what is not listed', () => {
    expect(blocklist.bitsOf('kwzjtqvhbxmrnpd')).toBeNull()
    expect(blocklist.bitsOf('')).toBeNull()
  })

  test('was made again after its phrases were changed', () => {
    const phrases = readFileSync(new URL('phrases.txt', folder), 'utf8').split('\n').filter(Boolean)
    expect(phrases.length).toBeGreaterThan(150)
    for (const phrase of phrases) {
      const folded = foldPassword(phrase)
      expect([phrase, blocklist.bitsOf(folded), blocklist.bitsOf(compactPassword(folded))]).not.toContain(null)
    }
  })
})
