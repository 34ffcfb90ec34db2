import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { newId } from '../../src/platform/ids.ts'
import { addApiKey, addMember, addOrganization, addServiceAccount } from '../support/api.ts'
import { addClient, addPerson } from '../support/server.ts'
import { changesOf, faultsOf, keptOf, openApplyBench, type ApplyBench } from './bench.ts'

let bench: ApplyBench
beforeAll(async () => {
  bench = await openApplyBench()
})
afterAll(() => bench[Symbol.asyncDispose]())
beforeEach(async () => {
  await bench.clear()
  bench.mails.length = 0
})

const prune = { prune: true }
const find = (slug: string) => bench.db.organization.findUniqueOrThrow({ where: { slug } })
const membersOf = async (slug: string) =>
  (await bench.db.membership.findMany({ where: { organization: { slug } }, include: { user: true } })).map(
    ({ role, user }) => `${role} ${user.email}`,
  )

test('an organization of a file has what the file says, and words for its name where it says none', async () => {
  await bench.apply({ organizations: { 'acme-labs': { external_id: 'cus_42', tier: 'pro', metadata: { plan: 7 } } } })
  expect(await find('acme-labs')).toMatchObject({
    name: 'Acme labs',
    externalId: 'cus_42',
    tier: 'pro',
    metadata: { plan: 7 },
  })
  const plan = await bench.apply({ organizations: { 'acme-labs': { metadata: { plan: 8 } } } })
  expect(plan.changes).toMatchObject([
    {
      action: 'update',
      fields: [
        { field: 'external_id', from: 'cus_42', to: null },
        { field: 'tier', from: 'pro', to: 'free' },
        { field: 'metadata.plan', from: 7, to: 8 },
      ],
    },
  ])
})

test('members are called as the platform likes, also as what every object has', async () => {
  await bench.apply({ organizations: { acme: {} } })
  const plan = await bench.apply({ organizations: { acme: { metadata: { constructor: 'x', toString: 'y' } } } })
  expect(plan.changes[0]?.fields).toEqual([
    { field: 'metadata.constructor', from: null, to: 'x' },
    { field: 'metadata.toString', from: null, to: 'y' },
  ])
})

test('organizations may exchange their external ids, and each is noted', async () => {
  await bench.apply({ organizations: { acme: { external_id: 'one' }, bolt: { external_id: 'two' }, cord: {} } })
  const ids = [(await find('acme')).id, (await find('bolt')).id]
  const wanted = { acme: { external_id: 'two' }, bolt: {}, cord: { external_id: 'one' } }
  await bench.apply({ organizations: wanted })
  expect([(await find('acme')).id, (await find('bolt')).id]).toEqual(ids)
  expect((await bench.export()).document['organizations']).toEqual({
    acme: { external_id: 'two' },
    bolt: {},
    cord: { external_id: 'one' },
  })
  expect(await bench.eventsOf(ids[1] ?? '')).toEqual(['organization.created', 'organization.updated'])
})

test('one that is pruned leaves its external id to another, and goes with its keys and clients', async () => {
  await bench.apply({ organizations: { acme: { external_id: 'one' } } })
  const { id } = await find('acme')
  const key = await addApiKey(bench, { organizationId: id })
  await addClient(bench, {}, { organization_id: id })
  const plan = await bench.apply({ organizations: { bolt: { external_id: 'one' } } }, prune)
  expect(plan.changes).toMatchObject([
    { action: 'create', name: 'bolt' },
    { action: 'delete', name: 'acme', notes: ['with an API key and a client of it'] },
  ])
  expect(await bench.eventsOf(key.id)).toEqual(['api_key.revoked'])
})

test('without --prune, an external id that another one has is a conflict, and nothing is done', async () => {
  await bench.apply({ organizations: { acme: { external_id: 'one' } } })
  expect(await faultsOf(bench.apply({ organizations: { aaa: {}, bolt: { external_id: 'one' } } }))).toEqual([
    409,
    '/document/organizations/bolt/external_id',
  ])
  expect(await bench.db.organization.count({ where: { slug: 'aaa' } })).toBe(0)
})

test('one that the platform made is adopted by its external id, which only the platform sets', async () => {
  const id = await addOrganization(bench, { name: 'Acme Inc.', externalId: 'cus_42' })
  const plan = await bench.apply({ organizations: { acme: { external_id: 'cus_42' } } })
  expect(plan.changes).toMatchObject([
    {
      action: 'adopt',
      about: id,
      fields: [
        { field: 'slug', to: 'acme' },
        { field: 'name', to: 'Acme' },
      ],
    },
  ])
  expect((await find('acme')).id).toBe(id)
})

test('one that is called so is not: what a customer calls itself must not make it another one', async () => {
  const id = await addOrganization(bench, { name: 'Acme' })
  const { changes } = await bench.apply({ organizations: { acme: { tier: 'enterprise' } } })
  expect(changes).toMatchObject([{ action: 'create', notes: [expect.stringContaining(id)] }])
  expect((await find('acme')).id).not.toBe(id)
})

test('--prune deletes what a file has named before, and neither people’s own nor the platform’s', async () => {
  const platform = await addOrganization(bench, { slug: 'platform' })
  await addServiceAccount(bench, platform, { administrator: true })
  await addOrganization(bench, { name: 'Nobody’s file' })
  await addPerson(bench)
  await bench.apply({ organizations: { acme: {}, bolt: {} } })
  const before = await bench.db.organization.count()
  const { changes, kept } = await bench.apply({ organizations: { bolt: {} } }, prune)
  expect(changes.map(({ action, name }) => `${action} ${name}`)).toEqual(['delete acme'])
  expect(kept).toEqual([{ kind: 'organization', name: 'platform', why: 'it is the platform’s own' }])
  expect(await bench.db.organization.count()).toBe(before - 1)
})

test('an unknown tier is told where it stands', async () => {
  expect(await faultsOf(bench.apply({ organizations: { acme: { tier: 'gold' }, bolt: { tier: 'tin' } } }))).toEqual([
    400,
    '/document/organizations/acme/tier',
    '/document/organizations/bolt/tier',
  ])
})

test('a proven person becomes an owner at once, whoever they were there, and everybody else is invited once', async () => {
  const [ann, bob] = [await addPerson(bench), await addPerson(bench)]
  await bench.apply({ organizations: { acme: {} } })
  await addMember(bench, (await find('acme')).id, bob.id)
  const owners = [ann.email.toUpperCase(), bob.email, 'eve@acme.example']
  const { changes } = await bench.apply({ organizations: { acme: { owners } } })
  expect(changes).toMatchObject([
    { fields: [{ field: 'owners', from: [], to: [ann.email, bob.email, 'eve@acme.example (invited)'].toSorted() }] },
  ])
  expect((await membersOf('acme')).toSorted()).toEqual([`owner ${ann.email}`, `owner ${bob.email}`].toSorted())
  expect(bench.mails).toEqual(['eve@acme.example'])
  expect((await bench.apply({ organizations: { acme: { owners } } })).changes).toEqual([])
  expect(bench.mails).toEqual(['eve@acme.example'])
})

test('whoever has not proven an address yet is invited, and nobody who is disabled comes in', async () => {
  const [unproven, disabled] = [await addPerson(bench), await addPerson(bench)]
  await bench.db.user.update({ where: { id: unproven.id }, data: { emailVerifiedAt: null } })
  await bench.db.user.update({ where: { id: disabled.id }, data: { disabledAt: new Date() } })
  await bench.apply({ organizations: { acme: { owners: [unproven.email] } } })
  expect([await membersOf('acme'), bench.mails]).toEqual([[], [unproven.email]])
  expect(await faultsOf(bench.apply({ organizations: { acme: { owners: [disabled.email] } } }))).toEqual([
    409,
    '/document/organizations/acme/owners/0',
  ])
})

test('owners who are not listed stay, and with --prune go, invitations among them; without a list nobody is touched', async () => {
  const [ann, bob] = [await addPerson(bench), await addPerson(bench)]
  await bench.apply({ organizations: { acme: { owners: [ann.email, bob.email, 'eve@acme.example'] } } })
  expect((await bench.apply({ organizations: { acme: {} } }, prune)).changes).toEqual([])
  expect(keptOf(await bench.apply({ organizations: { acme: { owners: [ann.email] } } }))).toEqual([
    `owner ${bob.email} of acme`,
    'invitation eve@acme.example as an owner of acme',
  ])
  expect(changesOf(await bench.apply({ organizations: { acme: { owners: [ann.email] } } }, prune))).toEqual([
    'update organization acme',
  ])
  expect(await membersOf('acme')).toEqual([`owner ${ann.email}`])
  expect(await bench.db.link.count({ where: { consumedAt: null } })).toBe(0)
})

test('the last owner stays while there are members', async () => {
  const [ann, bob] = [await addPerson(bench), await addPerson(bench)]
  await bench.apply({ organizations: { acme: { owners: [ann.email] } } })
  await addMember(bench, (await find('acme')).id, bob.id)
  const { kept } = await bench.apply({ organizations: { acme: { owners: [] } } }, prune)
  expect(kept).toMatchObject([{ kind: 'owner', why: expect.stringContaining('the last one stays') }])
  expect(await membersOf('acme')).toContain(`owner ${ann.email}`)
})

test('an invitation to a mailbox that had many lately waits, and the rest of the file does not', async () => {
  const names = ['a', 'b', 'c', 'd', 'e']
  const entries = names.map((name) => [name, { owners: ['eve@acme.example'] }] as const)
  const first = await bench.apply({ organizations: Object.fromEntries(entries) })
  expect(first.kept).toMatchObject([
    { name: expect.stringContaining('(not sent)'), why: expect.stringContaining('apply again') },
  ])
  expect([bench.mails.length, await bench.db.organization.count({ where: { slug: { in: names } } })]).toEqual([4, 5])
  bench.clock.advance(3600)
  await bench.apply({ organizations: Object.fromEntries(entries) })
  expect(bench.mails).toHaveLength(5)
})

test('service accounts are made, changed and, with --prune, ended; those with keys stay, disabled, and are not told again', async () => {
  await bench.apply({ organizations: { acme: { service_accounts: { ci: {}, bot: { description: 'Posts' } } } } })
  const { id: organizationId } = await find('acme')
  const bot = await bench.db.serviceAccount.findFirstOrThrow({ where: { organizationId, name: 'bot' } })
  await addApiKey(bench, { organizationId, serviceAccountId: bot.id })
  const fewer = { organizations: { acme: { service_accounts: { ci: { description: 'Builds' } } } } }
  expect(keptOf(await bench.apply(fewer))).toEqual(['service account acme/bot'])
  const ended = ['delete service account acme/bot']
  expect(changesOf(await bench.apply(fewer, prune))).toEqual(ended)
  expect(changesOf(await bench.apply(fewer, prune))).toEqual([])
  expect((await bench.db.serviceAccount.findUniqueOrThrow({ where: { id: bot.id } })).disabledAt).not.toBeNull()
})

test('a disabled service account stays so unless it is said, and an administrator’s is managed on the host', async () => {
  await bench.apply({ organizations: { acme: { service_accounts: { ci: {} } } } })
  const { id } = await find('acme')
  await bench.db.serviceAccount.updateMany({ data: { disabledAt: new Date() } })
  expect(changesOf(await bench.apply({ organizations: { acme: { service_accounts: { ci: {} } } } }))).toEqual([])
  const enabled = await bench.apply({ organizations: { acme: { service_accounts: { ci: { disabled: false } } } } })
  expect(enabled.changes).toMatchObject([{ fields: [{ field: 'disabled', from: true, to: false }] }])
  await addServiceAccount(bench, id, { name: 'root', administrator: true })
  expect(await faultsOf(bench.apply({ organizations: { acme: { service_accounts: { root: {} } } } }))).toEqual([
    409,
    '/document/organizations/acme/service_accounts/root',
  ])
  const { document } = await bench.export()
  expect(document['organizations']).toEqual({ acme: { service_accounts: { ci: {} } } })
})

test('a person’s own organization is nobody’s customer', async () => {
  const { id: personalUserId } = await addPerson(bench)
  await bench.db.organization.update({ where: { personalUserId }, data: { externalId: 'cus_1' } })
  expect(await faultsOf(bench.apply({ organizations: { acme: { external_id: 'cus_1' } } }))).toEqual([
    409,
    '/document/organizations/acme/external_id',
  ])
  expect((await bench.export()).document['organizations']).toEqual({})
})

test('an export says how many organizations no file could name', async () => {
  await bench.db.organization.create({ data: { id: newId('org'), name: 'Acme' } })
  expect((await bench.export()).notes).toEqual([
    'not in here, since without a slug no file knows them: 1 of the organizations',
  ])
})
