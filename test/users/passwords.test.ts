import { argon2i, hash as argon2Hash } from 'argon2'
import { describe, expect, test } from 'vitest'
import { BusyError } from '../../src/platform/work-limit.ts'
import { argon2Parameters, createPasswords } from '../../src/users/passwords.ts'

const limits = { concurrency: 2, queueLimit: 50 }
const password = 'three blue ducks swim north'

describe('hashing a password', () => {
  test("is argon2id with OWASP's parameters and a salt of its own", async () => {
    const passwords = createPasswords(limits)
    const [one, two] = await Promise.all([passwords.hash(password), passwords.hash(password)])
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(one).not.toBe(two)
  })

  test('refuses more than 128 characters before any work, and takes 128', async () => {
    const passwords = createPasswords(limits)
    await expect(passwords.hash('x'.repeat(129))).rejects.toThrow(RangeError)
    await expect(passwords.hash('x'.repeat(10_000_000))).rejects.toThrow(RangeError)
    expect(passwords.computations).toBe(0)
    expect(await passwords.verify(await passwords.hash('🦆'.repeat(128)), '🦆'.repeat(128))).toMatchObject({ ok: true })
  })
})

describe('verifying a password', () => {
  test('accepts the right one and refuses any other, its beginning and its other cases included', async () => {
    const passwords = createPasswords(limits)
    const stored = await passwords.hash(password)
    expect(await passwords.verify(stored, password)).toEqual({ ok: true, rehash: false })
    for (const wrong of [password.slice(0, -1), `${password} `, password.toUpperCase(), '']) {
      expect(await passwords.verify(stored, wrong)).toEqual({ ok: false, rehash: false })
    }
  })

  test('takes the same letters in whichever code points a keyboard writes them', async () => {
    const passwords = createPasswords(limits)
    const stored = await passwords.hash('Zoë trinkt ﬁnnischen Kaffee')
    expect(await passwords.verify(stored, 'Zoe\u0308 trinkt finnischen Kaffee')).toMatchObject({ ok: true })
    expect(await passwords.verify(stored, 'Zoe trinkt finnischen Kaffee')).toMatchObject({ ok: false })
  })

  test('keeps what comes after a zero byte', async () => {
    const passwords = createPasswords(limits)
    const stored = await passwords.hash(`${password}\0one`)
    expect(await passwords.verify(stored, `${password}\0two`)).toMatchObject({ ok: false })
  })

  test('does exactly one argon2 computation for a known and for an unknown address', async () => {
    const passwords = createPasswords(limits)
    const stored = await passwords.hash(password)
    const spent = async (hash: string | null, given: string) => {
      const before = passwords.computations
      await passwords.verify(hash, given)
      return passwords.computations - before
    }
    expect(await spent(stored, password)).toBe(1)
    expect(await spent(stored, 'wrong')).toBe(1)
    expect(await spent(null, password)).toBe(1)
    expect(await spent(null, '')).toBe(1)
    expect(await spent(stored, 'x'.repeat(129))).toBe(0)
    expect(await spent(null, 'x'.repeat(129))).toBe(0)
  })

  test('never accepts anything where there is no password', async () => {
    const passwords = createPasswords(limits)
    expect(await passwords.verify(null, password)).toEqual({ ok: false, rehash: false })
    expect(await passwords.verify(null, '')).toEqual({ ok: false, rehash: false })
  })

  test.each([
    ['less memory', { memoryCost: 8 * 1024 }],
    ['more passes', { timeCost: 3 }],
    ['more lanes', { parallelism: 2 }],
    ['another variant', { type: argon2i }],
  ] as const)('asks for a new hash of one that was made with %s, once it is right', async (_, other) => {
    const passwords = createPasswords(limits)
    const stored = await argon2Hash(password, { ...argon2Parameters, ...other })
    expect(await passwords.verify(stored, password)).toEqual({ ok: true, rehash: true })
    expect(await passwords.verify(stored, 'wrong')).toEqual({ ok: false, rehash: false })
  })
})

describe('many sign-ins at once', () => {
  test('are turned away beyond the queue without a computation, and the others are served', async () => {
    const passwords = createPasswords({ concurrency: 1, queueLimit: 2, maxWaitMs: 60_000 })
    const tries = await Promise.allSettled(Array.from({ length: 10 }, () => passwords.verify(null, password)))
    const refused = tries.filter((result) => result.status === 'rejected')
    expect(refused).toHaveLength(7)
    for (const { reason } of refused) expect(reason).toBeInstanceOf(BusyError)
    expect([passwords.computations, passwords.waiting]).toEqual([3, 0])
  })
})
