import { afterAll, beforeAll, expect, test } from 'vitest'
import { findMembership } from '../../src/organizations/members/store.ts'
import { insertOrganization } from '../../src/organizations/store.ts'
import { answerLink, whatLinkAsks } from '../../src/users/answer-link.ts'
import { invite, type Invitation } from '../../src/users/invite.ts'
import { checkCredentials } from '../../src/users/sign-in.ts'
import { findUserByEmail } from '../../src/users/store.ts'
import { goodPassword, openPeople, otherPassword, type People } from './people.ts'

let people: People
const organization = { id: 'org_acme', name: 'Acme', role: 'admin' } as const
beforeAll(async () => {
  people = await openPeople()
  const { id, name } = organization
  const createdAt = people.services.clock.now()
  await people.db.$transaction((tx) => insertOrganization(tx, { id, name, personalUserId: null, createdAt }))
})
afterAll(() => people[Symbol.asyncDispose]())

const send = (email: string, more: Partial<Invitation> = {}) =>
  invite(
    people.services,
    { email, organization, administrator: false, inviter: 'Ann', locale: 'en', ...more },
    people.system,
  )
const accept = async (token: string) =>
  answerLink(
    people.services,
    await people.liveLink(token),
    { name: 'Bob', password: goodPassword, signedInAs: null, locale: 'en' },
    people.visitor,
  )
const asks = async (token: string) => whatLinkAsks(people.services, await people.liveLink(token), null)

test('an invitation makes a proven person and a member, and signs in', async () => {
  const { link, id } = await send('bob@example.com')
  expect(people.mails.at(-1)).toEqual({
    mail: 'invitation',
    to: 'bob@example.com',
    model: { link, inviter: 'Ann', organization: 'Acme', expiresInMinutes: 7 * 24 * 60 },
  })
  expect(await asks(people.mailedToken())).toEqual({ name: true, password: true })
  const answered = await accept(people.mailedToken())
  const user = await findUserByEmail(people.db, 'bob@example.com')
  expect(answered).toEqual({ outcome: 'done', userId: user?.id, enter: true })
  expect(user).toMatchObject({ name: 'Bob', administrator: false, emailVerifiedAt: people.services.clock.now() })
  expect(await findMembership(people.db, organization.id, user?.id ?? '')).toMatchObject({ role: 'admin' })
  expect(await people.db.auditEvent.findFirst({ where: { targetId: id } })).toMatchObject({
    type: 'invitation.created',
    organizationId: organization.id,
    data: { role: 'admin', administrator: false },
  })
})

test('somebody with a proven account joins with it, keeps their password, and signs in as ever', async () => {
  const user = await people.add({ email: 'carol@example.com', password: otherPassword })
  await people.addSession(user.id)
  await send(user.email)
  expect(await asks(people.mailedToken())).toEqual({ name: false, password: false })
  expect(await accept(people.mailedToken())).toEqual({ outcome: 'done', userId: user.id, enter: false })
  expect(await findMembership(people.db, organization.id, user.id)).toMatchObject({ role: 'admin' })
  expect(await people.db.session.count({ where: { userId: user.id } })).toBe(1)
  expect(await findUserByEmail(people.db, user.email)).toMatchObject({ passwordHash: user.passwordHash, name: null })
})

test('proof by invitation voids a password that was set before', async () => {
  const user = await people.add({ email: 'dan@example.com', password: otherPassword, proven: false })
  await people.addSession(user.id)
  await send(user.email)
  expect(await accept(people.mailedToken())).toMatchObject({ outcome: 'done', userId: user.id, enter: true })
  expect(await people.db.session.count({ where: { userId: user.id } })).toBe(0)
  const checked = await checkCredentials(people.services, {
    email: user.email,
    password: otherPassword,
    deviceToken: null,
    address: '192.0.2.1',
  })
  expect(checked.outcome).toBe('wrong_credentials')
})

test('an invitation may make an administrator, noted as their own acceptance', async () => {
  await send('eve@example.com', { organization: null, administrator: true })
  await accept(people.mailedToken())
  const user = await findUserByEmail(people.db, 'eve@example.com')
  expect(user?.administrator).toBe(true)
  const noted = await people.db.auditEvent.findFirst({
    where: { type: 'user.administrator_granted', targetId: user?.id ?? '' },
  })
  expect(noted).toMatchObject({ actorKind: 'user', actorId: user?.id, data: { by: 'invitation' } })
})

test('a disabled person can’t come back by an invitation', async () => {
  const user = await people.add({ email: 'frank@example.com' })
  await people.db.user.update({ where: { id: user.id }, data: { disabledAt: new Date() } })
  await send(user.email)
  expect(await accept(people.mailedToken())).toEqual({ outcome: 'dead' })
  expect(await findMembership(people.db, organization.id, user.id)).toBeNull()
})
