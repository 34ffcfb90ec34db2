import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answerLink } from '../../src/users/answer-link.ts'
import { sendResetMail } from '../../src/users/reset-password.ts'
import { setPassword } from '../../src/users/set-password.ts'
import { checkCredentials, noteSignIn } from '../../src/users/sign-in.ts'
import { goodPassword, openPeople, otherPassword, type People } from './people.ts'

let people: People
beforeAll(async () => {
  people = await openPeople()
})
afterAll(() => people[Symbol.asyncDispose]())

const ask = (email: string) =>
  sendResetMail(people.services, { email, returnTo: null, locale: 'en', signUpOpen: true }, people.visitor)
const answer = async (token: string, password = goodPassword) =>
  answerLink(
    people.services,
    await people.liveLink(token),
    { name: '', password, signedInAs: null, locale: 'en' },
    people.visitor,
  )
const canSignIn = async (email: string, password: string, deviceToken: string | null = null) =>
  checkCredentials(people.services, { email, password, deviceToken, address: '192.0.2.9' })
const userOf = (id: string) => people.db.user.findUniqueOrThrow({ where: { id } })

/** An app that holds offline access in this person's name. */
async function addFamily(userId: string): Promise<string> {
  const id = `fam_${userId}`
  await people.db.client.create({
    data: { id: `cli_${userId}`, name: 'App', tokenEndpointAuthMethod: 'none', origin: 'administrator' },
  })
  const expiresAt = new Date('2027-01-01')
  await people.db.tokenFamily.create({
    data: { id, userId, clientId: `cli_${userId}`, persistsLogout: true, expiresAt },
  })
  return id
}
const revokedAt = async (id: string) => (await people.db.tokenFamily.findUniqueOrThrow({ where: { id } })).revokedAt

describe('asking', () => {
  test('mails a link to a known address and says in the mail if there is no account', async () => {
    await people.add({ email: 'Asking@example.com', password: otherPassword })
    await ask('asking@EXAMPLE.com')
    expect(people.mails.at(-1)).toMatchObject({
      mail: 'reset-password',
      to: 'Asking@example.com',
      model: { expiresInMinutes: 30 },
    })
    await ask('nobody@example.com')
    expect(people.mails.at(-1)).toMatchObject({
      mail: 'reset-unknown',
      to: 'nobody@example.com',
      model: { signUpHref: 'https://auth.example.com/sign-up' },
    })
  })

  test('is noted once an hour, so that a stranger can’t fill the audit trail', async () => {
    const { id, email } = await people.add({ email: 'flooded@example.com' })
    const noted = () => people.db.auditEvent.count({ where: { targetId: id, type: 'user.password_reset_requested' } })
    for (let i = 0; i < 5; i++) await ask(email)
    expect(await noted()).toBe(1)
    people.pass(3600)
    await ask(email)
    expect(await noted()).toBe(2)
  })

  test('changes nothing for the person', async () => {
    const { id, email } = await people.add({ email: 'unmoved@example.com', password: otherPassword })
    await people.addSession(id)
    await ask(email)
    expect((await canSignIn(email, otherPassword)).outcome).toBe('signed_in')
    expect(await people.db.session.count({ where: { userId: id } })).toBe(1)
  })
})

describe('choosing the new password', () => {
  test('a reset ends all sessions, and leaves the apps that the person has connected', async () => {
    const { id, email } = await people.add({ email: 'reset@example.com', password: otherPassword })
    const family = await addFamily(id)
    await people.addSession(id)
    await people.addSession(id)
    await ask(email)
    // Whoever set it signs in with it: a reset is no way past a second factor.
    expect(await answer(people.mailedToken())).toEqual({ outcome: 'done', userId: id, enter: false })
    expect(await people.db.session.count({ where: { userId: id } })).toBe(0)
    expect(await revokedAt(family)).toBeNull()
    expect((await canSignIn(email, otherPassword)).outcome).toBe('wrong_credentials')
    expect((await canSignIn(email, goodPassword)).outcome).toBe('signed_in')
    expect(people.mails.at(-1)).toMatchObject({ mail: 'password-changed', to: email })
  })

  test('makes every browser a stranger again', async () => {
    const { id, email } = await people.add({ email: 'stolen@example.com', password: otherPassword })
    const deviceToken = await noteSignIn(
      people.services,
      { userId: id, amr: ['pwd'], deviceToken: null },
      people.system,
    )
    await ask(email)
    await answer(people.mailedToken())
    expect(await canSignIn(email, goodPassword, deviceToken)).toMatchObject({ knownDevice: false })
  })

  test('proves the address, and ends all that was begun before it was proven', async () => {
    const { id, email } = await people.add({ email: 'unproven@example.com', password: otherPassword, proven: false })
    const family = await addFamily(id)
    await people.addSession(id)
    await ask(email)
    await answer(people.mailedToken())
    expect((await userOf(id)).emailVerifiedAt).toEqual(people.services.clock.now())
    expect(await people.db.session.count({ where: { userId: id } })).toBe(0)
    expect(await revokedAt(family)).not.toBeNull()
    expect((await canSignIn(email, otherPassword)).outcome).toBe('wrong_credentials')
  })

  test('makes other links of the same kind worthless', async () => {
    const { email } = await people.add({ email: 'several@example.com' })
    await ask(email)
    const first = people.mailedToken()
    await ask(email)
    await answer(people.mailedToken())
    await expect(people.liveLink(first)).rejects.toThrow('the link is dead')
  })

  test('two presses of one button give one new password', async () => {
    const { email } = await people.add({ email: 'double@example.com' })
    await ask(email)
    const token = people.mailedToken()
    const link = await people.liveLink(token)
    const press = (password: string) =>
      answerLink(people.services, link, { name: '', password, signedInAs: null, locale: 'en' }, people.visitor)
    const answers = await Promise.all([press(goodPassword), press(otherPassword)])
    expect(answers.map(({ outcome }) => outcome).toSorted()).toEqual(['dead', 'done'])
  })

  test('does nothing for an address that the account no longer has, nor for a disabled person', async () => {
    const moved = await people.add({ email: 'before@example.com', password: otherPassword })
    await ask(moved.email)
    const first = people.mailedToken()
    await people.db.user.update({
      where: { id: moved.id },
      data: { email: 'after@example.com', emailKey: 'after@example.com' },
    })
    expect(await answer(first)).toEqual({ outcome: 'dead' })
    expect((await canSignIn('after@example.com', otherPassword)).outcome).toBe('signed_in')

    const disabled = await people.add({ email: 'disabled@example.com' })
    await ask(disabled.email)
    await people.db.user.update({ where: { id: disabled.id }, data: { disabledAt: new Date() } })
    expect(await answer(people.mailedToken())).toEqual({ outcome: 'dead' })
    expect((await userOf(disabled.id)).passwordHash).toBeNull()
  })

  test('a weak one uses nothing up', async () => {
    const { email } = await people.add({ email: 'weak@example.com' })
    await ask(email)
    const token = people.mailedToken()
    expect(await answer(token, 'password password')).toMatchObject({
      faults: [{ field: 'password', code: 'password_common' }],
    })
    expect(await answer(token)).toMatchObject({ outcome: 'done' })
  })
})

describe('an operator who sets a password', () => {
  test('ends the person’s sessions and proves nothing about the address', async () => {
    const { id, email } = await people.add({ email: 'operated@example.com', password: otherPassword, proven: false })
    await people.addSession(id)
    expect(await setPassword(people.services, { email, password: goodPassword }, people.system)).toMatchObject({
      outcome: 'set',
      user: { id },
    })
    expect(await people.db.session.count({ where: { userId: id } })).toBe(0)
    expect((await userOf(id)).emailVerifiedAt).toBeNull()
    expect((await canSignIn(email, goodPassword)).outcome).toBe('signed_in')
    expect(people.mails.at(-1)).toMatchObject({ mail: 'password-changed', to: email })
  })

  test('ends a reset that is under way: its mail may have been read by whoever made the new password needed', async () => {
    const { email } = await people.add({ email: 'overheard@example.com', password: otherPassword })
    await ask(email)
    const overheard = people.mailedToken()
    await setPassword(people.services, { email, password: goodPassword }, people.system)
    await expect(people.liveLink(overheard)).rejects.toThrow('the link is dead')
    expect((await canSignIn(email, goodPassword)).outcome).toBe('signed_in')
  })

  test('hears why it isn’t taken', async () => {
    const { email } = await people.add({ email: 'refused@example.com' })
    const set = (address: string, password: string) =>
      setPassword(people.services, { email: address, password }, people.system)
    expect(await set(email, 'short')).toMatchObject({ outcome: 'refused', faults: [{ code: 'password_too_short' }] })
    expect(await set('nobody@example.com', goodPassword)).toEqual({ outcome: 'unknown' })
  })
})
