import { afterAll, beforeAll, expect, test } from 'vitest'
import { actingAs } from '../../src/audit/record.ts'
import { answerLink, whatLinkAsks } from '../../src/users/answer-link.ts'
import { askForAddress } from '../../src/users/change-address.ts'
import { findLink } from '../../src/users/links.ts'
import { checkCredentials } from '../../src/users/sign-in.ts'
import { findUser } from '../../src/users/store.ts'
import type { User } from '../../src/users/user.ts'
import { goodPassword, openPeople, type People } from './people.ts'

let people: People
beforeAll(async () => {
  people = await openPeople()
})
afterAll(() => people[Symbol.asyncDispose]())

const address = '192.0.2.7'
const ask = (user: User, email: string, password = goodPassword) =>
  askForAddress(
    people.services,
    user.id,
    { email, current: { password, deviceToken: null, address }, locale: 'en' },
    actingAs(people.visitor, user.id),
  )
const answer = async (token: string, signedInAs: string | null) => {
  const input = { name: '', password: '', signedInAs, locale: 'en' } as const
  return answerLink(people.services, await people.liveLink(token), input, people.visitor)
}
const emailOf = async ({ id }: User) => (await findUser(people.db, id))?.email
const signIn = async (email: string) =>
  (await checkCredentials(people.services, { email, password: goodPassword, deviceToken: null, address })).outcome

test('only the link in the new mailbox changes the address, which then is proven, and both mailboxes are told', async () => {
  const user = await people.add({ email: 'old@example.com', password: goodPassword, proven: false })
  expect(await ask(user, 'New@example.com')).toEqual({ outcome: 'mailed' })
  expect(people.mails.at(-1)).toMatchObject({ mail: 'prove-email', to: 'New@example.com' })
  expect(await emailOf(user)).toBe('old@example.com')
  expect(await answer(people.mailedToken(), user.id)).toEqual({ outcome: 'done', userId: user.id, enter: false })
  expect(await findUser(people.db, user.id)).toMatchObject({
    email: 'New@example.com',
    emailVerifiedAt: people.services.clock.now(),
  })
  expect(await signIn('new@example.com')).toBe('signed_in')
  expect(await signIn('old@example.com')).toBe('wrong_credentials')
  const told = people.mails.slice(-2)
  expect(told.map(({ mail }) => mail)).toEqual(['address-changed', 'address-changed'])
  expect(told.map(({ to }) => to).toSorted()).toEqual(['New@example.com', 'old@example.com'])
  const rows = await people.db.auditEvent.findMany({ where: { targetId: user.id } })
  expect(JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value))).not.toMatch(
    /new@example/i,
  )
})

test('an open browser is not enough: without the password nothing is mailed', async () => {
  const user = await people.add({ email: 'open@example.com', password: goodPassword })
  const before = people.mails.length
  expect(await ask(user, 'thief@example.com', 'a guess')).toEqual({ outcome: 'wrong_password' })
  expect(people.mails).toHaveLength(before)
})

test('a stranger who presses the button puts nobody’s account under their own address', async () => {
  const attacker = await people.add({ email: 'attacker@example.com', password: goodPassword })
  const other = await people.add({ email: 'reader@example.com' })
  await ask(attacker, 'victim@example.com')
  const token = people.mailedToken()
  for (const who of [null, other.id]) {
    expect(await whatLinkAsks(people.services, await people.liveLink(token), who)).toMatchObject({ signIn: true })
    expect(await answer(token, who)).toMatchObject({ outcome: 'faults', faults: [{ code: 'sign_in_first' }] })
  }
  expect(await emailOf(attacker)).toBe('attacker@example.com')
})

test('an address that has an account is asked for alike, and isn’t taken from it', async () => {
  const owner = await people.add({ email: 'owner@example.com', password: goodPassword })
  const user = await people.add({ email: 'wants@example.com', password: goodPassword })
  expect(await ask(user, 'OWNER@example.com')).toEqual({ outcome: 'mailed' })
  const token = people.mailedToken()
  expect(await answer(token, user.id)).toMatchObject({ outcome: 'faults', faults: [{ code: 'email_taken' }] })
  expect([await emailOf(owner), await emailOf(user)]).toEqual(['owner@example.com', 'wants@example.com'])
})

test('of two who come to one address at the same moment one gets it', async () => {
  const users = await Promise.all(
    ['one', 'two'].map((name) => people.add({ email: `${name}@example.com`, password: goodPassword })),
  )
  const tokens: string[] = []
  for (const user of users) {
    await ask(user, 'shared@example.com')
    tokens.push(people.mailedToken())
  }
  const outcomes = await Promise.all(users.map(({ id }, index) => answer(tokens[index] ?? '', id)))
  expect(outcomes.map(({ outcome }) => outcome).toSorted()).toEqual(['done', 'faults'])
})

test('a second link ends the first', async () => {
  const user = await people.add({ email: 'again@example.com', password: goodPassword })
  await ask(user, 'first@example.com')
  const first = people.mailedToken()
  await ask(user, 'second@example.com')
  expect(await findLink(people.db, people.services, first)).toMatchObject({ state: 'dead' })
  expect(await answer(people.mailedToken(), user.id)).toMatchObject({ outcome: 'done' })
  expect(await emailOf(user)).toBe('second@example.com')
})

test('to one address goes a mail now and then, whoever asks', async () => {
  const outcomes: string[] = []
  for (let index = 0; index < 5; index++) {
    const user = await people.add({ email: `flood${index}@example.com`, password: goodPassword })
    outcomes.push((await ask(user, 'flooded@example.com')).outcome)
  }
  expect(outcomes).toEqual(['mailed', 'mailed', 'mailed', 'mailed', 'throttled'])
})
