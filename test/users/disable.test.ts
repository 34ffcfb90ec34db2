import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { disableUser, enableUser } from '../../src/users/disable.ts'
import { revokeAdministration } from '../../src/users/revoke-administration.ts'
import { checkCredentials } from '../../src/users/sign-in.ts'
import { goodPassword, openPeople, type People } from './people.ts'

let people: People
beforeAll(async () => {
  people = await openPeople()
})
afterAll(() => people[Symbol.asyncDispose]())
beforeEach(() => people.db.user.updateMany({ data: { administrator: false } }))

const disable = (email: string) => disableUser(people.services, { email }, people.system)
const enable = (email: string) => enableUser(people.services, { email }, people.system)
const demote = (email: string) => revokeAdministration(people.services, email, people.system)

async function eventsOf(targetId: string): Promise<string[]> {
  const rows = await people.db.auditEvent.findMany({ where: { targetId } })
  return rows.map(({ type }) => type)
}

test('a disabled person is signed out everywhere and can not sign in; an enabled one can', async () => {
  const user = await people.add({ email: 'ann@example.com', password: goodPassword })
  await people.addSession(user.id)
  const signIn = () =>
    checkCredentials(people.services, {
      email: user.email,
      password: goodPassword,
      deviceToken: null,
      address: '192.0.2.1',
    })
  expect(await disable('ANN@example.com')).toMatchObject({ outcome: 'done', user: { id: user.id } })
  expect(await people.db.session.count({ where: { userId: user.id } })).toBe(0)
  expect((await signIn()).outcome).toBe('wrong_credentials')
  const ended = await people.db.auditEvent.findFirstOrThrow({ where: { type: 'session.ended' } })
  expect(ended.data).toEqual({ user_id: user.id, reason: 'disabled' })
  expect((await enable(user.email)).outcome).toBe('done')
  expect((await signIn()).outcome).toBe('signed_in')
  expect(await eventsOf(user.id)).toEqual(expect.arrayContaining(['user.disabled', 'user.enabled']))
})

test('doing it twice notes it once', async () => {
  const user = await people.add({ email: 'bob@example.com' })
  await disable(user.email)
  expect((await disable(user.email)).outcome).toBe('already')
  await enable(user.email)
  expect((await enable(user.email)).outcome).toBe('already')
  const noted = (await eventsOf(user.id)).filter((type) => type.endsWith('abled'))
  expect(noted.toSorted()).toEqual(['user.disabled', 'user.enabled'])
})

test('a link that was mailed to reset the password is worth nothing after it', async () => {
  const user = await people.add({ email: 'cyd@example.com' })
  await people.db.link.create({
    data: {
      id: 'lnk_cyd',
      digest: Buffer.from('cyd'),
      purpose: 'reset',
      email: user.email,
      userId: user.id,
      expiresAt: new Date('2100-01-01'),
    },
  })
  await disable(user.email)
  expect((await people.db.link.findUniqueOrThrow({ where: { id: 'lnk_cyd' } })).consumedAt).not.toBeNull()
})

test('what a disabled person had allowed apps is still allowed afterwards', async () => {
  const user = await people.add({ email: 'dan@example.com' })
  const client = { tokenEndpointAuthMethod: 'none', origin: 'administrator', name: 'Dashboard' } as const
  await people.db.client.create({ data: { ...client, id: 'cli_dan' } })
  const grant = { id: 'grt_dan', userId: user.id, clientId: 'cli_dan', clientFingerprint: Buffer.from('x') }
  await people.db.grant.create({ data: { ...grant, resourceScopes: {}, refusedResourceScopes: {} } })
  await disable(user.email)
  expect(await people.db.grant.count({ where: { id: 'grt_dan' } })).toBe(1)
})

test('nobody demotes or disables the last administrator who can act', async () => {
  const [eve, fay] = [
    await people.add({ email: 'eve@example.com', administrator: true }),
    await people.add({ email: 'fay@example.com', administrator: true }),
  ]
  expect((await disable(fay.email)).outcome).toBe('done')
  expect(await Promise.all([demote(eve.email), disable(eve.email)])).toEqual([
    { outcome: 'last_administrator' },
    { outcome: 'last_administrator' },
  ])
  await enable(fay.email)
  expect(await demote(eve.email)).toMatchObject({ outcome: 'revoked', user: { administrator: false } })
  expect(await demote(eve.email)).toMatchObject({ outcome: 'was_none' })
  expect(await eventsOf(eve.id)).toContain('user.administrator_revoked')
})

test('of two administrators who are demoted at once, one stays', async () => {
  const both = [
    await people.add({ email: 'gil@example.com', administrator: true }),
    await people.add({ email: 'hal@example.com', administrator: true }),
  ]
  const outcomes = await Promise.all(both.map(async ({ email }) => (await demote(email)).outcome))
  expect(outcomes.toSorted()).toEqual(['last_administrator', 'revoked'])
  expect(await people.db.user.count({ where: { administrator: true } })).toBe(1)
})

test('says that nobody has the address', async () => {
  const outcomes = await Promise.all([disable, enable, demote].map((act) => act('nobody@example.com')))
  expect(outcomes).toEqual([{ outcome: 'unknown' }, { outcome: 'unknown' }, { outcome: 'unknown' }])
})
