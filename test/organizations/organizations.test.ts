import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { changeOrganization } from '../../src/organizations/change.ts'
import { createOrganization, type NewCustomer } from '../../src/organizations/create.ts'
import { deleteOrganization } from '../../src/organizations/delete.ts'
import type { Organization } from '../../src/organizations/organization.ts'
import { listOrganizations, type OrganizationChange } from '../../src/organizations/store.ts'
import { newId } from '../../src/platform/ids.ts'
import { addApiKey } from '../support/api.ts'
import { addClient, addPerson } from '../support/server.ts'
import { openOrganizationBench, type OrganizationBench } from './bench.ts'

let bench: OrganizationBench
beforeAll(async () => {
  bench = await openOrganizationBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

const create = (wanted: NewCustomer) => bench.db.$transaction((tx) => createOrganization(tx, wanted, bench.context))
const change = (id: string, wanted: OrganizationChange) => changeOrganization(bench, id, wanted, bench.context)
const remove = (id: string) => deleteOrganization(bench.services, id, bench.context)

async function created(wanted: NewCustomer): Promise<Organization> {
  const made = await create(wanted)
  if (made.outcome !== 'created') throw new Error(made.outcome)
  return made.organization
}

describe('creating', () => {
  test('makes a customer of the smallest tier, unless another is named', async () => {
    const acme = await created({ name: 'Acme', externalId: 'acme-1', metadata: { plan: 7 } })
    expect(acme).toMatchObject({ name: 'Acme', externalId: 'acme-1', tier: 'free', metadata: { plan: 7 } })
    expect(await bench.eventsOf(acme.id)).toEqual(['organization.created'])
    expect((await created({ name: 'Bolt', tier: 'pro' })).tier).toBe('pro')
  })

  test('tells nobody: there is nothing yet that anybody could hold in memory', async () => {
    expect(await bench.heard(() => create({ name: 'Quiet' }))).toEqual([])
  })

  test('takes no tier that is not there', async () => {
    expect(await create({ name: 'Acme', tier: 'gold' })).toEqual({ outcome: 'unknown_tier' })
  })

  test('gives an external id to one of several who take it at once', async () => {
    const outcomes = await Promise.all(
      [1, 2, 3].map(async () => (await create({ name: 'Race', externalId: 'race' })).outcome),
    )
    expect(outcomes.toSorted()).toEqual(['created', 'external_id_taken', 'external_id_taken'])
  })
})

describe('changing', () => {
  test('notes what has changed, and every node hears of it', async () => {
    const { id } = await created({ name: 'Old' })
    const heard = await bench.heard(async () => {
      const done = await change(id, { name: 'New', tier: 'pro', externalId: 'ext-new', metadata: {} })
      expect(done).toMatchObject({
        outcome: 'done',
        changed: ['name', 'external_id', 'tier'],
        organization: { name: 'New', tier: 'pro', externalId: 'ext-new' },
      })
    })
    expect(heard).toEqual([`organization ${id}`])
    expect(await bench.heard(() => change(id, { name: 'New', metadata: {} }))).toEqual([])
    expect(await bench.eventsOf(id)).toEqual(['organization.created', 'organization.updated'])
  })

  test('refuses the external id of another one, and takes its own again', async () => {
    const { id } = await created({ name: 'Mine', externalId: 'mine' })
    await created({ name: 'Theirs', externalId: 'theirs' })
    expect(await change(id, { externalId: 'theirs' })).toEqual({ outcome: 'external_id_taken' })
    expect(await change(id, { externalId: 'mine' })).toMatchObject({ outcome: 'done', changed: [] })
    expect(await change(id, { externalId: null })).toMatchObject({ organization: { externalId: null } })
  })

  test('says what is not there', async () => {
    const { id } = await created({ name: 'Tierless' })
    expect(await change(id, { tier: 'gold' })).toEqual({ outcome: 'unknown_tier' })
    expect(await change('org_x', { name: 'x' })).toEqual({ outcome: 'not_found' })
  })
})

describe('deleting', () => {
  test('ends its keys and clients, each noted, and every node hears of it; its people stay', async () => {
    const { id, people } = await bench.customer('owner')
    const key = await addApiKey(bench, { organizationId: id })
    const client = await addClient(bench, {}, { organization_id: id })
    const untouched = await addClient(bench)
    const heard = await bench.heard(async () => expect(await remove(id)).toBe('deleted'))
    const person = people[0]?.id ?? ''
    expect(heard).toEqual(
      [`api_key ${key.id}`, `client ${client.id}`, `organization ${id}`, `user ${person}`].toSorted(),
    )
    expect(await bench.eventsOf(key.id)).toEqual(['api_key.revoked'])
    expect(await bench.eventsOf(client.id)).toContain('client.deleted')
    expect(await bench.eventsOf(id)).toContain('organization.deleted')
    expect(await bench.db.apiKey.count({ where: { id: key.id } })).toBe(0)
    expect(await bench.db.client.findMany({ where: { id: { in: [client.id, untouched.id] } } })).toMatchObject([
      { id: untouched.id },
    ])
    expect(await bench.db.user.count({ where: { id: person } })).toBe(1)
    expect(await remove(id)).toBe('not_found')
  })

  test('leaves a person their own organization', async () => {
    const { id: personalUserId } = await addPerson(bench)
    const own = await bench.db.organization.findUniqueOrThrow({ where: { personalUserId } })
    expect(await remove(own.id)).toBe('personal')
  })
})

describe('a list', () => {
  test('has what a name begins with, in whatever letters, and takes no sign for a wildcard', async () => {
    for (const name of ['Zeta', 'zETAbyte', 'Z%ta', 'Alpha Zeta', 'Z_ta']) await created({ name })
    const names = async (namePrefix: string) => {
      const found = await listOrganizations(bench.db, { among: null, namePrefix, limit: 10 })
      return found.map(({ name }) => name).toSorted()
    }
    expect(await names('zet')).toEqual(['Zeta', 'zETAbyte'])
    expect(await names('z%')).toEqual(['Z%ta'])
    expect(await names('z_')).toEqual(['Z_ta'])
    expect(await names('\\')).toEqual([])
  })

  test('goes on where the page before ended, newest first, among those it is asked for', async () => {
    const createdAt = bench.clock.now()
    const ids = [newId('org', bench.clock), newId('org', bench.clock), newId('org', bench.clock)].toSorted()
    for (const id of ids) await bench.db.organization.create({ data: { id, name: 'Same time', createdAt } })
    const page = async (cursor?: { createdAt: Date; id: string }) =>
      (await listOrganizations(bench.db, { among: ids, limit: 1, cursor })).map(({ id }) => id)
    const [third = '', second = ''] = await page()
    expect([third, second]).toEqual([ids[2], ids[1]])
    expect(await page({ createdAt, id: third })).toEqual([ids[1], ids[0]])
    expect(await listOrganizations(bench.db, { among: [], limit: 1 })).toEqual([])
  })
})
