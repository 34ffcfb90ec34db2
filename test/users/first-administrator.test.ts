import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { answerLink } from '../../src/users/answer-link.ts'
import { ensureFirstAdministrator, type FirstAdministrator } from '../../src/users/first-administrator.ts'
import { makeAdministrator } from '../../src/users/make-administrator.ts'
import { checkCredentials } from '../../src/users/sign-in.ts'
import { findUserByEmail } from '../../src/users/store.ts'
import { goodPassword, openPeople, otherPassword, type People } from './people.ts'

let people: People
beforeEach(async () => {
  people = await openPeople()
})
afterEach(() => people[Symbol.asyncDispose]())

const nobody = { adminEmail: null, adminPassword: null }
const configured = { adminEmail: 'boss@example.com', adminPassword: goodPassword }
const start = (bootstrap: { adminEmail: string | null; adminPassword: string | null }) =>
  ensureFirstAdministrator(people.services, bootstrap)
const tokenOf = (first: FirstAdministrator) =>
  (first.outcome === 'link' ? first.signInLink.split('/').at(-1) : undefined) ?? ''
const answer = async (token: string) =>
  answerLink(
    people.services,
    await people.liveLink(token),
    { name: 'Boss', password: goodPassword, signedInAs: null, locale: 'en' },
    people.visitor,
  )

describe('from the configuration', () => {
  test('counts as proven, and signs in with the configured password', async () => {
    expect(await start(configured)).toEqual({ outcome: 'created', email: 'boss@example.com' })
    const user = await findUserByEmail(people.db, 'boss@example.com')
    expect(user).toMatchObject({ administrator: true, emailVerifiedAt: people.services.clock.now() })
    const credentials = { email: 'boss@example.com', password: goodPassword, deviceToken: null, address: '192.0.2.1' }
    expect((await checkCredentials(people.services, credentials)).outcome).toBe('signed_in')
    const types = (await people.db.auditEvent.findMany()).map(({ type }) => type)
    expect(types).toContain('user.administrator_granted')
  })

  test('never comes back at a restart once its role was taken away', async () => {
    await start(configured)
    const { email } = configured.adminEmail ? { email: configured.adminEmail } : { email: '' }
    await people.db.user.update({ where: { emailKey: email }, data: { administrator: false, passwordHash: null } })
    expect(await start(configured)).toEqual({ outcome: 'nothing_to_do' })
    expect(await start(nobody)).toEqual({ outcome: 'nothing_to_do' })
    expect(await findUserByEmail(people.db, email)).toMatchObject({ administrator: false, passwordHash: null })
  })

  test('a weak password is refused', async () => {
    expect(await start({ ...configured, adminPassword: 'administrator administrator' })).toEqual({
      outcome: 'weak_password',
    })
    expect(await people.db.user.count()).toBe(0)
  })

  test('several nodes that start at once make one', async () => {
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => start(configured)))
    expect(outcomes.map(({ outcome }) => outcome).toSorted()).toEqual([
      'created',
      'nothing_to_do',
      'nothing_to_do',
      'nothing_to_do',
    ])
    expect(await people.db.user.count()).toBe(1)
  })

  test('takes over an account that has the address', async () => {
    const before = await people.add({ email: 'boss@example.com', password: otherPassword, proven: false })
    await people.addSession(before.id)
    await start(configured)
    expect(await people.db.session.count()).toBe(0)
    const user = await findUserByEmail(people.db, 'boss@example.com')
    expect(user).toMatchObject({ id: before.id, administrator: true })
    expect(user?.passwordHash).not.toBe(before.passwordHash)
  })
})

describe('by the link that the first start gives', () => {
  test('lives fifteen minutes, asks for a password, and signs in', async () => {
    const first = await start(nobody)
    expect(first).toMatchObject({
      outcome: 'link',
      email: 'admin@localhost',
      signInLink: expect.stringMatching(/^https:\/\/auth\.example\.com\/links\/[\w-]{43}$/) as string,
      expiresAt: new Date(people.services.clock.now().getTime() + 15 * 60_000),
    })
    const answered = await answer(tokenOf(first))
    const user = await findUserByEmail(people.db, 'admin@localhost')
    expect(answered).toEqual({ outcome: 'done', userId: user?.id, enter: true })
    expect(user).toMatchObject({ administrator: true, name: 'Boss', emailVerifiedAt: people.services.clock.now() })
    expect(await start(nobody)).toEqual({ outcome: 'nothing_to_do' })
  })

  test('is for the configured address where there is one', async () => {
    expect(await start({ adminEmail: 'boss@example.com', adminPassword: null })).toMatchObject({
      email: 'boss@example.com',
    })
  })

  test('is given again at a start after it has expired unused, and not before', async () => {
    await start(nobody)
    expect(await start(nobody)).toEqual({ outcome: 'nothing_to_do' })
    people.pass(15 * 60)
    expect((await start(nobody)).outcome).toBe('link')
  })

  test('is given by one of several nodes that start at once', async () => {
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => start(nobody)))
    expect(outcomes.map(({ outcome }) => outcome).toSorted()).toEqual([
      'link',
      'nothing_to_do',
      'nothing_to_do',
      'nothing_to_do',
    ])
    expect(await people.db.link.count()).toBe(1)
  })

  test('does nothing once there has been an administrator by another route', async () => {
    const first = await start(nobody)
    const { email } = await people.add({ email: 'other@example.com', password: otherPassword })
    expect((await makeAdministrator(people.services, email, people.system)).outcome).toBe('made')
    expect(await answer(tokenOf(first))).toEqual({ outcome: 'dead' })
    expect(await findUserByEmail(people.db, 'admin@localhost')).toBeNull()
    expect(await start(configured)).toEqual({ outcome: 'nothing_to_do' })
  })
})

describe('the command that makes an administrator', () => {
  test('says what became of it', async () => {
    const { email } = await people.add({ email: 'person@example.com' })
    const outcomeOf = async (address: string) =>
      (await makeAdministrator(people.services, address, people.system)).outcome
    expect(await outcomeOf(email)).toBe('made')
    expect(await outcomeOf(email)).toBe('was_already')
    expect(await outcomeOf('nobody@example.com')).toBe('unknown')
    await people.db.user.update({ where: { emailKey: email }, data: { disabledAt: new Date() } })
    expect(await outcomeOf(email)).toBe('disabled')
  })
})
