import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addApiKey } from '../support/api.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { openCommandBench, type CommandBench } from './command.ts'

let bench: CommandBench
beforeAll(async () => {
  bench = await openCommandBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

interface Document {
  id: string
  [field: string]: unknown
}

const create = (name: string, ...flags: string[]) =>
  bench.json<Document>(['organizations', 'create', '--name', name, ...flags])
const person = (email: string) =>
  bench.json<Document>(['users', 'create', email], { stdin: 'seven lanterns under a quiet harbour' })
const account = (organizationId: string, name: string, ...flags: string[]) =>
  bench.json<Document>(['service-accounts', 'create', organizationId, '--name', name, ...flags])
const key = (organizationId: string, owner: { userId?: string; serviceAccountId?: string }) =>
  addApiKey({ ...bench, clock: systemClock }, { organizationId, ...owner })
const isRevoked = async (id: string) =>
  (await bench.db.apiKey.findUniqueOrThrow({ where: { id } })).revokedAt instanceof Date

describe('organizations', () => {
  test('create makes one with what the platform knows it by', async () => {
    const made = await create('Acme', '--external-id', 'acme-1', '--tier', 'pro', '--metadata', '{"plan":7}')
    expect(made).toMatchObject({
      name: 'Acme',
      external_id: 'acme-1',
      tier: 'pro',
      personal: false,
      metadata: { plan: 7 },
    })
    expect(await bench.json(['organizations', 'show', made.id])).toEqual(made)
    const [event] = await bench.db.auditEvent.findMany({ where: { targetId: made.id } })
    expect(event).toMatchObject({ type: 'organization.created', actorKind: 'cli' })
  })

  test.for([
    [['--external-id', 'taken'], 1, expect.stringContaining('Another organization has this external_id.')],
    [['--tier', 'gold'], 1, 'The input has faults:\n  --tier: is not a tier: see /v1/tiers\n'],
    [['--tier', 'GOLD!'], 1, expect.stringContaining('  --tier: must be')],
    [['--metadata', '{'], 64, expect.stringContaining("option '--metadata <json>' argument '{' is invalid")],
    [['--metadata', '[]'], 1, expect.stringContaining('  --metadata: ')],
  ] as const)('create says what is wrong with %j', async ([flags, exit, text]) => {
    await bench.run(['organizations', 'create', '--name', 'First', '--external-id', 'taken'])
    const { status, stderr } = await bench.run(['organizations', 'create', '--name', 'Second', ...flags])
    expect([status, stderr]).toEqual([exit, text])
  })

  test('update changes what is named, and leaves the rest', async () => {
    const { id } = await create('Old', '--external-id', 'old-1')
    const update = (...flags: string[]) => bench.json<Document>(['organizations', 'update', id, ...flags])
    expect(await update('--name', 'New', '--tier', 'pro')).toMatchObject({
      name: 'New',
      tier: 'pro',
      external_id: 'old-1',
    })
    expect(await update('--no-external-id')).toMatchObject({ name: 'New', external_id: null })
    expect((await bench.run(['organizations', 'update', id])).status).toBe(64)
  })

  test('list filters, and shows people a table', async () => {
    const { id } = await create('Zenith', '--external-id', 'zenith-1')
    await create('Zephyr')
    const list = async (...flags: string[]) => {
      const { data } = await bench.json<{ data: Document[] }>(['organizations', 'list', ...flags])
      return data.map(({ name }) => name)
    }
    expect(await list('--name', 'ze')).toEqual(['Zephyr', 'Zenith'])
    expect(await list('--external-id', 'zenith-1')).toEqual(['Zenith'])
    expect(await list('--limit', '1')).toEqual(['Zephyr'])
    expect((await bench.run(['organizations', 'list', '--name', 'Zeni'])).stdout).toMatch(
      new RegExp(`^ID +NAME +EXTERNAL ID +TIER +KIND +CREATED\n${id} +Zenith +zenith-1 +free +- +\\d{4}-`),
    )
  })

  test('delete ends one, but no person’s own', async () => {
    const { id } = await create('Gone')
    expect(await bench.json(['organizations', 'delete', id])).toEqual({ id, done: true })
    const { id: personalUserId } = await person('own@example.com')
    const own = await bench.db.organization.findUniqueOrThrow({ where: { personalUserId } })
    const { status, stderr } = await bench.run(['organizations', 'delete', own.id])
    expect([status, stderr]).toEqual([1, "A person's own organization goes with the person only.\n"])
  })

  test.for([['show'], ['delete'], ['update', '--name', 'x']])(
    '%s says that there is none',
    async ([verb = '', ...rest]) => {
      const { status, stderr } = await bench.run(['organizations', verb, 'org_x', ...rest])
      expect([status, stderr]).toEqual([1, 'There is no organization org_x. See: keygrant organizations list\n'])
    },
  )
})

describe('members', () => {
  test('are added, listed, given a role, and removed with their keys', async () => {
    const { id } = await create('Acme')
    const ann = await person('ann@example.com')
    await person('bob@example.com')
    const members = (...words: string[]) => bench.json<Document>(['members', ...words])
    expect(await members('add', id, 'ANN@example.com', '--role', 'owner')).toMatchObject({
      user_id: ann.id,
      role: 'owner',
    })
    expect(await members('add', id, 'bob@example.com')).toMatchObject({ role: 'member' })
    expect(await members('role', id, 'bob@example.com', 'owner')).toMatchObject({ role: 'owner' })
    const { data } = await bench.json<{ data: Document[] }>(['members', 'list', id])
    expect(data.map(({ email }) => email)).toEqual(['bob@example.com', 'ann@example.com'])
    const mine = await key(id, { userId: ann.id })
    expect(await members('remove', id, 'ann@example.com')).toMatchObject({ user_id: 'ann@example.com', done: true })
    expect(await isRevoked(mine.id)).toBe(true)
    const last = await bench.run(['members', 'role', id, 'bob@example.com', 'member'])
    expect([last.status, last.stderr]).toEqual([1, expect.stringContaining('keeps an owner')])
  })

  test('are people with an account, once', async () => {
    const { id } = await create('Acme')
    await person('cyd@example.com')
    await bench.json(['members', 'add', id, 'cyd@example.com'])
    const refused = async (...words: string[]) => {
      const { status, stderr } = await bench.run(['members', ...words])
      return [status, stderr]
    }
    expect(await refused('add', id, 'cyd@example.com')).toEqual([1, expect.stringContaining('is a member already')])
    expect(await refused('add', id, 'no@example.com')).toEqual([1, expect.stringContaining('Nobody has the address')])
    const unknown = [1, 'There is no organization org_x. See: keygrant organizations list\n']
    expect(await refused('add', 'org_x', 'cyd@example.com')).toEqual(unknown)
    expect(await refused('list', 'org_x')).toEqual(unknown)
    expect((await bench.run(['members', 'role', id, 'cyd@example.com', 'king'])).status).toBe(64)
  })
})

describe('service-accounts', () => {
  test('create makes an administrator’s only where it is asked to', async () => {
    const { id } = await create('Platform')
    expect(await account(id, 'Robot')).toMatchObject({ administrator: false, disabled: false })
    expect(await account(id, 'Gateway', '--administrator')).toMatchObject({ administrator: true })
    const { status, stderr } = await bench.run(['service-accounts', 'create', id, '--name', 'Robot'])
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining('The organization has a service account of this name.'),
    ])
    expect((await bench.run(['service-accounts', 'list', id])).stdout).toMatch(/Gateway +administrator/)
  })

  test('disable stops one, and enable lets it work again', async () => {
    const { id } = await create('Acme')
    const robot = await account(id, 'Robot')
    const change = (verb: string) => bench.json(['service-accounts', verb, id, robot.id])
    expect(await change('disable')).toMatchObject({ disabled: true })
    expect(await change('enable')).toMatchObject({ disabled: false })
  })

  test('delete revokes the keys, and keeps the one that they name', async () => {
    const { id } = await create('Acme')
    const [used, unused] = [await account(id, 'Used'), await account(id, 'Unused')]
    const its = await key(id, { serviceAccountId: used.id })
    const remove = (which: Document) => bench.json(['service-accounts', 'delete', id, which.id])
    await remove(used)
    expect(await isRevoked(its.id)).toBe(true)
    await remove(unused)
    const { data } = await bench.json<{ data: Document[] }>(['service-accounts', 'list', id])
    expect(data).toMatchObject([{ id: used.id, disabled: true }])
  })

  test.for([['disable'], ['enable'], ['delete']])('%s says that there is none', async ([verb = '']) => {
    const [{ id }, other] = [await create('Acme'), await create('Other')]
    const theirs = await account(other.id, 'Robot')
    const { status, stderr } = await bench.run(['service-accounts', verb, id, theirs.id])
    expect([status, stderr]).toEqual([
      1,
      `${id} isn't there, or has no service account ${theirs.id}. See: keygrant service-accounts list ${id}\n`,
    ])
  })
})
