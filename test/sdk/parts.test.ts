/** Parts of the SDK by themselves: what is read of a stream however it is cut, what is remembered, and what a key looks like. */
import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, test } from 'vitest'
import { isAddress } from '../../packages/verify/src/address.ts'
import { credentialOf } from '../../packages/verify/src/credential.ts'
import { createMistyped } from '../../packages/verify/src/key-format.ts'
import { createNamed } from '../../packages/verify/src/named.ts'
import { createVerifier } from '../../packages/verify/src/index.ts'
import { questionOf } from '../../packages/verify/src/question.ts'
import { createEventReader, type StreamEvent } from '../../packages/verify/src/sse.ts'
import { drawApiKey, parseApiKey } from '../../src/api-keys/format.ts'

test('events are the same, however the stream is cut', () => {
  const text =
    ': hello\nretry: 1000\nevent: ready\nid: 7\ndata: {"since":"ä"}\n\nevent: revocation\r\ndata:a\r\ndata: b\r\n\r\n\n\nid: 9\ndata: {}\n\n'
  const expected: StreamEvent[] = [
    { event: 'ready', data: '{"since":"ä"}', id: '7' },
    { event: 'revocation', data: 'a\nb', id: '7' },
    { event: 'message', data: '{}', id: '9' },
  ]
  const bytes = new TextEncoder().encode(text)
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length)), (cuts) => {
      const events: StreamEvent[] = []
      const read = createEventReader((event) => events.push(event))
      const places = [0, ...cuts.toSorted((a, b) => a - b), bytes.length]
      for (const [index, place] of places.entries()) read(bytes.slice(places[index - 1] ?? 0, place))
      expect(events).toEqual(expected)
    }),
    { numRuns: 100 },
  )
})

test('what is forgotten for want of room moves the time since when everything is known', () => {
  const named = createNamed(2)
  named.begin(100)
  named.note('a', 200)
  named.note('b', 300)
  named.note('a', 400)
  expect([named.since, named.lastAt('a'), named.lastAt('b')]).toEqual([100, 400, 300])
  named.note('c', 500)
  expect([named.since, named.lastAt('b'), named.lastAt('c')]).toEqual([301, -Infinity, 500])
})

test('an event that comes twice is no older than it was', () => {
  const named = createNamed()
  named.note('a', 400)
  const { count } = named
  named.note('a', 200)
  expect([named.lastAt('a'), named.isAfter('a', count)]).toEqual([400, true])
})

test('an address that is asked with is one to the server, too: a forged one spoils no question beside it', () => {
  for (const ip of ['192.0.2.7', '2001:db8::1', '::ffff:192.0.2.7', '::']) expect(isAddress(ip)).toBe(true)
  const forged = ['999.1.1.1', '08.1.1.1', 'dead', ':::', '::ffff:999.1.1.1', 'fe80::1%eth0', '', undefined]
  for (const ip of forged) expect(isAddress(ip)).toBe(false)
  const alike = fc
    .array(fc.constantFrom('0', '1', '255', '256', '999', 'ffff', ':', '::', '.', '%'))
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(fc.oneof(alike, fc.ipV4(), fc.ipV6()), (ip) => {
      if (isAddress(ip)) expect(ipaddr.isValid(ip)).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test('a key is taken for mistyped exactly when the server would take it so', () => {
  const isMistyped = createMistyped('kg')
  const some = fc.record({ at: fc.nat(47), character: fc.constantFrom('0', 'a', 'Z', '_', '-', '.', ' ') })
  fc.assert(
    fc.property(fc.constantFrom<'live' | 'test'>('live', 'test'), some, (environment, { at, character }) => {
      const key = drawApiKey('kg', environment)
      expect(isMistyped(key)).toBe(false)
      const changed = key.slice(0, at) + character + key.slice(at + 1)
      if (/^kg_(live|test)_/.test(changed)) expect(isMistyped(changed)).toBe(parseApiKey(changed) === null)
      // Of another format, whatever it is.
      else expect(isMistyped(changed)).toBe(false)
    }),
    { numRuns: 200 },
  )
})

describe('a Headers object', () => {
  const read = (entries: [string, string][]) => credentialOf({ headers: new Headers(entries) })
  test.each<[string, [string, string][], unknown]>([
    ['one credential', [['Authorization', 'Bearer abc']], { text: 'abc', dpop: false }],
    ['a key', [['X-API-Key', ' abc ']], { text: 'abc', dpop: false }],
    ['a proof is due', [['authorization', 'dpop abc']], { text: 'abc', dpop: true }],
    ['none', [], 'missing'],
    ['an empty one', [['x-api-key', '']], 'missing'],
    ['another scheme', [['authorization', 'Basic abc']], 'malformed'],
    ['no scheme', [['authorization', 'abc']], 'malformed'],
    [
      'two at once',
      [
        ['authorization', 'Bearer abc'],
        ['x-api-key', 'abc'],
      ],
      'bad_request',
    ],
    [
      'the same twice',
      [
        ['authorization', 'Bearer abc'],
        ['authorization', 'Bearer abc'],
      ],
      'bad_request',
    ],
    ['an endless one', [['x-api-key', 'a'.repeat(9_000)]], 'malformed'],
  ])('%s', (_, entries, expected) => {
    expect(read(entries)).toEqual(expected)
  })
})

describe('what no route or verifier can mean is told at the start', () => {
  test.each<[string, () => unknown]>([
    ['a cost of nothing', () => questionOf('a', { cost: 0 })],
    ['a broken cost', () => questionOf('a', { cost: 1.5 })],
    ['a cost above all', () => questionOf('a', { cost: 10_001 })],
    ['two scopes in one text', () => questionOf('a b')],
    ['an empty scope', () => questionOf(['a', ''])],
    ['no key', () => createVerifier({ issuer: 'https://a.example', apiKey: '', resource: 'x' })],
    ['no address', () => createVerifier({ issuer: 'a.example', apiKey: 'k', resource: 'x' })],
    ['no resource', () => createVerifier({ issuer: 'https://a.example', apiKey: 'k', resource: '' })],
    [
      'another outage',
      () => createVerifier({ issuer: 'https://a.example', apiKey: 'k', resource: 'x', onOutage: 'pass' as never }),
    ],
  ])('%s', (_, make) => {
    expect(make).toThrow(TypeError)
  })
})
