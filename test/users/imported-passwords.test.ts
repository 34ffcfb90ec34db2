import { argon2i, hash as argon2 } from 'argon2'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readSlowHash } from '../../src/platform/slow-hash/read.ts'
import { argon2Parameters, createPasswords } from '../../src/users/passwords.ts'
import { checkCredentials } from '../../src/users/sign-in.ts'
import { goodPassword, openPeople, otherPassword, type People } from './people.ts'

let people: People
beforeAll(async () => {
  people = await openPeople()
})
afterAll(() => people[Symbol.asyncDispose]())

/** Of `U*U`. */
const bcryptHash = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'

async function addImported(email: string, importedPasswordHash: string): Promise<void> {
  const { id } = await people.add({ email })
  await people.db.user.update({ where: { id }, data: { importedPasswordHash } })
}

async function triedWith(email: string, password: string) {
  const before = people.services.passwords.computations
  people.statements.length = 0
  const { outcome } = await checkCredentials(people.services, {
    email,
    password,
    deviceToken: null,
    address: '192.0.2.1',
  })
  const computations = people.services.passwords.computations - before
  return { outcome, computations, statements: people.statements.length }
}

test('runs exactly one argon2 computation for an imported address, as for an unknown one and one of ours', async () => {
  await people.add({ email: 'ours@example.com', password: goodPassword })
  await addImported('right@example.com', bcryptHash)
  await addImported('wrong@example.com', bcryptHash)
  const wrong = [
    await triedWith('unknown@example.com', otherPassword),
    await triedWith('ours@example.com', otherPassword),
    await triedWith('wrong@example.com', otherPassword),
    await triedWith('wrong@example.com', bcryptHash),
  ]
  expect(new Set(wrong.map((cost) => JSON.stringify(cost))).size).toBe(1)
  expect(wrong[0]).toMatchObject({ outcome: 'wrong_credentials', computations: 1 })
  const right = [await triedWith('ours@example.com', goodPassword), await triedWith('right@example.com', 'U*U')]
  expect(right).toMatchObject([
    { outcome: 'signed_in', computations: 1 },
    { outcome: 'signed_in', computations: 1 },
  ])
})

test('counts for nothing beside a password of ours, nor where the hash is none', async () => {
  const { id } = await people.add({ email: 'both@example.com', password: goodPassword })
  await people.db.user.update({ where: { id }, data: { importedPasswordHash: bcryptHash } })
  expect((await triedWith('both@example.com', 'U*U')).outcome).toBe('wrong_credentials')
  expect((await triedWith('both@example.com', goodPassword)).outcome).toBe('signed_in')
  await addImported('broken@example.com', '$nonsense$')
  await addImported('keyless@example.com', '$firebase-scrypt$k=hsh_none$AAAA$AAAAAAAAAAAAAAAAAAAAAAAA')
  expect(await triedWith('broken@example.com', 'U*U')).toMatchObject({ outcome: 'wrong_credentials', computations: 1 })
  expect(await triedWith('keyless@example.com', '')).toMatchObject({ outcome: 'wrong_credentials', computations: 1 })
})

const limits = { concurrency: 2, queueLimit: 50 }
const imported = (text: string) => {
  const hash = readSlowHash(text)
  if (!hash) throw new Error(text)
  return { hash, firebase: null }
}

test('a hash of argon2 with our parameters stays as it is; any other is made anew, once it is right', async () => {
  const passwords = createPasswords(limits)
  const same = await argon2(goodPassword, argon2Parameters)
  expect(await passwords.verifyImported(imported(same), goodPassword)).toEqual({ ok: true, upgrade: same })
  expect(passwords.computations).toBe(1)
  const other = await argon2(goodPassword, { ...argon2Parameters, type: argon2i })
  const upgraded = await passwords.verifyImported(imported(other), goodPassword)
  expect(upgraded).toEqual({ ok: true, upgrade: expect.stringMatching(/^\$argon2id\$/) })
  expect(passwords.computations).toBe(3)
  expect(await passwords.verifyImported(imported(other), otherPassword)).toEqual({ ok: false, upgrade: null })
  expect(passwords.computations).toBe(4)
})

test('is compared as it was typed, and hashed in the one form in which we compare', async () => {
  const passwords = createPasswords(limits)
  const typed = 'ﬁnnischer Kaffee um acht'
  const { upgrade } = await passwords.verifyImported(imported(await argon2(typed, argon2Parameters)), typed)
  expect(await passwords.verify(upgrade, 'finnischer Kaffee um acht')).toMatchObject({ ok: true })
})

test('lets somebody in whose password bcrypt has not seen whole, and keeps what it saw', async () => {
  const { hash } = await import('@node-rs/bcrypt')
  const passwords = createPasswords(limits)
  const long = 'a'.repeat(72)
  const known = imported(await hash(long, 4))
  expect(await passwords.verifyImported(known, `${long}b`)).toEqual({ ok: true, upgrade: null })
  expect(passwords.computations).toBe(1)
  expect(await passwords.verifyImported(known, long)).toMatchObject({ ok: true, upgrade: expect.any(String) })
  expect(await passwords.verifyImported(known, long.slice(1))).toMatchObject({ ok: false })
  expect(await passwords.verifyImported(known, 'a'.repeat(2000))).toEqual({ ok: false, upgrade: null })
})

test('waits in the same queue as every other', async () => {
  const passwords = createPasswords({ concurrency: 1, queueLimit: 1 })
  const tries = Array.from({ length: 5 }, () => passwords.verifyImported(imported(bcryptHash), 'U*U'))
  const settled = await Promise.allSettled(tries)
  expect(settled.filter(({ status }) => status === 'rejected')).toHaveLength(3)
})
