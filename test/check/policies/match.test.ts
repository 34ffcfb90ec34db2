/** Which requests a route of a policy lets through: every path that could be read in two ways matches nothing. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compilePolicy } from '../../../src/check/policies/match.ts'
import { covers, readPattern, type Pattern } from '../../../src/check/policies/pattern.ts'
import { plainSegments } from '../../../src/check/policies/plain-path.ts'

const compile = (...matches: string[]) =>
  compilePolicy({
    name: 'reports',
    resource: 'https://api.example.com/reports',
    environment: 'live',
    onLimit: null,
    onOutage: null,
    mode: 'enforce',
    routes: matches.map((match) => ({ match, scopes: [], cost: 1 })),
  })

const matched = (matches: string[], method: string, path: string): string | null =>
  compile(...matches).match(method, path)?.match ?? null

describe('a route', () => {
  test.for([
    ['GET /v1/reports', 'GET', '/v1/reports', true],
    ['GET /v1/reports', 'POST', '/v1/reports', false],
    ['GET /v1/reports', 'HEAD', '/v1/reports', true],
    ['HEAD /v1/reports', 'GET', '/v1/reports', false],
    ['* /v1/reports', 'DELETE', '/v1/reports', true],
    ['* /v1/reports', 'get', '/v1/reports', false],
    ['* /v1/reports', '', '/v1/reports', false],
    ['GET /v1/reports', 'GET', '/v1/Reports', false],
    ['GET /v1/reports', 'GET', '/v1/reports/', false],
    ['GET /v1/reports/', 'GET', '/v1/reports/', true],
    ['GET /v1/reports/', 'GET', '/v1/reports', false],
    ['GET /v1/reports', 'GET', '/v1/%72eports', true],
    ['GET /v1/%72eports', 'GET', '/v1/reports', true],
    ['GET /v1/caf%C3%A9', 'GET', '/v1/caf%c3%a9', true],
    ['GET /v1/*', 'GET', '/v1/reports', true],
    ['GET /v1/*', 'GET', '/v1/a%20b', true],
    ['GET /v1/*', 'GET', '/v1/', false],
    ['GET /v1/*', 'GET', '/v1', false],
    ['GET /v1/*', 'GET', '/v1/reports/1', false],
    ['GET /v1/*/items', 'GET', '/v1/7/items', true],
    ['GET /v1/**', 'GET', '/v1', true],
    ['GET /v1/**', 'GET', '/v1/', true],
    ['GET /v1/**', 'GET', '/v1/a/b/c', true],
    ['GET /v1/**', 'GET', '/v1/a/b/', true],
    ['GET /v1/**', 'GET', '/v10', false],
    ['GET /', 'GET', '/', true],
    ['GET /', 'GET', '/a', false],
    ['GET /**', 'GET', '/', true],
    ['GET /constructor', 'GET', '/__proto__', false],
  ] as const)('%s and %s %s: %s', ([match, method, path, expected]) => {
    expect(matched([match], method, path) !== null).toBe(expected)
  })

  test('counts if it is the first that matches', () => {
    const matches = ['GET /v1/*', 'GET /v1/reports', 'POST /v1/reports', '* /**']
    expect(matched(matches, 'GET', '/v1/reports')).toBe('GET /v1/*')
    expect(matched(matches, 'POST', '/v1/reports')).toBe('POST /v1/reports')
    expect(matched(matches, 'PUT', '/v1/reports')).toBe('* /**')
    expect(matched(matches.slice(0, 3), 'PUT', '/v1/reports')).toBeNull()
  })

  test('is named by its policy and what it matches', () => {
    expect(compile('GET /v1/*').match('GET', '/v1/7')).toMatchObject({ label: 'reports GET /v1/*', cost: 1 })
  })
})

test.for([
  ['', 'nothing'],
  ['v1/reports', 'no leading slash'],
  ['//v1/reports', 'an empty segment'],
  ['/v1//reports', 'an empty segment'],
  ['/v1/reports//', 'an empty segment at the end'],
  ['/v1/./reports', 'a dot segment'],
  ['/v1/../admin', 'a parent segment'],
  ['/v1/..', 'a parent segment at the end'],
  ['/v1/.../admin', 'three dots'],
  ['/v1/reports.', 'a dot at the end, which some file systems drop'],
  ['/v1/%2e%2e/admin', 'an encoded parent segment'],
  ['/v1/%2E./admin', 'a half encoded parent segment'],
  ['/v1/a%2eb', 'an encoded dot'],
  ['/v1%2fadmin', 'an encoded slash'],
  ['/v1/a%2Fb', 'an encoded slash in capitals'],
  ['/v1\\admin', 'a backslash'],
  ['/v1/a%5cb', 'an encoded backslash'],
  ['/v1/a%00b', 'a null byte'],
  ['/v1/a\u0000b', 'a null byte as it is'],
  ['/v1/a%0d%0ab', 'an encoded line break'],
  ['/v1/a\nb', 'a line break'],
  ['/v1/a%7f', 'an encoded delete'],
  ['/v1/a%C2%85b', 'a control character of Latin-1'],
  ['/v1/a%e2%80%a8b', 'a line separator'],
  ['/v1/%252e%252e/admin', 'a parent segment that is encoded twice'],
  ['/v1/a%252fb', 'a slash that is encoded twice'],
  ['/v1/a%2541', 'a letter that is encoded twice'],
  ['/v1/a%', 'an escape that is cut off'],
  ['/v1/a%2', 'an escape that is cut off'],
  ['/v1/a%zz', 'an escape of no number'],
  ['/v1/%c0%af', 'an overlong slash'],
  ['/v1/%c0%ae%c0%ae/admin', 'an overlong parent segment'],
  ['/v1/%ff', 'no UTF-8'],
  ['/v1/%ed%a0%80', 'half a surrogate pair'],
  ['/v1/%ef%bc%8f', 'a fullwidth slash'],
  ['/v1/%ef%bc%8e%ef%bc%8e/admin', 'fullwidth dots'],
  ['/v1/cafe%cc%81', 'an accent apart from its letter'],
  ['/v1/caf\u00e9', 'a letter that is not ASCII, unencoded'],
  ['/v1/reports;v=1', 'a parameter of a segment'],
  ['/v1/reports%3bv=1', 'an encoded parameter of a segment'],
  ['/v1/reports?x=1', 'a query'],
  ['/v1/reports#x', 'a fragment'],
  ['/v1/a b', 'a space'],
  ['/v1/admin%20', 'a space at the end'],
  ['/v1/%20admin', 'a space at the beginning'],
  ['/v1/%c2%a0admin', 'another kind of space at the beginning'],
  ['https://api.example.com/v1/reports', 'a whole address'],
  [`/${'a'.repeat(9_000)}`, 'more than anybody sends'],
] as const)('%s matches nothing: %s', ([path]) => {
  expect(matched(['* /**'], 'GET', path)).toBeNull()
})

describe('what a route may be', () => {
  test.for([
    ['/v1/reports', 'a method and a path'],
    ['GET', 'a method and a path'],
    ['GET  /v1', 'a method and a path'],
    ['get /v1', 'capitals'],
    ['GET v1', 'begins with /'],
    ['GET /v1/**/items', 'at the end only'],
    ['GET /v1/re*', 'within a segment'],
    ['GET /v1/***', 'within a segment'],
    ['GET /v1//items', 'empty segment'],
    ['GET /v1/../items', 'read in two ways'],
    ['GET /v1/%2e%2e', 'read in two ways'],
    ['GET /v1/a;b', 'read in two ways'],
    ['GET /v1/caf\u00e9', 'read in two ways'],
    ['GET /v1?x=1', 'read in two ways'],
  ] as const)('%s is refused: %s', ([match, reason]) => {
    const reading = readPattern(match)
    expect(reading.ok ? '' : reading.fault).toContain(reason)
  })
})

// ── Against a reference that is slow and obvious ──

const tokens = fc.constantFrom('a', 'b', '*')
const patterns = fc
  .record({
    method: fc.constantFrom('GET', 'POST', 'HEAD', '*'),
    parts: fc.array(tokens, { maxLength: 4 }),
    end: fc.constantFrom('', '/', '/**'),
  })
  .map(({ method, parts, end }) => {
    const path = parts.map((part) => `/${part}`).join('') + end
    return `${method} ${path === '' ? '/' : path}`
  })
const requestPaths = fc
  .record({ parts: fc.array(fc.constantFrom('a', 'b', 'c', '%61'), { maxLength: 5 }), slash: fc.boolean() })
  .map(({ parts, slash }) => parts.map((part) => `/${part}`).join('') + (slash || parts.length === 0 ? '/' : ''))
const methods = fc.constantFrom('GET', 'HEAD', 'POST', 'DELETE')

/** As a regular expression over the decoded path. */
function naive(match: string, method: string, path: string): boolean {
  const [wanted, pattern = ''] = match.split(' ')
  const accepted = wanted === '*' || wanted === method || (wanted === 'GET' && method === 'HEAD')
  const [, body = '', rest] = /^(.*?)(\/\*\*)?$/.exec(pattern) ?? []
  const source = body.replaceAll('*', '[^/]+') + (rest ? '(?:/.*)?' : '')
  return accepted && new RegExp(`^${source}$`).test(decodeURIComponent(path))
}

test('any policy answers any request as the first of its routes that matches by a regular expression', () => {
  fc.assert(
    fc.property(fc.array(patterns, { maxLength: 8 }), methods, requestPaths, (matches, method, path) => {
      const expected = matches.find((match) => naive(match, method, path)) ?? null
      expect(matched(matches, method, path)).toBe(expected)
    }),
    { numRuns: 5_000 },
  )
})

const read = (match: string): Pattern => {
  const reading = readPattern(match)
  if (!reading.ok) throw new Error(reading.fault)
  return reading.pattern
}

/** `c` is in no pattern. */
const everyPath = ((): string[] => {
  const next = (paths: string[]) => paths.flatMap((path) => ['a', 'b', 'c'].map((part) => `${path}/${part}`))
  const levels = [['']]
  for (let depth = 0; depth < 4; depth++) levels.push(next(levels[depth] ?? []))
  return levels.flat().flatMap((path) => (path === '' ? ['/'] : [path, `${path}/`]))
})()

test('a route covers another if, and only if, it matches all that the other one does', () => {
  const short = patterns.filter((match) => match.replace('/**', '').split('/').length <= 4)
  fc.assert(
    fc.property(short, short, (a, b) => {
      const requests = ['GET', 'HEAD', 'POST', 'DELETE'].flatMap((method) =>
        everyPath.map((path) => ({ method, path })),
      )
      const subset = requests.every(({ method, path }) => !naive(b, method, path) || naive(a, method, path))
      expect(covers(read(a), read(b))).toBe(subset)
    }),
    { numRuns: 500 },
  )
})

test('whatever is sent, it is one way of reading or none', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...Array.from('/ab.%2ef5cC0\\;')) }), (text) => {
      const segments = plainSegments(`/${text}`)
      if (segments === null) return
      expect(segments.slice(0, -1)).not.toContain('')
      for (const segment of segments) {
        expect(segment).not.toMatch(/^\.+$|[/\\;\p{Cc}]/u)
        // Decoding again changes nothing.
        expect(segment.replaceAll(/%(?![\da-f]{2})/gi, '%25')).toSatisfy(
          (safe: string) => decodeURIComponent(safe) === segment,
        )
      }
    }),
    { numRuns: 5_000 },
  )
})
