import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parseApiKey } from '../../src/api-keys/format.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { addOrganization, addResource, addServiceAccount } from '../support/api.ts'
import { addPerson } from '../support/server.ts'
import { openCommandBench, type CommandBench } from './command.ts'

let bench: CommandBench
let organization: string
beforeAll(async () => {
  bench = await openCommandBench()
  await addResource({ ...bench, clock: systemClock }, 'reports', {
    'reports:read': 'anyone',
    'reports:purge': 'administrator',
  })
})
beforeEach(async () => {
  organization = await addOrganization({ ...bench, clock: systemClock })
})
afterAll(() => bench[Symbol.asyncDispose]())

interface KeyDocument {
  id: string
  secret: string
  scopes: string[]
  secrets: { hint: string }[]
  [field: string]: unknown
}

const create = (...flags: string[]) =>
  bench.json<KeyDocument>(['keys', 'create', '--name', 'Export', '--organization', organization, ...flags])

describe('keys create', () => {
  test('issues a key that acts for the organization, and prints it once', async () => {
    const key = await create('--scope', 'reports:read', '--scope', 'keys:read', '--allow-ip', '10.1.2.3/8')
    expect(parseApiKey(key.secret)).toEqual({ environment: 'live' })
    expect(key).toMatchObject({
      name: 'Export',
      organization_id: organization,
      scopes: ['reports:read', 'keys:read'],
      allowed_ips: ['10.0.0.0/8'],
      status: 'active',
    })
    const row = await bench.db.apiKeySecret.findFirstOrThrow({ where: { apiKeyId: key.id } })
    expect(Buffer.from(row.digest)).toEqual(bench.secrets.digest('api_key', key.secret))
    const { stdout } = await bench.run(['keys', 'show', key.id, '--json'])
    expect(stdout).not.toContain(key.secret)
  })

  test('sets what only an administrator sets', async () => {
    const key = await create(
      '--tier',
      'pro',
      '--limits',
      '{"hour":5}',
      '--grantable-scope',
      '*',
      '--external-id',
      'acme',
    )
    expect(key).toMatchObject({ tier: 'pro', limits: { hour: 5 }, grantable_scopes: ['*'], external_id: 'acme' })
  })

  test('issues for a person, in their own organization unless another is named', async () => {
    const person = await addPerson({ ...bench, clock: systemClock })
    const own = await bench.db.organization.findUniqueOrThrow({ where: { personalUserId: person.id } })
    const key = await bench.json<KeyDocument>(['keys', 'create', '--name', 'Mine', '--user', person.id])
    expect(key).toMatchObject({ organization_id: own.id, user_id: person.id })
  })

  test('gives administrators’ scopes to what an administrator of the platform stands behind, and to nothing else', async () => {
    const account = await addServiceAccount({ ...bench, clock: systemClock }, organization, { administrator: true })
    const flags = ['--scope', 'admin:keys:read', '--scope', 'reports:purge']
    expect((await create('--service-account', account, ...flags)).scopes).toEqual(['admin:keys:read', 'reports:purge'])
    const args = ['keys', 'create', '--name', 'x', '--organization', organization, ...flags]
    const { status, stderr } = await bench.run(args)
    expect([status, stderr]).toEqual([1, expect.stringContaining('may not hold admin:keys:read, reports:purge')])
  })

  test('names every fault, one a line', async () => {
    const flags = ['--scope', 'reports:fly', '--resource', 'https://api.example.com/x']
    const { status, stderr } = await bench.run([
      'keys',
      'create',
      '--name',
      'x',
      '--organization',
      organization,
      ...flags,
    ])
    expect([status, stderr.trim().split('\n')]).toEqual([
      1,
      [
        'The input has faults:',
        '  --resource: is the identifier of no resource',
        '  --scope reports:fly: there is no scope reports:fly',
      ],
    ])
  })

  test.for([
    [['--name', 'x', '--limits', '{'], 64, "option '--limits <json>' argument '{' is invalid"],
    [['--name', 'x', '--expires-in', 'long'], 64, 'It is a number.'],
    [[], 64, '--name is missing.'],
    [['--name', 'x'], 1, '--organization: is required'],
  ] as const)('says what is wrong with the command line: %j', async ([flags, exit, fault]) => {
    const { status, stderr } = await bench.run(['keys', 'create', ...flags])
    expect([status, stderr]).toEqual([exit, expect.stringContaining(fault)])
  })

  test('tells a person that the secret is shown once', async () => {
    const { stdout } = await bench.run(['keys', 'create', '--name', 'Export', '--organization', organization])
    expect(stdout).toMatch(
      /^name +Export\nid +key_\w+\nkey +kg_live_\w{36}\nworks until +\S+ \S+\n\nThe secret is shown this once only\.\n$/,
    )
  })
})

describe('keys list and show', () => {
  test('lists newest first, by organization and state', async () => {
    const [first, second] = [await create(), await create()]
    await bench.json(['keys', 'revoke', first.id])
    const list = async (...flags: string[]) => {
      const args = ['keys', 'list', '--organization', organization, ...flags]
      return (await bench.json<{ data: KeyDocument[] }>(args)).data.map(({ id }) => id)
    }
    expect(await list()).toEqual([second.id, first.id])
    expect(await list('--status', 'revoked')).toEqual([first.id])
    expect(await list('--limit', '1')).toEqual([second.id])
  })

  test('shows a person the state and the hints', async () => {
    const key = await create('--scope', 'reports:read')
    const hint = key.secret.slice(-4)
    const shown = await bench.run(['keys', 'show', key.id])
    expect(shown.stdout).toMatch(
      new RegExp(`^state +active$[^]*^scopes +reports:read$[^]*^secrets +…${hint} until `, 'm'),
    )
    const listed = await bench.run(['keys', 'list', '--organization', organization])
    expect(listed.stdout).toMatch(new RegExp(`^${key.id} +Export +${organization} +…${hint} +active`, 'm'))
  })

  test('says that there is no such key', async () => {
    const { status, stderr } = await bench.run(['keys', 'show', 'key_x'])
    expect([status, stderr]).toEqual([1, 'There is no such API key.\n'])
  })
})

describe('keys update', () => {
  test('changes what it names, and takes away by empty text', async () => {
    const { id } = await create('--scope', 'reports:read', '--tier', 'pro', '--allow-ip', '10.0.0.1')
    const update = (...flags: string[]) => bench.json<KeyDocument>(['keys', 'update', id, ...flags])
    expect(await update('--name', 'Other', '--disable')).toMatchObject({
      name: 'Other',
      status: 'disabled',
      tier: 'pro',
    })
    expect(await update('--enable', '--tier', '', '--allow-ip', '', '--scope', '')).toMatchObject({
      status: 'active',
      tier: null,
      allowed_ips: [],
      scopes: [],
    })
  })

  test('takes no contradiction', async () => {
    const { id } = await create()
    expect((await bench.run(['keys', 'update', id, '--disable', '--enable'])).status).toBe(64)
  })
})

describe('keys rotate', () => {
  test('prints a new secret, and leaves the old one its grace', async () => {
    const key = await create()
    const rotated = await bench.json<KeyDocument>(['keys', 'rotate', key.id, '--grace', '60'])
    expect(rotated.id).toBe(key.id)
    expect(rotated.secrets.map(({ hint }) => hint)).toEqual([rotated.secret, key.secret].map((one) => one.slice(-4)))
    const { stdout } = await bench.run(['keys', 'rotate', key.id, '--grace', '0'])
    expect(stdout).toContain('The old one works no more.')
  })

  test('takes no grace above a week', async () => {
    const { id } = await create()
    const { status, stderr } = await bench.run(['keys', 'rotate', id, '--grace', '604801'])
    expect([status, stderr]).toEqual([1, expect.stringContaining('--grace: must be a whole number of seconds')])
  })
})

test('keys revoke ends a key, and may be repeated', async () => {
  const { id } = await create()
  for (const _ of [1, 2]) {
    expect(await bench.json(['keys', 'revoke', id])).toMatchObject({ status: 'revoked', secrets: [] })
  }
  const rows = await bench.db.auditEvent.findMany({ where: { targetId: id, type: 'api_key.revoked' } })
  expect(rows.map(({ actorKind }) => actorKind)).toEqual(['cli'])
})

test('keys generate prints a key for BOOTSTRAP_ADMIN_KEY, another one each time, without a configuration', async () => {
  const given = { environment: { PUBLIC_URL: 'https://id.example.com', DATABASE_URL: '' } }
  const first = await bench.json<{ key: string }>(['keys', 'generate'], given)
  const { stdout } = await bench.run(['keys', 'generate', '--prefix', 'acme'], given)
  expect(parseApiKey(first.key)).toEqual({ environment: 'live' })
  expect(parseApiKey(stdout.trim())).toEqual({ environment: 'live' })
  expect(stdout).toMatch(/^acme_live_/)
})
