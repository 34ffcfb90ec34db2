import { hash as argon2 } from 'argon2'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createPasswords } from '../../src/users/passwords.ts'
import { BusyError } from '../../src/platform/work-limit.ts'
import { checkCredentials, noteSignIn } from '../../src/users/sign-in.ts'
import { goodPassword, openPeople, otherPassword, type People } from './people.ts'

let people: People
beforeAll(async () => {
  people = await openPeople()
})
afterAll(() => people[Symbol.asyncDispose]())

let network = 0
let address = ''
beforeEach(() => {
  network += 1
  address = `192.0.2.${network}`
})

const signIn = (email: string, password: string, from: { deviceToken?: string | null; address?: string } = {}) =>
  checkCredentials(people.services, { email, password, deviceToken: null, address, ...from })

const outcomeOf = async (...given: Parameters<typeof signIn>) => (await signIn(...given)).outcome

/** A browser that this person has signed in with. */
const knownBrowser = (userId: string) =>
  noteSignIn(people.services, { userId, amr: ['pwd'], deviceToken: null }, people.system)

/** Argon2 computations and statements that something took. */
async function costOf(act: () => Promise<unknown>): Promise<{ computations: number; statements: number }> {
  const before = people.services.passwords.computations
  people.statements.length = 0
  await act()
  return { computations: people.services.passwords.computations - before, statements: people.statements.length }
}

describe('what is wrong is not said', () => {
  test('runs exactly one argon2 computation for a known and an unknown address', async () => {
    const known = await people.add({ email: 'known@example.com', password: goodPassword })
    await people.add({ email: 'passwordless@example.com' })
    await people.add({ email: 'disabled@example.com', password: goodPassword })
    await people.db.user.update({ where: { emailKey: 'disabled@example.com' }, data: { disabledAt: new Date() } })

    const right = await costOf(() => signIn(known.email, goodPassword))
    expect(right.computations).toBe(1)
    const tries = [
      ['known@example.com', otherPassword],
      ['unknown@example.com', goodPassword],
      ['passwordless@example.com', goodPassword],
      ['disabled@example.com', goodPassword],
      ['disabled@example.com', otherPassword],
    ] as const
    const costs = []
    for (const [email, password] of tries) costs.push(await costOf(() => signIn(email, password)))
    expect(costs.map(({ computations }) => computations)).toEqual([1, 1, 1, 1, 1])
    expect(new Set(costs.map(({ statements }) => statements)).size).toBe(1)
  })

  test('answers a wrong password, an unknown address and a disabled person alike', async () => {
    await people.add({ email: 'alike@example.com', password: goodPassword })
    await people.add({ email: 'gone@example.com', password: goodPassword })
    await people.db.user.update({ where: { emailKey: 'gone@example.com' }, data: { disabledAt: new Date() } })
    const answers = [
      await signIn('alike@example.com', otherPassword),
      await signIn('nobody@example.com', goodPassword),
      await signIn('gone@example.com', goodPassword),
    ]
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set(['{"outcome":"wrong_credentials"}']),
    )
  })

  test('finds the person however they write their address', async () => {
    await people.add({ email: 'Ann.Lee@Example.com', password: goodPassword })
    expect(await outcomeOf(' ann.lee@EXAMPLE.com', goodPassword)).toBe('signed_in')
  })
})

describe('throttles', () => {
  test('an account is tried ten times from strange browsers, wherever they are, and then no argon2 runs', async () => {
    const { email } = await people.add({ email: 'target@example.com', password: goodPassword })
    for (let i = 0; i < 10; i++)
      expect(await outcomeOf(email, otherPassword, { address: `203.0.113.${i}` })).toBe('wrong_credentials')
    const cost = await costOf(async () => {
      expect(await signIn(email, goodPassword)).toEqual({ outcome: 'throttled', retryAfterSeconds: 360 })
    })
    expect(cost.computations).toBe(0)
    people.pass(360)
    expect(await outcomeOf(email, goodPassword)).toBe('signed_in')
  })

  test('throttles an unknown address exactly as a known one', async () => {
    for (let i = 0; i < 10; i++) expect(await outcomeOf('ghost@example.com', otherPassword)).toBe('wrong_credentials')
    expect(await signIn('ghost@example.com', otherPassword)).toEqual({ outcome: 'throttled', retryAfterSeconds: 360 })
  })

  test('an attacker’s tries do not lock out a device that signed in before', async () => {
    const owner = await people.add({ email: 'owner@example.com', password: goodPassword })
    const deviceToken = await knownBrowser(owner.id)
    for (let i = 0; i < 12; i++) await signIn(owner.email, otherPassword)
    expect(await outcomeOf(owner.email, goodPassword)).toBe('throttled')
    expect(await signIn(owner.email, goodPassword, { deviceToken })).toMatchObject({
      outcome: 'signed_in',
      knownDevice: true,
    })
  })

  test('a known device has tries of its own, and not more than others', async () => {
    const owner = await people.add({ email: 'lost@example.com', password: goodPassword })
    const deviceToken = await knownBrowser(owner.id)
    for (let i = 0; i < 10; i++)
      expect(await outcomeOf(owner.email, otherPassword, { deviceToken })).toBe('wrong_credentials')
    expect(await outcomeOf(owner.email, goodPassword, { deviceToken })).toBe('throttled')
    expect(await outcomeOf(owner.email, goodPassword)).toBe('signed_in')
  })

  test('a device is known for its own person only', async () => {
    const [attacker, victim] = [
      await people.add({ email: 'attacker@example.com', password: goodPassword }),
      await people.add({ email: 'victim@example.com', password: goodPassword }),
    ]
    const deviceToken = await knownBrowser(attacker.id)
    for (let i = 0; i < 10; i++) await signIn(victim.email, otherPassword)
    expect(await outcomeOf(victim.email, otherPassword, { deviceToken })).toBe('throttled')
  })

  test('a device is forgotten a year after its last sign-in', async () => {
    const owner = await people.add({ email: 'returning@example.com', password: goodPassword })
    const deviceToken = await knownBrowser(owner.id)
    people.pass(364 * 86_400)
    expect(await signIn(owner.email, goodPassword, { deviceToken })).toMatchObject({ knownDevice: true })
    people.pass(86_400)
    expect(await signIn(owner.email, goodPassword, { deviceToken })).toMatchObject({ knownDevice: false })
  })

  test('counts IPv6 by /64, so that one customer’s billions of addresses are one', async () => {
    for (let i = 0; i < 100; i++)
      await signIn(`person-${i}@example.com`, 'x', { address: `2001:db8:1:2::${i.toString(16)}` })
    expect(await outcomeOf('fresh@example.com', 'x', { address: '2001:db8:1:2:ffff::1' })).toBe('throttled')
    expect(await outcomeOf('fresh@example.com', 'x', { address: '2001:db8:1:3::1' })).toBe('wrong_credentials')
  })

  test('a successful sign-in takes back its own charge and clears nothing else', async () => {
    const { email } = await people.add({ email: 'mixed@example.com', password: goodPassword })
    for (let i = 0; i < 9; i++) await signIn(email, otherPassword)
    for (let i = 0; i < 15; i++) expect(await outcomeOf(email, goodPassword)).toBe('signed_in')
    expect(await outcomeOf(email, otherPassword)).toBe('wrong_credentials')
    expect(await outcomeOf(email, goodPassword)).toBe('throttled')
  })
})

describe('the password’s hash', () => {
  test('is made anew at a sign-in when the parameters have changed', async () => {
    const outdated = await argon2(goodPassword, { memoryCost: 1024, timeCost: 2, parallelism: 1 })
    const { id, email } = await people.add({ email: 'outdated@example.com' })
    await people.db.user.update({ where: { id }, data: { passwordHash: outdated } })
    expect(await outcomeOf(email, otherPassword)).toBe('wrong_credentials')
    expect((await people.db.user.findUniqueOrThrow({ where: { id } })).passwordHash).toBe(outdated)

    expect(await outcomeOf(email, goodPassword)).toBe('signed_in')
    const fresh = (await people.db.user.findUniqueOrThrow({ where: { id } })).passwordHash
    expect(fresh).toContain('$argon2id$v=19$m=19456,t=2,p=1$')
    expect(await outcomeOf(email, goodPassword)).toBe('signed_in')
    expect((await people.db.user.findUniqueOrThrow({ where: { id } })).passwordHash).toBe(fresh)
  })

  test('too many at once are told to come again', async () => {
    const { email } = await people.add({ email: 'busy@example.com', password: goodPassword })
    const services = { ...people.services, passwords: createPasswords({ concurrency: 1, queueLimit: 1 }) }
    const tries = Array.from({ length: 6 }, () =>
      checkCredentials(services, { email, password: goodPassword, deviceToken: null, address }),
    )
    const settled = await Promise.allSettled(tries)
    const refused = settled.filter((one) => one.status === 'rejected')
    expect(refused.length).toBeGreaterThan(0)
    for (const { reason } of refused) expect(reason).toBeInstanceOf(BusyError)
  })
})

describe('a sign-in that succeeded', () => {
  test('is noted with whether the browser was known, and leaves no usable cookie at rest', async () => {
    const { id } = await people.add({ email: 'noted@example.com', password: goodPassword })
    const token = await knownBrowser(id)
    people.pass(1)
    const again = await noteSignIn(people.services, { userId: id, amr: ['pwd'], deviceToken: token }, people.system)
    expect(again).toBe(token)
    const noted = await people.db.auditEvent.findMany({
      where: { type: 'user.signed_in', targetId: id },
      orderBy: { at: 'asc' },
    })
    expect(noted.map(({ data }) => data)).toEqual([
      { amr: ['pwd'], known_device: false },
      { amr: ['pwd'], known_device: true },
    ])
    const devices = await people.db.device.findMany({ where: { userId: id } })
    expect(devices).toHaveLength(1)
    expect(Buffer.from(devices[0]?.digest ?? []).toString('base64url')).not.toBe(token)
  })

  test('from a browser that is new to somebody who has others is told them by mail', async () => {
    const { id, email } = await people.add({ email: 'new-browser@example.com', password: goodPassword })
    const arrival = { userId: id, amr: ['pwd'], deviceToken: null }
    const token = await noteSignIn(people.services, arrival, people.system)
    await noteSignIn(people.services, { ...arrival, deviceToken: token }, people.system)
    expect(people.mails.filter(({ to }) => to === email)).toEqual([])
    const userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
    await noteSignIn(people.services, { ...arrival, userAgent }, { ...people.visitor, address: '192.0.2.7' })
    expect(people.mails.filter(({ to }) => to === email)).toMatchObject([
      { mail: 'new-device', model: { device: 'Firefox, Linux', address: '192.0.2.7' } },
    ])
  })
})
