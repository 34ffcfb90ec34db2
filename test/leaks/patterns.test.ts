/** What scanners are told finds every key that is drawn, and nothing that is none; without a server, without a database. */
import { Readable, Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { drawApiKey } from '../../src/api-keys/format.ts'
import { runCommandLine } from '../../src/cli/program.ts'
import { readKeyPrefix } from '../../src/config.ts'
import { gitleaksRule, keyPattern } from '../../src/leaks/patterns.ts'

test('the pattern finds the keys of its prefix, in whatever text, and is the rule’s', () => {
  const pattern = keyPattern('acme')
  const found = (text: string) => [...text.matchAll(new RegExp(pattern, 'g'))].map(([key]) => key)
  for (const environment of ['live', 'test'] as const) {
    const key = drawApiKey('acme', environment)
    expect(found(`ACME_KEY="${key}"\nurl=https://example.com/?key=${key}&x`)).toEqual([key, key])
    expect(found(`${key}A`)).toEqual([])
    expect(found(`x${key}`)).toEqual([])
    expect(found(drawApiKey('other', environment))).toEqual([])
  }
  expect(gitleaksRule('acme')).toContain(`regex = '''${pattern}'''`)
})

test('the command prints them, and KEY_PREFIX is all that it reads of a configuration', async () => {
  let printed = ''
  const stdout = new Writable({ write: (chunk: Buffer, _encoding, done) => ((printed += chunk.toString()), done()) })
  const io = { stdin: Readable.from([]), stdout, stderr: stdout }
  expect(await runCommandLine(['leaks', 'patterns', '--prefix', 'acme', '--json'], io)).toBe(0)
  expect(JSON.parse(printed)).toEqual({ prefix: 'acme', regex: keyPattern('acme'), gitleaks: gitleaksRule('acme') })
  expect(readKeyPrefix({ KEY_PREFIX: 'acme', PUBLIC_URL: 'https://auth.example.com' })).toBe('acme')
  expect(readKeyPrefix({})).toBe('kg')
  expect(() => readKeyPrefix({ KEY_PREFIX: 'No' })).toThrow(/KEY_PREFIX must be/)
})
