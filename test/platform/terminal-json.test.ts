/** JSON on a terminal: the same to any reader, and plain to look at. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { terminalJson } from '../../src/platform/terminal-json.ts'

test('whatever is in it, a reader gets it back, and a terminal gets nothing to run', () => {
  const texts = fc.string({ unit: 'binary' })
  const odd = fc.constantFrom(
    '\u001b[2J',
    '\u007f',
    '\u009b',
    '\u200b',
    '\u202e',
    '\u2069',
    '\u2028',
    '\u{e0001}',
    '\\u202e',
  )
  fc.assert(
    fc.property(
      fc.dictionary(texts, fc.array(fc.oneof(texts, odd))),
      fc.constantFrom(undefined, 2),
      (value, indent) => {
        const text = terminalJson(value, indent)
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
        expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
      },
    ),
  )
})
