import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEmptyDatabase } from '../support/database.ts'
import { nodeEnvironment } from '../support/node-environment.ts'
import { openCommandBench, spawnCommand, type CommandBench } from './command.ts'

let bench: CommandBench
beforeAll(async () => {
  bench = await openCommandBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

describe('the program', () => {
  test('runs with the settings of the environment, and ends with 0', async () => {
    expect(await bench.spawn(['users', 'list'])).toEqual({ status: 0, stdout: 'There is nobody yet.\n', stderr: '' })
  })

  test('reads .env in the working directory, which what is set already overrides', async () => {
    await writeFile(join(bench.folder, '.env'), `DATABASE_URL=${bench.databaseUrl}\nSECRET_KEY=short\n`)
    const environment = {
      ...nodeEnvironment(),
      HOME: bench.folder,
      SECRET_KEY: 'command-bench-secret-key-0123456789-abcdef',
    }
    const outcome = await spawnCommand(['users', 'list', '--json'], { folder: bench.folder, environment })
    expect(outcome).toEqual({ status: 0, stdout: '{\n  "data": [],\n  "next_cursor": null\n}\n', stderr: '' })
  })

  test('ends with 1 and one clear line when it fails', async () => {
    const outcome = await bench.spawn(['users', 'make-admin', 'nobody@example.com'])
    const stderr = 'Nobody has the address nobody@example.com. See: keygrant users list\n'
    expect(outcome).toEqual({ status: 1, stdout: '', stderr })
  })
})

describe('help', () => {
  test.for([
    [],
    ['users'],
    ['users', 'create'],
    ['users', 'reset-password'],
    ['users', 'make-admin'],
    ['users', 'disable'],
    ['users', 'enable'],
    ['users', 'demote'],
    ['users', 'invite'],
    ['users', 'list'],
    ['organizations'],
    ['organizations', 'create'],
    ['organizations', 'list'],
    ['organizations', 'show'],
    ['organizations', 'update'],
    ['organizations', 'delete'],
    ['members'],
    ['members', 'add'],
    ['members', 'list'],
    ['members', 'role'],
    ['members', 'remove'],
    ['service-accounts'],
    ['service-accounts', 'create'],
    ['service-accounts', 'list'],
    ['service-accounts', 'disable'],
    ['service-accounts', 'enable'],
    ['service-accounts', 'delete'],
    ['clients'],
    ['clients', 'create'],
    ['clients', 'list'],
    ['clients', 'rotate-secret'],
    ['clients', 'disable'],
    ['clients', 'enable'],
    ['apply'],
    ['signing-keys'],
    ['signing-keys', 'rotate'],
    ['signing-keys', 'list'],
    ['migrate'],
    ['doctor'],
  ])('is there for %s', async (words) => {
    const { status, stdout } = await bench.run([...words, '--help'])
    expect(status).toBe(0)
    expect(stdout).toContain('Usage: keygrant')
  })

  test('of the whole command tells the exit statuses', async () => {
    expect((await bench.run(['--help'])).stdout).toContain('Exit status:')
  })
})

test.for([
  ['an unknown noun', ['user', 'list']],
  ['an unknown verb', ['users', 'remove']],
  ['an unknown option', ['users', 'list', '--all']],
  ['a missing argument', ['users', 'create']],
  ['an argument too many', ['migrate', 'now']],
] as const)('%s ends with 64 and says what was meant', async ([, args]) => {
  const { status, stdout, stderr } = await bench.run(args)
  expect([status, stdout, stderr]).toEqual([64, '', expect.stringMatching(/^error: /)])
})

describe('what can not work is told in words, without a stack', () => {
  test('a configuration with faults, all of them', async () => {
    const environment = { PUBLIC_URL: 'ftp://x', PORT: 'many' }
    const { status, stderr } = await bench.run(['users', 'list'], { environment })
    expect([status, stderr]).toEqual([
      1,
      "The configuration can't be used:\n  - PUBLIC_URL must be an http(s) URL\n  - PORT must be a port number\n",
    ])
  })

  test('a database that does not answer', async () => {
    const environment = { DATABASE_URL: 'postgres://keygrant:secret-word@127.0.0.1:1/keygrant' }
    const { status, stderr } = await bench.run(['users', 'list'], { environment })
    expect([status, stderr]).toEqual([1, expect.stringContaining('The database does not answer.')])
    expect(stderr).not.toMatch(/secret-word|\n {4}at /)
  })

  test('a database without tables: it says to migrate, and migrate makes them', async () => {
    await using database = await createEmptyDatabase()
    const environment = { DATABASE_URL: database.url }
    const before = await bench.run(['users', 'list'], { environment })
    expect([before.status, before.stderr]).toEqual([1, expect.stringContaining('keygrant migrate')])
    const { applied } = await bench.json<{ applied: string[] }>(['migrate'], { environment })
    expect(applied.length).toBeGreaterThan(0)
    expect(await bench.json(['migrate'], { environment })).toEqual({ applied: [] })
    expect((await bench.run(['users', 'list'], { environment })).status).toBe(0)
  })

  test('a SECRET_KEY that does not fit the database: nothing is made under it', async () => {
    await bench.run(['users', 'list'])
    const environment = { SECRET_KEY: 'another-bench-secret-key-0123456789-abcdef' }
    const stdin = JSON.stringify({ redirect_uris: ['https://app.example.com/'] })
    const { status, stderr } = await bench.run(['clients', 'create'], { environment, stdin })
    expect([status, stderr]).toEqual([1, expect.stringContaining('SECRET_KEY does not fit')])
    expect(await bench.db.client.count()).toBe(0)
  })
})

test('signing-keys rotate publishes a key for each algorithm, to be used a day later', async () => {
  const { published } = await bench.json<{ published: { kid: string; algorithm: string; active_from: string }[] }>([
    'signing-keys',
    'rotate',
  ])
  expect(published.map(({ algorithm }) => algorithm).toSorted()).toEqual(['ES256', 'RS256'])
  const { data } = await bench.json<{ data: { kid: string; stage: string }[] }>(['signing-keys', 'list'])
  expect(data.map(({ kid }) => kid).toSorted()).toEqual(published.map(({ kid }) => kid).toSorted())
  expect(data.map(({ stage }) => stage)).toEqual(['published', 'published'])
  const [event] = await bench.db.auditEvent.findMany({ where: { type: 'signing_key.published' } })
  expect(event).toMatchObject({ actorKind: 'cli' })
})

test('signing-keys rotate --immediately puts new keys in use at once', async () => {
  await bench.json(['signing-keys', 'rotate', '--immediately'])
  const { data } = await bench.json<{ data: { stage: string }[] }>(['signing-keys', 'list'])
  expect(data.slice(0, 2).map(({ stage }) => stage)).toEqual(['used', 'used'])
})

test('settings are shown with where each comes from, changed, and taken back', async () => {
  const shown = async () => (await bench.run(['settings', 'show'])).stdout
  expect(await shown()).toMatch(/^SETTING +VALUE +FROM\nplatform-name +Keygrant +default\n/)
  const { stdout } = await bench.run(['settings', 'update', '--sign-up', 'closed', '--keys-per-organization', '7'])
  expect(stdout).toMatch(/^sign-up +closed +stored$[^]*^keys-per-organization +7 +stored$/m)
  await bench.json(['settings', 'update', '--no-sign-up'])
  expect(await shown()).toMatch(/^sign-up +open +default$[^]*^keys-per-organization +7 +stored$/m)
  expect((await bench.run(['settings', 'update', '--sign-up', 'ajar'])).status).toBe(64)
})
