import { afterAll, beforeAll, expect, test } from 'vitest'
import { addUser } from '../../src/users/add-user.ts'
import { deleteUser, listVisibleUsers } from '../../src/users/store.ts'
import { goodPassword, openPeople, type People } from './people.ts'

let people: People
beforeAll(async () => {
  people = await openPeople()
})
afterAll(() => people[Symbol.asyncDispose]())

const add = (email: string, password: string | null = null) =>
  addUser(people.services, { email, name: ' Ann ', password, locale: null }, people.system)

test('an operator’s word does not prove an address', async () => {
  expect(await add('ann@example.com', goodPassword)).toMatchObject({
    outcome: 'added',
    user: { email: 'ann@example.com', name: 'Ann', emailVerifiedAt: null, administrator: false },
  })
})

test('says why nobody was added', async () => {
  await add('taken@example.com')
  expect(await add('TAKEN@example.com')).toEqual({ outcome: 'email_taken' })
  expect(await add('a@b, c@d')).toEqual({ outcome: 'email_invalid' })
  expect(await add('new@example.com', 'short')).toMatchObject({
    outcome: 'refused',
    faults: [{ code: 'password_too_short' }],
  })
})

test('lists people newest first, page by page, also where several came at one moment', async () => {
  for (let i = 0; i < 5; i++) {
    await add(`list-${i}@example.com`)
    if (i % 2 === 0) people.pass(1)
  }
  const all = await listVisibleUsers(people.db, 'everybody', { limit: 50 })
  const paged: typeof all = []
  for (;;) {
    const page = await listVisibleUsers(people.db, 'everybody', { limit: 2, cursor: paged.at(-1) })
    paged.push(...page.slice(0, 2))
    if (page.length <= 2) break
  }
  expect(paged).toEqual(all)
  expect(all.map(({ createdAt }) => createdAt.getTime())).toEqual(
    all.map(({ createdAt }) => createdAt.getTime()).toSorted((a, b) => b - a),
  )
})

test('who is deleted takes their own organization along', async () => {
  const user = await people.add({ email: 'deleted@example.com' })
  expect(await people.db.$transaction((tx) => deleteUser(tx, user.id))).toBe(true)
  expect(await people.db.$transaction((tx) => deleteUser(tx, user.id))).toBe(false)
  expect(await people.db.organization.count({ where: { personalUserId: user.id } })).toBe(0)
})
