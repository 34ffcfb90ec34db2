import { afterAll, beforeAll, expect, test } from 'vitest'
import { joinOrganization } from '../../src/organizations/join.ts'
import { findMembership } from '../../src/organizations/members/store.ts'
import { insertOrganization } from '../../src/organizations/store.ts'
import { openPeople, type People } from '../users/people.ts'

let people: People
beforeAll(async () => {
  people = await openPeople()
})
afterAll(() => people[Symbol.asyncDispose]())

test('each person owns an organization of their own from the first moment', async () => {
  const user = await people.add({ email: 'own@example.com' })
  const organization = await people.db.organization.findUniqueOrThrow({
    where: { personalUserId: user.id },
    include: { memberships: true },
  })
  expect(organization.memberships).toMatchObject([{ userId: user.id, role: 'owner' }])
  const types = (await people.db.auditEvent.findMany({ where: { organizationId: organization.id } })).map(
    ({ type }) => type,
  )
  expect(types.toSorted()).toEqual(['membership.created', 'organization.created', 'user.created'])
})

test('joining again raises a role and never lowers it', async () => {
  const user = await people.add({ email: 'member@example.com' })
  const organizationId = 'org_acme'
  const createdAt = people.services.clock.now()
  await people.db.$transaction((tx) =>
    insertOrganization(tx, { id: organizationId, name: 'Acme', personalUserId: null, createdAt }),
  )
  const join = async (role: 'owner' | 'admin' | 'member') => {
    people.pass(1)
    await people.db.$transaction((tx) => joinOrganization(tx, { organizationId, userId: user.id, role }, people.system))
    return (await findMembership(people.db, organizationId, user.id))?.role
  }
  expect(await join('admin')).toBe('admin')
  expect(await join('member')).toBe('admin')
  expect(await join('owner')).toBe('owner')
  const noted = await people.db.auditEvent.findMany({ where: { targetId: organizationId }, orderBy: { at: 'asc' } })
  expect(noted.map(({ type }) => type)).toEqual(['membership.created', 'membership.updated'])
})
