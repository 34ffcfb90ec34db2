import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answerLink, whatLinkAsks } from '../../src/users/answer-link.ts'
import { checkCredentials } from '../../src/users/sign-in.ts'
import { sendSignUpMail } from '../../src/users/sign-up.ts'
import { findUserByEmail } from '../../src/users/store.ts'
import { goodPassword, openPeople, otherPassword, type People } from './people.ts'

let people: People
beforeAll(async () => {
  people = await openPeople()
})
afterAll(() => people[Symbol.asyncDispose]())

const ask = (email: string) => sendSignUpMail(people.services, { email, returnTo: '/interaction/x', locale: 'en' })
const answer = async (token: string, typed: { name?: string; password?: string } = {}) =>
  answerLink(
    people.services,
    await people.liveLink(token),
    { name: 'Ann', password: goodPassword, signedInAs: null, locale: 'de', ...typed },
    people.visitor,
  )
const canSignIn = async (email: string, password: string) =>
  (await checkCredentials(people.services, { email, password, deviceToken: null, address: '192.0.2.9' })).outcome

describe('a new address', () => {
  test('nothing of an account exists before the address is proven', async () => {
    await ask('new@example.com')
    expect(people.mails.at(-1)).toMatchObject({
      mail: 'sign-up',
      to: 'new@example.com',
      model: { expiresInMinutes: 60 },
    })
    expect(await findUserByEmail(people.db, 'new@example.com')).toBeNull()

    const token = people.mailedToken()
    const link = await people.liveLink(token)
    expect(link.returnTo).toBe('/interaction/x')
    expect(await whatLinkAsks(people.services, link, null)).toEqual({ name: true, password: true })
    const answered = await answer(token)
    const user = await findUserByEmail(people.db, 'new@example.com')
    expect(answered).toEqual({ outcome: 'done', userId: user?.id, enter: true })
    expect(user).toMatchObject({
      name: 'Ann',
      locale: 'de',
      emailVerifiedAt: people.services.clock.now(),
      administrator: false,
    })
    expect(await canSignIn('new@example.com', goodPassword)).toBe('signed_in')
  })

  test('is noted as that person’s own act, and told to webhooks', async () => {
    await ask('told@example.com')
    await answer(people.mailedToken())
    const user = await findUserByEmail(people.db, 'told@example.com')
    const noted = await people.db.auditEvent.findMany({ where: { actorId: user?.id ?? '' } })
    expect(noted.map(({ type }) => type).toSorted()).toEqual([
      'membership.created',
      'organization.created',
      'user.created',
      'user.email_verified',
    ])
    expect(noted[0]).toMatchObject({ actorKind: 'user', requestId: 'request-1', address: '192.0.2.1' })
    const outbox = await people.db.outboxEvent.findMany({ where: { type: 'user.created' } })
    expect(outbox.at(-1)?.data).toEqual({ id: user?.id, email: 'told@example.com', name: 'Ann' })
  })

  test('a password or name that isn’t taken uses nothing up', async () => {
    await ask('twice@example.com')
    const token = people.mailedToken()
    expect(await answer(token, { name: ' ', password: 'short' })).toEqual({
      outcome: 'faults',
      faults: [
        { field: 'name', code: 'name_required' },
        { field: 'password', code: 'password_too_short', minimum: 15 },
      ],
    })
    expect(await answer(token, { name: 'x'.repeat(101) })).toMatchObject({
      faults: [{ code: 'name_too_long', maximum: 100 }],
    })
    expect(await answer(token, { password: '' })).toMatchObject({ faults: [{ code: 'password_required' }] })
    expect(await answer(token, { password: 'x'.repeat(200) })).toMatchObject({
      faults: [{ code: 'password_too_long', maximum: 128 }],
    })
    expect(await answer(token, { password: 'twice@example.com' })).toMatchObject({
      faults: [{ code: 'password_personal' }],
    })
    expect(await answer(token)).toMatchObject({ outcome: 'done' })
  })

  test('two links for one address make one account', async () => {
    await ask('pair@example.com')
    const first = people.mailedToken()
    await ask('pair@example.com')
    const second = people.mailedToken()
    const answers = await Promise.all([answer(first), answer(second, { password: otherPassword })])
    expect(answers.map(({ outcome }) => outcome).toSorted()).toEqual(['dead', 'done'])
    expect(await people.db.user.count({ where: { emailKey: 'pair@example.com' } })).toBe(1)
    expect(await people.db.organization.count({ where: { name: 'Ann', personalUserId: null } })).toBe(0)
  })
})

describe('an address that has an account', () => {
  test('is told so in its own mailbox only', async () => {
    await people.add({ email: 'Known@example.com', password: otherPassword })
    // A Kelvin sign folds to a k: the mail goes to the account's mailbox, never to what was typed.
    await ask('\u212Anown@example.com')
    expect(people.mails.at(-1)).toMatchObject({ mail: 'already-registered', to: 'Known@example.com' })
    expect(await people.db.link.count({ where: { email: 'Known@example.com' } })).toBe(0)
  })

  test('proof by sign-up voids a password that somebody set before the address was proven', async () => {
    const user = await people.add({ email: 'prepared@example.com', password: otherPassword, proven: false })
    await people.addSession(user.id)
    await ask('prepared@example.com')
    expect(people.mails.at(-1)?.mail).toBe('sign-up')
    expect(await answer(people.mailedToken())).toEqual({ outcome: 'done', userId: user.id, enter: true })
    expect(await canSignIn('prepared@example.com', otherPassword)).toBe('wrong_credentials')
    expect(await canSignIn('prepared@example.com', goodPassword)).toBe('signed_in')
    expect(await people.db.session.count({ where: { userId: user.id } })).toBe(0)
  })

  test('a link that was asked for before the account was proven does not take it over afterwards', async () => {
    await ask('late@example.com')
    const token = people.mailedToken()
    await people.add({ email: 'late@example.com', password: otherPassword })
    expect(await answer(token)).toEqual({ outcome: 'dead' })
    expect(await canSignIn('late@example.com', otherPassword)).toBe('signed_in')
  })

  test('gets no mail if it is disabled', async () => {
    const { id } = await people.add({ email: 'disabled@example.com' })
    await people.db.user.update({ where: { id }, data: { disabledAt: new Date() } })
    const before = people.mails.length
    await ask('disabled@example.com')
    expect(people.mails).toHaveLength(before)
  })
})
