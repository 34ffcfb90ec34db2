import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findClient } from '../../src/clients/store.ts'
import { verifySecret } from '../../src/clients/verify-secret.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { openCommandBench, type CommandBench } from './command.ts'

let bench: CommandBench
beforeAll(async () => {
  bench = await openCommandBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

interface ClientDocument {
  client_id: string
  secret?: string | null
  [field: string]: unknown
}

const metadata = { client_name: 'Dashboard', redirect_uris: ['https://app.example.com/callback'] }
const create = (input: object = metadata, ...flags: string[]) =>
  bench.json<ClientDocument>(['clients', 'create', ...flags], { stdin: JSON.stringify(input) })

async function accepts(clientId: string, secret: string | null | undefined): Promise<boolean> {
  const client = await findClient(bench.db, clientId)
  return client !== null && verifySecret(client, secret ?? '', { secrets: bench.secrets, clock: systemClock })
}

describe('clients create', () => {
  test('registers what comes as JSON on stdin, and prints client_id and a secret that is accepted', async () => {
    const document = await create({ ...metadata, contacts: ['dev@example.com'] })
    expect(document).toMatchObject({ ...metadata, contacts: ['dev@example.com'] })
    expect(await accepts(document.client_id, document.secret)).toBe(true)
  })

  test('registers what the flags say', async () => {
    const document = await bench.json<ClientDocument>([
      'clients',
      'create',
      '--name',
      'Robot',
      '--grant-type',
      'client_credentials',
      '--auth-method',
      'client_secret_post',
    ])
    expect(document).toMatchObject({
      client_name: 'Robot',
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'client_secret_post',
    })
  })

  test('gives a public client no secret', async () => {
    const args = [
      'clients',
      'create',
      '--public',
      '--redirect-uri',
      'http://localhost/a',
      '--redirect-uri',
      'http://127.0.0.1/b',
    ]
    const document = await bench.json<ClientDocument>(args)
    expect(document).toMatchObject({
      application_type: 'native',
      redirect_uris: ['http://localhost/a', 'http://127.0.0.1/b'],
    })
    expect(document.secret).toBeNull()
  })

  test("sets an administrator's attributes by flags only", async () => {
    expect(await create(metadata, '--verified', '--pkce-exempt')).toMatchObject({ verified: true, pkce_exempt: true })
    const limits = ['--limit-per', 'client_and_subject', '--grantable-scope', 'keys:read', '--grantable-scope', '*']
    expect(await create(metadata, '--tier', 'pro', ...limits)).toMatchObject({
      tier: 'pro',
      limit_per: 'client_and_subject',
      grantable_scopes: ['keys:read', '*'],
    })
    const refused = await bench.run(['clients', 'create'], { stdin: JSON.stringify({ ...metadata, verified: true }) })
    expect([refused.status, refused.stderr]).toEqual([
      1,
      expect.stringContaining('verified is not taken from stdin: only --verified sets it'),
    ])
  })

  test('names every fault, one a line, and registers nothing', async () => {
    const before = await bench.db.client.count()
    const stdin = JSON.stringify({ redirect_uris: ['http://app.example.com'], logo: 'x' })
    const { status, stdout, stderr } = await bench.run(['clients', 'create', '--json'], { stdin })
    expect([status, stdout, stderr.trim().split('\n')]).toEqual([
      1,
      '',
      [
        'The input has faults:',
        expect.stringMatching(/^ {2}redirect_uris\.0: must be https/),
        '  logo: is not a field of this object',
      ],
    ])
    expect(await bench.db.client.count()).toBe(before)
  })

  test.for([
    ['an organization', ['--organization', 'org_x']],
    ['a resource', ['--introspects', 'https://api.example.com/x']],
    ['a tier', ['--tier', 'x']],
    ['a scope', ['--grantable-scope', 'x:read']],
  ] as const)('refuses %s that is not there', async ([, flags]) => {
    const { status, stderr } = await bench.run(['clients', 'create', ...flags], { stdin: JSON.stringify(metadata) })
    expect([status, stderr]).toEqual([1, expect.stringContaining('there is no')])
  })

  test('refuses a scope that no resource has', async () => {
    const stdin = JSON.stringify({ ...metadata, scope: 'openid reports:read' })
    const { status, stderr } = await bench.run(['clients', 'create'], { stdin })
    expect([status, stderr]).toEqual([1, expect.stringContaining('scope: there is no scope reports:read')])
  })

  test.for(['', '{', 'client_name: Dashboard'])('says that stdin is not what it should be: %j', async (stdin) => {
    expect((await bench.run(['clients', 'create'], { stdin })).status).toBe(1)
  })

  test('tells a person that the secret is shown once', async () => {
    const { stdout } = await bench.run(['clients', 'create'], { stdin: JSON.stringify(metadata) })
    expect(stdout).toMatch(
      /^name +Dashboard\nclient_id +cli_\w+\nclient_secret +kgcs_[\w-]{43}\n\nThe secret is shown this once only\.\n$/,
    )
  })
})

describe('clients rotate-secret', () => {
  test('prints a new secret, and leaves the old one its grace', async () => {
    const { client_id, secret: old } = await create()
    const rotated = await bench.json<ClientDocument>(['clients', 'rotate-secret', client_id])
    expect([await accepts(client_id, old), await accepts(client_id, rotated.secret)]).toEqual([true, true])
    const { stdout } = await bench.run(['clients', 'rotate-secret', client_id, '--grace', '0'])
    expect(stdout).toMatch(
      /\nclient_secret +kgcs_[\w-]{43}\n\nThe secret is shown this once only\. The old one works no more\.\n$/,
    )
    expect(await accepts(client_id, rotated.secret)).toBe(false)
  })

  test.for([
    ['-1', 1],
    ['1.5', 1],
    ['day', 64],
    ['604801', 1],
  ] as const)('refuses a grace of %s', async ([grace, exit]) => {
    expect((await bench.run(['clients', 'rotate-secret', 'cli_x', '--grace', grace])).status).toBe(exit)
  })
})

describe('clients disable', () => {
  test('stops a client, and enable lets it work again', async () => {
    const { client_id } = await create()
    expect(await bench.json(['clients', 'disable', client_id])).toMatchObject({ client_id, disabled: true })
    expect((await findClient(bench.db, client_id))?.disabledAt).toBeInstanceOf(Date)
    expect(await bench.json(['clients', 'enable', client_id])).toMatchObject({ client_id, disabled: false })
  })
})

test.for([['rotate-secret'], ['disable'], ['enable']])(
  'clients %s says that there is no such client',
  async ([verb = '']) => {
    const { status, stderr } = await bench.run(['clients', verb, 'cli_x'])
    expect([status, stderr]).toEqual([1, 'There is no client cli_x. See: keygrant clients list\n'])
  },
)

test('clients list shows every client and no secret', async () => {
  const { client_id, secret } = await create()
  const { stdout } = await bench.run(['clients', 'list', '--json'])
  const { data } = JSON.parse(stdout) as { data: ClientDocument[] }
  expect(data).toHaveLength(await bench.db.client.count())
  expect(data[0]?.client_id).toBe(client_id)
  expect(stdout).not.toContain(secret)
})

test('clients list can not be made to command a terminal', async () => {
  const { client_id } = await create()
  await bench.db.client.update({ where: { id: client_id }, data: { name: 'x\u001b[2Jy' } })
  expect((await bench.run(['clients', 'list'])).stdout).toContain('x\ufffd[2Jy')
})
