import { afterAll, beforeAll, expect, test } from 'vitest'
import { actingAs } from '../../src/audit/record.ts'
import { changePassword } from '../../src/users/change-password.ts'
import { issueLink, findLink } from '../../src/users/links.ts'
import { sendResetMail } from '../../src/users/reset-password.ts'
import { checkCredentials, noteSignIn } from '../../src/users/sign-in.ts'
import type { User } from '../../src/users/user.ts'
import { goodPassword, openPeople, otherPassword, type People } from './people.ts'

let people: People
beforeAll(async () => {
  people = await openPeople()
})
afterAll(() => people[Symbol.asyncDispose]())

const address = '192.0.2.7'
const change = (user: User, password: string, chosen = otherPassword, deviceToken: string | null = null) =>
  changePassword(
    people.services,
    user.id,
    { current: { password, deviceToken, address }, chosen },
    actingAs(people.visitor, user.id),
  )
const canSignIn = async (email: string, password: string) =>
  (await checkCredentials(people.services, { email, password, deviceToken: null, address })).outcome

test('takes the present password, ends every session and mailed link, and tells by mail', async () => {
  const user = await people.add({ email: 'changes@example.com', password: goodPassword })
  await people.addSession(user.id)
  const { email } = user
  const before = { reset: await mailed(email), change: await changeLink(user) }
  expect(await change(user, goodPassword)).toEqual({
    outcome: 'changed',
    user: { id: user.id, passwordChangedAt: people.services.clock.now() },
  })
  expect(await people.db.session.count({ where: { userId: user.id } })).toBe(0)
  for (const token of Object.values(before)) {
    expect(await findLink(people.db, people.services, token)).toMatchObject({ state: 'dead' })
  }
  expect(people.mails.at(-1)).toMatchObject({ mail: 'password-changed', to: email })
  expect(await people.db.auditEvent.findFirst({ where: { type: 'user.password_changed' } })).toMatchObject({
    actorId: user.id,
    targetId: user.id,
    data: { by: 'account' },
  })
  expect(await canSignIn(email, goodPassword)).toBe('wrong_credentials')
  expect(await canSignIn(email, otherPassword)).toBe('signed_in')
})

test('a wrong one changes nothing and costs one computation, and a bad new one is refused before any', async () => {
  const user = await people.add({ email: 'wrong@example.com', password: goodPassword })
  await people.addSession(user.id)
  const { passwords } = people.services
  const costs = async (work: () => Promise<unknown>) => {
    const before = passwords.computations
    await work()
    return passwords.computations - before
  }
  expect(await costs(async () => expect((await change(user, 'not it at all')).outcome).toBe('wrong_password'))).toBe(1)
  expect(
    await costs(async () =>
      expect(await change(user, goodPassword, 'short')).toMatchObject({
        outcome: 'refused',
        faults: [{ code: 'password_too_short' }],
      }),
    ),
  ).toBe(0)
  expect(await people.db.session.count({ where: { userId: user.id } })).toBe(1)
  expect(await canSignIn(user.email, goodPassword)).toBe('signed_in')
})

test('tries count with those of the sign-in, and an attacker’s don’t lock the owner’s own browser out', async () => {
  const user = await people.add({ email: 'guessed@example.com', password: goodPassword })
  const device = await noteSignIn(
    people.services,
    { userId: user.id, amr: ['pwd'], deviceToken: null, userAgent: '' },
    actingAs(people.visitor, user.id),
  )
  for (let index = 0; index < 5; index++) {
    await change(user, 'a guess')
    await canSignIn(user.email, 'a guess')
  }
  expect(await change(user, goodPassword)).toMatchObject({ outcome: 'throttled' })
  expect(await canSignIn(user.email, goodPassword)).toBe('throttled')
  expect((await change(user, goodPassword, otherPassword, device)).outcome).toBe('changed')
})

test('of two changes at a time one is done', async () => {
  const user = await people.add({ email: 'twice@example.com', password: goodPassword })
  people.pass(1)
  const outcomes = await Promise.all([change(user, goodPassword), change(user, goodPassword, 'nine grey stones sleep')])
  expect(outcomes.map(({ outcome }) => outcome).toSorted()).toEqual(['changed', 'wrong_password'])
})

async function mailed(email: string): Promise<string> {
  await sendResetMail(people.services, { email, returnTo: null, locale: 'en', signUpOpen: true }, people.visitor)
  return people.mailedToken()
}

async function changeLink({ id }: User): Promise<string> {
  const link = { purpose: 'change_email', email: 'new@example.com', userId: id } as const
  return (await issueLink(people.db, people.services, link)).token
}
