import { afterAll, beforeAll, expect, test } from 'vitest'
import { changeServiceAccount, type ServiceAccountChange } from '../../src/organizations/service-accounts/change.ts'
import { createServiceAccount } from '../../src/organizations/service-accounts/create.ts'
import { deleteServiceAccount } from '../../src/organizations/service-accounts/delete.ts'
import { ensureServiceAccount } from '../../src/organizations/service-accounts/ensure.ts'
import { addApiKey } from '../support/api.ts'
import { openOrganizationBench, type OrganizationBench } from './bench.ts'

let bench: OrganizationBench
beforeAll(async () => {
  bench = await openOrganizationBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

const create = (organizationId: string, name: string) =>
  bench.db.$transaction((tx) =>
    createServiceAccount(tx, { organizationId, name, description: null, administrator: false }, bench.context),
  )
const change = (organizationId: string, id: string, wanted: ServiceAccountChange) =>
  changeServiceAccount(bench, { organizationId, id }, wanted, bench.context)
const remove = (organizationId: string, id: string) =>
  deleteServiceAccount(bench.services, { organizationId, id }, bench.context)

async function created(organizationId: string, name = 'Robot'): Promise<string> {
  const made = await create(organizationId, name)
  if (made.outcome !== 'created') throw new Error(made.outcome)
  return made.account.id
}

test('a name is an organization’s once, and another organization’s too', async () => {
  const [{ id: acme }, { id: bolt }] = [await bench.customer(), await bench.customer()]
  const robot = await created(acme)
  await created(bolt)
  expect(await create(acme, 'Robot')).toEqual({ outcome: 'name_taken' })
  const other = await created(acme, 'Other')
  expect(await change(acme, other, { name: 'Robot' })).toEqual({ outcome: 'name_taken' })
  expect(await change(acme, robot, { name: 'Robot' })).toMatchObject({ outcome: 'done', changed: [] })
})

test('disabling one is heard by every node, and can be taken back', async () => {
  const { id: acme } = await bench.customer()
  const robot = await created(acme)
  const heard = await bench.heard(async () => {
    const done = await change(acme, robot, { disabled: true, description: 'Nightly export' })
    expect(done).toMatchObject({ outcome: 'done', changed: ['description', 'disabled'] })
  })
  expect(heard).toEqual([`service_account ${robot}`])
  expect(await change(acme, robot, { disabled: true })).toMatchObject({ changed: [] })
  expect(await change(acme, robot, { disabled: false })).toMatchObject({ account: { disabledAt: null } })
})

test('ending one revokes its keys for good; it stays, disabled, since they name it', async () => {
  const { id: acme } = await bench.customer()
  const robot = await created(acme)
  const key = await addApiKey(bench, { organizationId: acme, serviceAccountId: robot })
  const other = await addApiKey(bench, { organizationId: acme })
  const heard = await bench.heard(async () => expect(await remove(acme, robot)).toBe('disabled'))
  expect(heard).toEqual([`api_key ${key.id}`, `service_account ${robot}`])
  expect(await bench.eventsOf(key.id)).toEqual(['api_key.revoked'])
  expect(await bench.eventsOf(robot)).toEqual(['service_account.created', 'service_account.updated'])
  expect(await bench.db.serviceAccount.findUniqueOrThrow({ where: { id: robot } })).toMatchObject({
    disabledAt: expect.any(Date) as Date,
  })
  expect((await bench.db.apiKey.findUniqueOrThrow({ where: { id: other.id } })).revokedAt).toBeNull()
  await change(acme, robot, { disabled: false })
  expect((await bench.db.apiKey.findUniqueOrThrow({ where: { id: key.id } })).revokedAt).not.toBeNull()
})

test('one that never had a key is removed', async () => {
  const { id: acme } = await bench.customer()
  const robot = await created(acme)
  expect(await remove(acme, robot)).toBe('deleted')
  expect(await bench.eventsOf(robot)).toEqual(['service_account.created', 'service_account.deleted'])
  expect(await remove(acme, robot)).toBe('not_found')
})

test('one of another organization is not there', async () => {
  const [{ id: acme }, { id: bolt }] = [await bench.customer(), await bench.customer()]
  const robot = await created(acme)
  expect(await change(bolt, robot, { disabled: true })).toEqual({ outcome: 'not_found' })
  expect(await remove(bolt, robot)).toBe('not_found')
})

test('the one of a certain name is made once, however many need it at once', async () => {
  const { id: organizationId } = await bench.customer()
  const wanted = { organizationId, name: 'default', administrator: false }
  const ids = await Promise.all(
    [1, 2, 3].map(() => bench.db.$transaction((tx) => ensureServiceAccount(tx, wanted, bench.context))),
  )
  expect(new Set(ids).size).toBe(1)
  expect(await bench.db.serviceAccount.count({ where: { organizationId } })).toBe(1)
})
