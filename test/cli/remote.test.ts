import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nouns } from '../../src/cli/nouns/nouns.ts'
import { addAdministratorKey, addApiKey } from '../support/api.ts'
import { freePort } from '../support/server.ts'
import { spawnCommand, type Outcome } from './command.ts'
import { openRemoteBench, type RemoteBench, type Where } from './remote-bench.ts'
import { scenario, type World } from './remote-scenario.ts'

let remote: RemoteBench
beforeAll(async () => {
  remote = await openRemoteBench()
})
afterAll(() => remote[Symbol.asyncDispose]())

const away = (args: readonly string[], environment: Record<string, string> = {}) =>
  remote.bench.run(args, { environment: { ...remote.environment('remote'), ...environment } })

/** What differs from one time to the next: ids, times, secrets and their hints, and the request's id. */
function masked(text: string): string {
  return text
    .replaceAll(/alpha|gamma/gi, 'world')
    .replaceAll(/\b([a-z]{3})_[0-9a-z]{26}\b/g, '$1_…')
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d\.\d+Z)?/g, '<time>')
    .replaceAll(/(client.id.issued.at\W+)\d{10}\b/g, '$1<time>')
    .replaceAll(/\b(kg_live_|kgcs_|whsec_)[\w+/=-]+/g, '<secret>')
    .replaceAll(/"hint": "[^"]+"/g, '"hint": "…"')
    .replaceAll(/…\S{4} /g, '… ')
    .replaceAll(/\nRequest \S+/g, '')
}

function fieldOf(document: unknown, path: string): string {
  const value = path.split('.').reduce((inner: unknown, part) => (inner as Record<string, unknown>)[part], document)
  return String(value)
}

test(
  'every verb answers alike on the host and from elsewhere, to machines and to people',
  { timeout: 240_000 },
  async () => {
    const worlds: Record<Where, World> = { host: { own: 'alpha' }, remote: { own: 'gamma' } }
    for (const world of Object.values(worlds)) {
      world['email'] = `${world['own']}@example.com`
      const made = await remote.run('host', ['users', 'create', world['email']], 'seven lanterns under a quiet harbour')
      expect(made).toMatchObject({ status: 0, stderr: '' })
    }
    await using host = await remote.openHost()
    const differing: unknown[] = []
    const refused: string[] = []
    for (const [index, { args, keep, stdin }] of scenario.entries()) {
      const said: Outcome[] = []
      // One after the other: both read the environment of this process.
      for (const where of ['host', 'remote'] as const) {
        const world = worlds[where]
        // Half of them as machines see them, unless something is to be remembered.
        const json = keep || index % 2 === 0 ? ['--json'] : []
        const outcome = await remote.run(
          where,
          [...args(world), ...json],
          stdin?.(world),
          where === 'host' ? host : undefined,
        )
        if (keep && outcome.status === 0) world[keep[0]] = fieldOf(JSON.parse(outcome.stdout), keep[1])
        said.push({
          ...outcome,
          stdout: masked(outcome.stdout),
          stderr: masked(outcome.stderr),
        })
      }
      const [here, elsewhere] = said
      if (here?.status !== 0) refused.push(args(worlds.host).slice(0, 3).join(' '))
      if (JSON.stringify(here) !== JSON.stringify(elsewhere))
        differing.push({ args: args(worlds.host), here, elsewhere })
    }
    expect(differing).toEqual([])
    // Alike is not enough: all but these are done.
    expect(refused.map((line) => line.replace(/(org|whk)_\w{26}/, '$1_…'))).toEqual([
      'organizations show org_x',
      'organizations create --name',
      'members remove org_…',
      'tiers put bad',
      'grants show grt_x',
      'grants revoke grt_x',
      'sessions show ses_x',
      'sessions end ses_x',
      'webhooks create --name',
      'webhooks test whk_…',
      'deliveries show dlv_x',
      'deliveries replay dlv_x',
    ])
    const done = new Set(scenario.map(({ args }) => args({}).slice(0, 2).join(' ')))
    const all = nouns.filter(({ hostOnly }) => hostOnly === undefined)
    const verbs = all.flatMap(({ name, verbs: those }) => Object.keys(those).map((verb) => `${name} ${verb}`))
    expect(verbs.filter((verb) => !done.has(verb))).toEqual([])
  },
)

test('what a command makes on the host and from elsewhere is written down as whose it was', async () => {
  const audit = async (where: Where) => {
    const { stdout } = await remote.run(where, ['organizations', 'create', '--name', where, '--json'])
    const { id } = JSON.parse(stdout) as { id: string }
    const [event] = await remote.server.db.auditEvent.findMany({ where: { targetId: id } })
    return event?.actorKind
  }
  expect([await audit('host'), await audit('remote')]).toEqual(['cli', 'service_account'])
})

describe('what no key may do ends with 3 from elsewhere, says why, and does nothing', () => {
  test.for([
    [['users', 'create', 'x@example.com']],
    [['users', 'invite', 'x@example.com']],
    [['users', 'reset-password', 'x@example.com']],
    [['users', 'disable', 'x@example.com']],
    [['users', 'enable', 'x@example.com']],
    [['users', 'make-admin', 'x@example.com']],
    [['users', 'demote', 'x@example.com']],
    [['service-accounts', 'create', 'org_x', '--name', 'Gateway', '--administrator']],
    [['signing-keys', 'list']],
    [['signing-keys', 'rotate']],
    [['settings', 'show']],
    [['settings', 'update', '--sign-up', 'closed']],
    [['migrate']],
    [['doctor']],
  ])('%j', async ([args = []]) => {
    const before = await remote.server.db.auditEvent.count()
    const { status, stdout, stderr } = await away(args)
    expect([status, stdout]).toEqual([3, ''])
    expect(stderr).toMatch(/^[A-Z].+\. Run it on the server's host, without KEYGRANT_URL in the environment\.\n$/)
    expect(await remote.server.db.auditEvent.count()).toBe(before)
  })
})

describe('what does not work is told in words', () => {
  test('an unknown key, which is in no answer', async () => {
    const key = 'kg_live_0000000000000000000000000000000000Aa'
    const { status, stdout, stderr } = await away(['tiers', 'list'], { KEYGRANT_API_KEY: key })
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^.+\nRequest [\w-]+\n$/)
    expect(stderr).not.toContain(key)
  })

  test('a key without the scope', async () => {
    const { key } = await addApiKey(remote.server, { scopes: ['tiers:read'] })
    const { status, stderr } = await away(['users', 'list'], { KEYGRANT_API_KEY: key })
    expect([status, stderr]).toEqual([1, expect.stringContaining('needs a credential with the scope users:read')])
  })

  test('several faults at once, each by its place, and the request that the log knows', async () => {
    const args = ['keys', 'create', '--name', '', '--scope', 'a,b', '--expires-in', '1', '--allow-ip', 'here']
    const { status, stderr } = await away(args)
    expect([status, stderr.trim().split('\n')]).toEqual([
      1,
      [
        'The input has faults:',
        expect.stringMatching(/^ {2}--name: /),
        expect.stringMatching(/^ {2}--expires-in: /),
        expect.stringMatching(/^ {2}--allow-ip here: /),
        expect.stringMatching(/^Request [\w-]+$/),
      ],
    ])
  })

  test('a server that is not there', async () => {
    const { status, stderr } = await away(['tiers', 'list'], { KEYGRANT_URL: `http://localhost:${await freePort()}` })
    expect([status, stderr]).toEqual([1, expect.stringMatching(/can't be reached \(ECONNREFUSED\)/)])
  })

  test.for([
    ['/v1', 0, ''],
    ['/v1/', 0, ''],
    ['/v1/v1', 1, 'There is no such API there. Is KEYGRANT_URL right'],
  ] as const)('a KEYGRANT_URL with the path %s', async ([path, ends, said]) => {
    const { status, stderr } = await away(['tiers', 'list'], { KEYGRANT_URL: `${remote.server.url}${path}` })
    expect([status, stderr]).toEqual([ends, said === '' ? '' : expect.stringContaining(said)])
  })

  test.for([
    [{ KEYGRANT_URL: 'http://id.example.com' }, 'KEYGRANT_URL must be https'],
    [{ KEYGRANT_URL: 'http://localhost.example.com' }, 'KEYGRANT_URL must be https'],
    [{ KEYGRANT_URL: 'id.example.com' }, 'KEYGRANT_URL must be the https address'],
    [{ KEYGRANT_URL: 'https://ann:secret@id.example.com' }, 'must hold no name or password'],
    [{ KEYGRANT_API_KEY: '' }, 'KEYGRANT_API_KEY is missing'],
    [{ KEYGRANT_API_KEY: 'kg_live_x\nsecret' }, 'KEYGRANT_API_KEY is not a key'],
  ] as const)('an environment that says %j', async ([environment, fault]) => {
    const { status, stderr } = await away(['tiers', 'list'], environment)
    expect([status, stderr]).toEqual([1, expect.stringContaining(fault)])
    expect(stderr).not.toContain('secret')
  })
})

test('a list goes on over pages up to --limit, and from where it ended', async () => {
  const now = Date.now()
  const rows = Array.from({ length: 230 }, (_, index) => ({
    id: `org_${String(index).padStart(26, '0')}`,
    name: `Paged ${index}`,
    tier: 'free',
    createdAt: new Date(now + 60_000 + index),
  }))
  await remote.server.db.organization.createMany({ data: rows })
  const list = async (where: Where, ...flags: string[]) => {
    const { stdout } = await remote.run(where, ['organizations', 'list', '--name', 'Paged', ...flags, '--json'])
    return JSON.parse(stdout) as { data: { id: string }[]; next_cursor: string | null }
  }
  const newest = rows.map(({ id }) => id).toReversed()
  for (const where of ['host', 'remote'] as const) {
    const all = await list(where, '--limit', '1000')
    expect([all.data.map(({ id }) => id), all.next_cursor]).toEqual([newest, null])
  }
  const first = await list('remote', '--limit', '210')
  const rest = await list('remote', '--limit', '210', '--cursor', first.next_cursor ?? '')
  expect([...first.data, ...rest.data].map(({ id }) => id)).toEqual(newest)
  const { stderr } = await remote.run('remote', ['organizations', 'list', '--name', 'Paged'])
  expect(stderr).toBe('There are more: say --limit, or filter.\n')
})

test('the program itself reads where the server is from the environment, and never from its arguments', async () => {
  const { key } = await addAdministratorKey(remote.server)
  const environment = { ...remote.environment('remote'), KEYGRANT_API_KEY: key }
  const { status, stdout } = await remote.bench.spawn(['tiers', 'show', 'free'], { environment })
  expect([status, stdout]).toEqual([0, expect.stringMatching(/^name +free\nhour +1000\n/)])
  expect((await remote.bench.run(['--help'])).stdout).not.toMatch(/--(api-)?key/)
})

test('a file in the working directory does not decide where the key of the environment goes', async () => {
  const { folder } = remote.bench
  await writeFile(join(folder, '.env'), `KEYGRANT_URL=${remote.server.url}\n`)
  const environment = { PATH: process.env['PATH'], KEYGRANT_API_KEY: 'kg_live_x' }
  const { status, stderr } = await spawnCommand(['tiers', 'list'], { folder, environment })
  await rm(join(folder, '.env'))
  expect([status, stderr]).toEqual([1, expect.stringContaining('KEYGRANT_URL comes from .env')])
})
