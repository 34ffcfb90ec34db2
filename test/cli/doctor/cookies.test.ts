import { describe, expect, test } from 'vitest'
import { createCookieJar } from '../../../src/cli/doctor/cookie-jar.ts'
import { checkCookies } from '../../../src/cli/doctor/cookies.ts'

const https = 'https://auth.example.com'

describe('cookies', () => {
  test('with every attribute are well', () => {
    const lines = [
      '__Host-session=x; Path=/; HttpOnly; Secure; SameSite=Lax',
      'i=x; path=/interaction/x; httponly; secure; samesite=lax',
    ]
    expect(checkCookies(lines, https)).toMatchObject({ status: 'ok' })
  })

  test('need not be Secure at a loopback address without TLS', () => {
    expect(checkCookies(['a=x; Path=/; HttpOnly; SameSite=Lax'], 'http://localhost:3000')).toMatchObject({
      status: 'ok',
    })
  })

  test.for([
    ['a=x; Path=/; Secure; SameSite=Lax', 'a is not HttpOnly'],
    ['a=x; Path=/; HttpOnly; SameSite=Lax', 'a is not Secure'],
    ['a=x; Path=/; HttpOnly; Secure', 'a is not SameSite=Lax'],
    ['a=x; Path=/; HttpOnly; Secure; SameSite=None', 'a is not SameSite=Lax'],
    ['a=x; Path=/; HttpOnly; Secure; SameSite=Lax; Domain=example.com', 'a is for other hosts'],
    ['__Host-a=x; Path=/x; HttpOnly; Secure; SameSite=Lax', '__Host-a is a __Host- cookie without the path /'],
  ] as const)('are a fault: %s', ([line, detail]) => {
    const finding = checkCookies([line], https)
    expect([finding.status, finding.detail]).toEqual(['fault', expect.stringContaining(detail)])
  })

  test('that never arrive are a warning', () => {
    expect(checkCookies([], https)).toMatchObject({ status: 'warn' })
  })
})

describe('the jar', () => {
  const url = (path: string) => new URL(path, https)
  function jarWith(...lines: string[]) {
    const jar = createCookieJar()
    jar.store(url('/interaction/x'), new Headers(lines.map((line) => ['set-cookie', line])))
    return jar
  }

  test('sends each cookie to its path and below it only', () => {
    const jar = jarWith('all=1; Path=/', 'own=2; Path=/interaction/x', 'near=3')
    expect(jar.header(url('/interaction/x'))).toBe('all=1; own=2; near=3')
    expect(jar.header(url('/interaction/x/consent'))).toBe('all=1; own=2; near=3')
    expect(jar.header(url('/interaction/xy'))).toBe('all=1; near=3')
    expect(jar.header(url('/sign-in'))).toBe('all=1')
  })

  test('sends a Secure cookie over https, and to this machine', () => {
    const jar = jarWith('a=1; Path=/; Secure')
    expect(jar.header(new URL('http://auth.example.com/'))).toBeNull()
    expect(jar.header(new URL('http://localhost:3000/'))).toBe('a=1')
  })

  test('forgets what has expired, and replaces what comes anew', () => {
    const jar = jarWith(
      'a=1; Path=/',
      'b=1; Path=/',
      'a=2; Path=/',
      'b=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
    )
    expect(jar.header(url('/'))).toBe('a=2')
    jar.store(url('/'), new Headers([['set-cookie', 'a=; Path=/; Max-Age=0']]))
    expect(jar.header(url('/'))).toBeNull()
  })
})
