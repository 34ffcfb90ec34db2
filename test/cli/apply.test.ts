import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { parse } from 'yaml'
import { openRemoteBench, type RemoteBench } from './remote-bench.ts'

let remote: RemoteBench
let file = ''
beforeAll(async () => {
  remote = await openRemoteBench()
  file = join(remote.bench.folder, 'platform.yaml')
})
afterAll(() => remote[Symbol.asyncDispose]())
beforeEach(async () => {
  await remote.server.db.client.deleteMany({ where: { slug: { not: null } } })
  await remote.server.db.organization.deleteMany({ where: { slug: { not: null } } })
  await remote.server.db.resource.deleteMany()
})

const apply = (...args: string[]) => remote.run('host', ['apply', ...args])
const applied = (text: string, ...args: string[]) => remote.run('host', ['apply', '-', ...args], text)
/** What differs from one time to the next. */
const masked = (text: string) => text.replaceAll(/\b(cli|org)_[0-9a-z]{26}\b/g, '$1_…')

const yaml = (lifetime: number, scopes: string) => `version: 1
resources:
  reports:
    identifier: https://api.example.com/reports
    access_token: { lifetime: ${lifetime} }
    scopes: { ${scopes} }
`
const read = 'reports:read: { title: See your reports }'
const write = 'reports:write: { title: Change your reports }'

const platform = `version: 1
tiers:
  free:       { hour: 1000, burst: { size: 100 } }
  enterprise: { hour: unlimited, burst: { size: 5000, refill_per_second: 500 } }
resources:
  reports:
    identifier: https://api.platform.com/reports
    scopes:
      reports:read:  { title: See your reports }
      reports:write: { title: Change your reports, optional: true, grantable_by: org_admin }
    routes:
      - { match: "GET /v1/reports/**", scopes: [reports:read] }
clients:
  dashboard: { redirect_uris: [https://app.acme.com/callback], resources: [reports], secret: { from_env: DASHBOARD_SECRET } }
  robot: { grant_types: [client_credentials], scopes: [reports:read], organization: acme }
organizations:
  acme: { external_id: cus_42, tier: enterprise, owners: [ann@acme.com] }
`
const secret = 'dashboard-0123456789-abcdefghijklmnopqrstuvwxyz'

test('makes what a file says, tells it line by line, and has nothing to do the second time', async () => {
  await writeFile(file, platform)
  process.env['DASHBOARD_SECRET'] = secret
  const first = await apply(file)
  expect([first.status, first.stderr, masked(first.stdout)]).toEqual([
    0,
    '',
    `+ resource reports (https://api.platform.com/reports)
+ scope reports:read (See your reports)
+ scope reports:write (Change your reports)
+ check routes reports (1 route)
+ organization acme (cus_42)
    owners:
      + "ann@acme.com (invited)"
+ client dashboard (cli_…)
    (secret set)
+ client robot (cli_…)
    has no secret yet: keygrant clients rotate-secret cli_…
  tier pro is not in the file and stays (--prune deletes it)
Done: 7 created, 0 updated, 0 deleted.
`,
  ])
  const second = await apply(file)
  expect([second.status, second.stdout.split('\n').at(-2)]).toEqual([0, 'Nothing to change.'])
  process.env['DASHBOARD_SECRET'] = `${secret}-2`
  const third = await apply(file, '--dry-run')
  expect([third.status, third.stdout]).toEqual([
    2,
    expect.stringContaining('~ client dashboard\n    (secret changed)\n'),
  ])
  delete process.env['DASHBOARD_SECRET']
  for (const { stdout } of [first, second, third]) expect(stdout).not.toContain(secret)
})

test('does the same from elsewhere, where the file has no settings', async () => {
  await writeFile(file, platform.replace(/, secret: .*}/, ' }').replace(', owners: [ann@acme.com]', ''))
  const away = await remote.run('remote', ['apply', file])
  expect([away.status, away.stderr]).toEqual([0, ''])
  expect((await remote.run('host', ['apply', file, '--dry-run'])).status).toBe(0)
  const set = await remote.run('remote', ['apply', '-'], 'version: 1\nsettings: { platform_name: ACME }\n')
  expect([set.status, set.stderr]).toEqual([3, expect.stringContaining('run keygrant apply there')])
  const here = await remote.run('host', ['apply', '-', '--dry-run'], 'version: 1\nsettings: { platform_name: ACME }\n')
  expect([here.status, here.stdout]).toEqual([
    2,
    '~ setting platform_name\n    value: "Keygrant" -> "ACME"\nWould be: 0 created, 1 updated, 0 deleted.\n',
  ])
})

test('as a dry run ends with 2 where something would change, changes nothing, and with 0 where nothing would', async () => {
  const count = () => remote.server.db.resource.count({ where: { name: 'reports' } })
  expect([(await applied(yaml(900, read), '--dry-run')).status, await count()]).toEqual([2, 0])
  await applied(yaml(900, read))
  expect((await applied(yaml(900, read), '--dry-run')).status).toBe(0)
  const { status, stdout } = await applied(yaml(600, read), '--dry-run')
  expect([status, stdout]).toEqual([
    2,
    expect.stringMatching(
      /^~ resource reports\n {4}access_token.lifetime: 900 -> 600\n[^]*Would be: 0 created, 1 updated, 0 deleted.\n$/,
    ),
  ])
})

test('says what is not in the file and stays, and deletes it with --prune', async () => {
  await applied(yaml(900, `${read}, ${write}`))
  const kept = await applied(yaml(900, read), '--dry-run')
  expect([kept.status, kept.stdout]).toEqual([
    0,
    expect.stringContaining('  scope reports:write is not in the file and stays (--prune deletes it)\n'),
  ])
  const pruned = await applied(yaml(900, read), '--prune')
  expect(pruned.stdout).toContain('- scope reports:write (Change your reports)')
})

test('prints the changes as JSON', async () => {
  await applied(yaml(900, read))
  const { status, stdout } = await applied(yaml(600, `${read}, ${write}`), '--dry-run', '--json')
  expect([status, JSON.parse(stdout)]).toMatchObject([
    2,
    {
      dry_run: true,
      changed: true,
      changes: [
        {
          action: 'update',
          kind: 'resource',
          name: 'reports',
          fields: [{ field: 'access_token.lifetime', from: 900, to: 600 }],
        },
        { action: 'create', kind: 'scope', name: 'reports:write', about: 'Change your reports' },
      ],
    },
  ])
})

test('tells each fault of a file with its line, and changes nothing', async () => {
  const text = yaml(1, 'openid: { title: X }')
  await writeFile(
    file,
    `${text}clients:\n  web: { redirect_uris: [\n    https://app.example.com/cb,\n    http://app.example.com/cb ] }\n`,
  )
  const { status, stdout, stderr } = await apply(file)
  expect([status, stdout, stderr.replaceAll(file, 'FILE').trim().split('\n')]).toEqual([
    1,
    '',
    [
      'FILE:5: resources.reports.access_token.lifetime: must be a whole number of seconds from 60 to 86400',
      'FILE:6: resources.reports.scopes.openid: is a scope of OpenID Connect',
      'FILE:10: clients.web.redirect_uris.1: must be https: http is for localhost, 127.0.0.1 and [::1] only',
    ],
  ])
  expect(await remote.server.db.resource.count({ where: { name: 'reports' } })).toBe(0)
})

test('tells what contradicts the server with its line, too', async () => {
  await applied(yaml(900, read))
  const { status, stderr } = await applied(yaml(900, read).replace('reports:\n', 'other:\n'))
  expect([status, stderr.trim().split('\n')]).toEqual([
    1,
    [
      '-:4: resources.other.identifier: is the identifier of reports: name that resource in the file, too, or delete it with --prune',
      '-:6: resources.other.scopes.reports:read: is a scope of reports: name that resource in the file, too, or delete it with --prune',
    ],
  ])
})

test('takes secrets from files beside it, and tells what it can’t have', async () => {
  await mkdir(join(remote.bench.folder, 'secrets'), { recursive: true })
  await writeFile(join(remote.bench.folder, 'secrets', 'dashboard'), `${secret}\n`)
  const client = (reference: string) => `version: 1
organizations:
  # What is kept beside an object is no secret of ours.
  acme: { metadata: { secret: { from_env: HOME } } }
clients:
  secret:
    redirect_uris: [https://app.example.com/callback]
    secret: ${reference}
`
  await writeFile(file, client('{ from_file: secrets/dashboard }'))
  const { status, stdout } = await apply(file)
  expect([status, stdout]).toEqual([0, expect.stringContaining('(secret set)')])
  const digest = remote.server.secrets.digest('client_secret', secret)
  expect(await remote.server.db.clientSecret.count({ where: { digest } })).toBe(1)
  const acme = await remote.server.db.organization.findUniqueOrThrow({ where: { slug: 'acme' } })
  expect(acme.metadata).toEqual({ secret: { from_env: 'HOME' } })

  const faults = [
    [
      '{ from_env: NO_SUCH_VARIABLE }',
      '8: clients.secret.secret.from_env: the variable NO_SUCH_VARIABLE is not set, or empty',
    ],
    ['{ from_file: none }', "8: clients.secret.secret.from_file: none can't be read (ENOENT)"],
    [
      secret,
      '8: clients.secret.secret: is not written into the file: say where it is, { from_env: NAME } or { from_file: PATH }',
    ],
  ] as const
  for (const [reference, fault] of faults) {
    const refused = await applied(client(reference))
    expect([refused.status, refused.stderr]).toEqual([1, `-:${fault}\n`])
  }
})

test('says that there is no such file', async () => {
  const { status, stderr } = await apply(join(remote.bench.folder, 'none.yaml'))
  expect([status, stderr]).toEqual([64, expect.stringContaining('There is no file')])
})

test('leaves alone what a file does not speak of, also with --prune', async () => {
  await applied(yaml(900, read))
  const { status, stdout } = await applied('version: 1', '--prune')
  expect([status, stdout, await remote.server.db.resource.count({ where: { name: 'reports' } })]).toEqual([
    0,
    'Nothing to change.\n',
    1,
  ])
})

test('exports what it takes back without a change, and says what is not in it', async () => {
  await writeFile(file, platform.replace('from_env: DASHBOARD_SECRET', 'from_file: secrets/dashboard'))
  await apply(file)
  const exported = await remote.run('host', ['export'])
  expect(exported.status).toBe(0)
  expect(exported.stdout.split('\n')).toEqual(
    expect.arrayContaining([
      `# yaml-language-server: $schema=${remote.server.url}/docs/apply.schema.json`,
      '# the secret of the client dashboard is not in here: see its field secret',
    ]),
  )
  expect(exported.stderr).toContain('secret of the client dashboard')
  expect(parse(exported.stdout)).toMatchObject({ organizations: parse(platform).organizations })
  await writeFile(file, exported.stdout)
  expect(await apply(file, '--prune')).toMatchObject({ status: 0, stdout: 'Nothing to change.\n' })
  const [, schemaUrl = ''] = /\$schema=(\S+)/.exec(exported.stdout) ?? []
  const schema = (await (await fetch(schemaUrl)).json()) as object
  const ajv = new Ajv2020({ strictTypes: false })
  formats.default(ajv)
  expect(ajv.validate(schema, parse(exported.stdout))).toBe(true)
  const away = await remote.run('remote', ['export', '--json'])
  const { settings: _, ...rest } = parse(exported.stdout)
  expect([JSON.parse(away.stdout), away.stderr]).toEqual([rest, expect.stringContaining('may not read them: settings')])
})
