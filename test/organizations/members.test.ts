import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { joinOrganization } from '../../src/organizations/join.ts'
import { addMember } from '../../src/organizations/members/add.ts'
import { changeRole } from '../../src/organizations/members/change-role.ts'
import type { Manager } from '../../src/organizations/members/may-manage.ts'
import { removeMember } from '../../src/organizations/members/remove.ts'
import { findMembership } from '../../src/organizations/members/store.ts'
import type { MemberRole } from '../../src/organizations/organization.ts'
import { addApiKey, addServiceAccount } from '../support/api.ts'
import { addPerson } from '../support/server.ts'
import { openOrganizationBench, type OrganizationBench } from './bench.ts'

let bench: OrganizationBench
beforeAll(async () => {
  bench = await openOrganizationBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

interface Change {
  organizationId: string
  userId: string
  role: MemberRole
}
const by = (manager: Manager, userId: string | null = null) => ({ manager, userId })
const add = (wanted: Change) => bench.db.$transaction((tx) => addMember(tx, wanted, bench.context))
const change = (wanted: Change, who = by('platform')) => changeRole(bench, wanted, who, bench.context)
const remove = (organizationId: string, userId: string, who = by('platform')) => {
  const services = { ...bench.services, revokeInvitations: bench.services.invitations.revokeTo }
  return removeMember(services, { organizationId, userId }, who, bench.context)
}
const roleOf = async (organizationId: string, userId: string) =>
  (await findMembership(bench.db, organizationId, userId))?.role ?? null

async function personalOrganization(): Promise<{ id: string; userId: string }> {
  const { id: userId } = await addPerson(bench)
  const { id } = await bench.db.organization.findUniqueOrThrow({ where: { personalUserId: userId } })
  return { id, userId }
}

describe('adding', () => {
  test('makes a person a member, once, and every node hears of it', async () => {
    const { id } = await bench.customer()
    const person = await addPerson(bench)
    const wanted = { organizationId: id, userId: person.id, role: 'admin' } as const
    const heard = await bench.heard(async () => {
      expect(await add(wanted)).toMatchObject({ outcome: 'added', member: { role: 'admin', email: person.email } })
    })
    expect(heard).toEqual([`organization ${id}`, `user ${person.id}`])
    expect(await add({ ...wanted, role: 'owner' })).toEqual({ outcome: 'already' })
    expect(await bench.eventsOf(id)).toEqual(['membership.created'])
  })

  test('takes nobody who is disabled, or not there', async () => {
    const { id } = await bench.customer()
    const person = await addPerson(bench)
    await bench.db.user.update({ where: { id: person.id }, data: { disabledAt: new Date() } })
    for (const userId of [person.id, 'usr_nobody']) {
      expect(await add({ organizationId: id, userId, role: 'member' })).toEqual({ outcome: 'unknown_user' })
    }
    expect(await add({ organizationId: 'org_x', userId: person.id, role: 'member' })).toEqual({ outcome: 'not_found' })
  })
})

test('joining, and joining as more, is heard by every node; joining as less is nothing', async () => {
  const { id } = await bench.customer()
  const { id: userId } = await addPerson(bench)
  const join = (role: MemberRole) => () =>
    bench.db.$transaction((tx) => joinOrganization(tx, { organizationId: id, userId, role }, bench.context))
  const told = [`organization ${id}`, `user ${userId}`]
  expect([
    await bench.heard(join('member')),
    await bench.heard(join('admin')),
    await bench.heard(join('member')),
  ]).toEqual([told, told, []])
})

test('a person’s own organization takes nobody else, and its owner stays', async () => {
  const { id, userId } = await personalOrganization()
  const other = await addPerson(bench)
  expect(await add({ organizationId: id, userId: other.id, role: 'member' })).toEqual({ outcome: 'personal' })
  expect(await change({ organizationId: id, userId, role: 'member' })).toEqual({ outcome: 'personal' })
  expect(await remove(id, userId)).toBe('personal')
})

describe('an owner stays', () => {
  test('as long as there are members', async () => {
    const { id, people } = await bench.customer('owner', 'member')
    const [owner, member] = people.map((person) => person.id) as [string, string]
    expect(await change({ organizationId: id, userId: owner, role: 'admin' })).toEqual({ outcome: 'last_owner' })
    expect(await remove(id, owner, by('owner', owner))).toBe('last_owner')
    expect(await remove(id, member)).toBe('removed')
    expect(await remove(id, owner)).toBe('removed')
    expect(await bench.db.membership.count({ where: { organizationId: id } })).toBe(0)
  })

  test('and one who is disabled doesn’t count', async () => {
    const { id, people } = await bench.customer('owner', 'owner')
    const [acting, disabled] = people.map((person) => person.id) as [string, string]
    await bench.db.user.update({ where: { id: disabled }, data: { disabledAt: new Date() } })
    expect(await remove(id, acting)).toBe('last_owner')
    expect(await remove(id, disabled)).toBe('removed')
  })

  test('also when two owners step down at once', async () => {
    const { id, people } = await bench.customer('owner', 'owner')
    const outcomes = await Promise.all(
      people.map(async ({ id: userId }) => {
        const done = await change({ organizationId: id, userId, role: 'member' }, by('owner', userId))
        return done.outcome
      }),
    )
    expect(outcomes.toSorted()).toEqual(['done', 'last_owner'])
  })
})

describe('roles', () => {
  test('only owners make owners, and every node hears of it', async () => {
    const { id, people } = await bench.customer('owner', 'admin', 'member')
    const [, admin, member] = people.map((person) => person.id) as [string, string, string]
    const promotion = { organizationId: id, userId: member, role: 'owner' } as const
    expect(await change(promotion, by('admin', admin))).toEqual({ outcome: 'forbidden' })
    expect(await change({ ...promotion, userId: admin }, by('admin', admin))).toEqual({ outcome: 'forbidden' })
    const heard = await bench.heard(async () => {
      expect(await change(promotion, by('owner'))).toMatchObject({ outcome: 'done', changed: true })
    })
    expect(heard).toEqual([`organization ${id}`, `user ${member}`])
    expect(await change(promotion, by('owner'))).toMatchObject({ outcome: 'done', changed: false })
    expect(await bench.eventsOf(id)).toEqual(['membership.updated'])
  })

  test('an admin removes members, and neither admins nor owners', async () => {
    const { id, people } = await bench.customer('owner', 'admin', 'admin', 'member')
    const [owner, admin, other, member] = people.map((person) => person.id) as [string, string, string, string]
    const as = by('admin', admin)
    expect([await remove(id, owner, as), await remove(id, other, as), await remove(id, member, as)]).toEqual([
      'forbidden',
      'forbidden',
      'removed',
    ])
  })

  test('anybody leaves, and steps down, of themselves', async () => {
    const { id, people } = await bench.customer('owner', 'admin', 'member')
    const [, admin, member] = people.map((person) => person.id) as [string, string, string]
    const down = { organizationId: id, userId: admin, role: 'member' } as const
    expect(await change(down, by('admin', admin))).toMatchObject({ outcome: 'done' })
    expect(await remove(id, member, by('member', member))).toBe('removed')
    expect(await remove(id, admin, by('member', member))).toBe('forbidden')
  })

  test('says that somebody is no member', async () => {
    const { id } = await bench.customer('owner')
    const stranger = await addPerson(bench)
    expect(await change({ organizationId: id, userId: stranger.id, role: 'admin' })).toEqual({ outcome: 'not_found' })
    expect([await remove(id, stranger.id), await remove('org_x', stranger.id)]).toEqual(['not_found', 'not_found'])
  })
})

describe('whoever is removed', () => {
  test('loses their keys of the organization for good, and no other', async () => {
    const { id, people } = await bench.customer('owner', 'member')
    const [owner, member] = people.map((person) => person.id) as [string, string]
    const elsewhere = await bench.customer('owner')
    const key = (userId: string | null, organizationId = id) => addApiKey(bench, { organizationId, userId })
    const [mine, second, ofOwner, ofService, other] = [
      await key(member),
      await key(member),
      await key(owner),
      await key(null),
      await key(member, elsewhere.id),
    ]
    const heard = await bench.heard(() => remove(id, member))
    expect(heard).toEqual(
      [`api_key ${mine.id}`, `api_key ${second.id}`, `organization ${id}`, `user ${member}`].toSorted(),
    )
    const rows = await bench.db.apiKey.findMany({ where: { revokedAt: { not: null }, OR: [{ organizationId: id }] } })
    expect(rows.map((row) => row.id).toSorted()).toEqual([mine.id, second.id].toSorted())
    for (const { id: keyId } of [ofOwner, ofService, other]) expect(await bench.eventsOf(keyId)).toEqual([])
    const noted = await bench.db.auditEvent.findFirstOrThrow({ where: { targetId: mine.id } })
    expect(noted).toMatchObject({ type: 'api_key.revoked', organizationId: id })
    expect(noted.data).toEqual({ name: 'A key', hint: mine.key.slice(-4) })
    await add({ organizationId: id, userId: member, role: 'member' })
    expect((await bench.db.apiKey.findUniqueOrThrow({ where: { id: mine.id } })).revokedAt).not.toBeNull()
  })

  test('does not come back by an invitation that is under way', async () => {
    const { id, people } = await bench.customer('owner', 'member')
    const member = people[1]
    if (!member) throw new Error('nobody')
    const { invitations } = bench.services
    const organization = { id, name: 'Acme', role: 'owner' } as const
    const wanted = { organization, inviterId: null, locale: 'en' } as const
    const [theirs, others] = await bench.db.$transaction(async (tx) => [
      await invitations.issue(tx, { ...wanted, email: member.email.toUpperCase() }, bench.context),
      await invitations.issue(tx, { ...wanted, email: `${member.email}.org` }, bench.context),
    ])
    if (theirs?.outcome !== 'invited' || others?.outcome !== 'invited') throw new Error('not invited')
    await remove(id, member.id)
    const pending = await invitations.list(bench.db, { organizationId: id, limit: 10 })
    expect(pending.map((one) => one.id)).toEqual([others.invitation.id])
    expect(await bench.eventsOf(theirs.invitation.id)).toContain('invitation.revoked')
    expect(await roleOf(id, member.id)).toBeNull()
  })
})

test('the keys of a service account stay when a person leaves', async () => {
  const { id, people } = await bench.customer('owner', 'admin')
  const serviceAccountId = await addServiceAccount(bench, id)
  const key = await addApiKey(bench, { organizationId: id, serviceAccountId })
  await remove(id, people[1]?.id ?? '')
  expect((await bench.db.apiKey.findUniqueOrThrow({ where: { id: key.id } })).revokedAt).toBeNull()
})
