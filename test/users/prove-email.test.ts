import { afterAll, beforeAll, expect, test } from 'vitest'
import { answerLink, whatLinkAsks } from '../../src/users/answer-link.ts'
import { sendProofMail } from '../../src/users/prove-email.ts'
import { checkCredentials } from '../../src/users/sign-in.ts'
import { findUser } from '../../src/users/store.ts'
import type { User } from '../../src/users/user.ts'
import { goodPassword, openPeople, otherPassword, type People } from './people.ts'

let people: People
beforeAll(async () => {
  people = await openPeople()
})
afterAll(() => people[Symbol.asyncDispose]())

async function unproven(email: string): Promise<User> {
  const user = await people.add({ email, password: otherPassword, proven: false })
  await people.addSession(user.id)
  await sendProofMail(people.services, user, 'en')
  return user
}
const answer = async (signedInAs: string | null, password = '') =>
  answerLink(
    people.services,
    await people.liveLink(people.mailedToken()),
    { name: '', password, signedInAs, locale: 'en' },
    people.visitor,
  )
const canSignIn = async (email: string, password: string) =>
  (await checkCredentials(people.services, { email, password, deviceToken: null, address: '192.0.2.1' })).outcome

test('who is signed in as that person proves the address and keeps everything', async () => {
  const user = await unproven('kept@example.com')
  const link = await people.liveLink(people.mailedToken())
  expect(await whatLinkAsks(people.services, link, user.id)).toEqual({ name: false, password: false })
  expect(await answer(user.id)).toEqual({ outcome: 'done', userId: user.id, enter: false })
  expect((await findUser(people.db, user.id))?.emailVerifiedAt).toEqual(people.services.clock.now())
  expect(await people.db.session.count({ where: { userId: user.id } })).toBe(1)
  expect(await canSignIn(user.email, otherPassword)).toBe('signed_in')
})

test('who only reads the mail chooses a new password, and the one set before is void', async () => {
  const user = await unproven('trap@example.com')
  const other = await people.add({ email: 'reader@example.com' })
  const link = await people.liveLink(people.mailedToken())
  for (const who of [null, other.id]) {
    expect(await whatLinkAsks(people.services, link, who)).toEqual({ name: false, password: true })
    expect(await answer(who)).toMatchObject({ outcome: 'faults', faults: [{ code: 'password_required' }] })
  }
  expect(await answer(null, goodPassword)).toEqual({ outcome: 'done', userId: user.id, enter: true })
  expect(await people.db.session.count({ where: { userId: user.id } })).toBe(0)
  expect(await canSignIn(user.email, otherPassword)).toBe('wrong_credentials')
  expect(await canSignIn(user.email, goodPassword)).toBe('signed_in')
})

test('a proof that comes after another one does nothing', async () => {
  const user = await unproven('proven@example.com')
  await people.db.user.update({ where: { id: user.id }, data: { emailVerifiedAt: new Date() } })
  expect(await answer(null, goodPassword)).toEqual({ outcome: 'dead' })
  expect(await canSignIn(user.email, otherPassword)).toBe('signed_in')
})
