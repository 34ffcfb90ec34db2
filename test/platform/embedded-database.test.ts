import { execFile, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import {
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect } from '../../src/platform/database-connection.ts'
import { unprivilegedAccount } from '../../src/platform/embedded-account.ts'
import { openEmbeddedDatabase } from '../../src/platform/embedded-database.ts'
import { findProcess } from '../../src/platform/embedded-owner.ts'
import { findRunningEmbeddedDatabase } from '../../src/platform/embedded-running.ts'
import { createLog } from '../../src/platform/log.ts'
import { copyCheckout, copyPrograms, startInCheckout, StartError } from '../support/embedded-checkout.ts'
import { eventually } from '../support/eventually.ts'

const here = fileURLToPath(new URL('../..', import.meta.url))
const log = createLog('silent')
const isRoot = process.getuid?.() === 0
const run = promisify(execFile)

let workshop: string
let used: string
beforeAll(async () => {
  workshop = await mkdtemp(join(tmpdir(), 'keygrant-embedded-'))
  // For root's sake, whose database runs under another account.
  await chmod(workshop, 0o755)
  used = await mkdtemp(join(workshop, 'data-'))
  await using database = await openEmbeddedDatabase({ dataDir: used, log })
  await remember(database.url)
})
afterAll(() => rm(workshop, { recursive: true, force: true }))

const newDataDir = () => mkdtemp(join(workshop, 'data-'))

/** A data folder as an earlier server left it, with something in it to recall. */
async function usedDataDir(): Promise<string> {
  const folder = join(workshop, randomUUID())
  await run('cp', ['-a', used, folder])
  return folder
}

async function remember(url: string): Promise<void> {
  await using client = await connect(url, 'test')
  await client.query('CREATE TABLE memory (word text)')
  await client.query(`INSERT INTO memory VALUES ('kept')`)
}

async function recall(url: string): Promise<unknown> {
  await using client = await connect(url, 'test')
  return (await client.query('SELECT word FROM memory')).rows
}

const KEPT = [{ word: 'kept' }]

async function clusterOf(dataDir: string): Promise<string> {
  return join(await realpath(join(dataDir, 'postgres')), 'cluster')
}

async function postmasterOf(dataDir: string): Promise<number> {
  return Number.parseInt(await readFile(join(await clusterOf(dataDir), 'postmaster.pid'), 'utf8'), 10)
}

async function waitForEnd(pid: number): Promise<void> {
  await eventually(async () => expect(await findProcess(pid)).toBeNull())
}

describe('the embedded database', () => {
  test('keeps its data from one start to the next', async () => {
    const dataDir = await newDataDir()
    {
      await using database = await openEmbeddedDatabase({ dataDir, log })
      await remember(database.url)
    }
    await using database = await openEmbeddedDatabase({ dataDir, log })
    expect(await recall(database.url)).toEqual(KEPT)
  })

  test('is for its owner alone: folder 0700, password 0600, loopback and never without the password', async () => {
    const dataDir = await newDataDir()
    await using database = await openEmbeddedDatabase({ dataDir, log })
    const home = await realpath(join(dataDir, 'postgres'))
    expect((await stat(home)).mode & 0o777).toBe(0o700)
    expect((await stat(join(home, 'cluster'))).mode & 0o777).toBe(0o700)
    expect((await stat(join(home, 'password'))).mode & 0o777).toBe(0o600)
    expect((await stat(dataDir)).mode & 0o076).toBe(0)

    const url = new URL(database.url)
    expect(url.hostname).toBe('127.0.0.1')
    expect(url.password.length).toBeGreaterThanOrEqual(32)
    url.password = 'guessed'
    await expect(connect(url.href, 'test')).rejects.toThrow('password authentication failed')
    await using client = await connect(database.url, 'test')
    const { rows } = await client.query(
      `SELECT current_setting('listen_addresses') AS tcp, current_setting('unix_socket_directories') AS socket,
              current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit,
              (SELECT string_agg(DISTINCT auth_method, ',') FROM pg_hba_file_rules) AS auth`,
    )
    expect(rows).toEqual([{ tcp: '127.0.0.1', socket: '', fsync: 'on', commit: 'on', auth: 'scram-sha-256' }])
  })

  test('speaks UTF-8, UTC and the same order of letters everywhere', async () => {
    await using database = await openEmbeddedDatabase({ dataDir: await usedDataDir(), log })
    await using client = await connect(database.url, 'test')
    const { rows } = await client.query(
      `SELECT pg_encoding_to_char(encoding) AS encoding, datlocprovider AS provider, datlocale AS locale,
              current_setting('timezone') AS zone, lower('ÄÖÜ') AS lower
         FROM pg_database WHERE datname = current_database()`,
    )
    expect(rows).toEqual([{ encoding: 'UTF8', provider: 'b', locale: 'C.UTF-8', zone: 'UTC', lower: 'äöü' }])
  })

  test('refuses a second server on the folder, by name, as long as the first one lives', async () => {
    const dataDir = await usedDataDir()
    const first = await startInCheckout(here, dataDir)
    await expect(openEmbeddedDatabase({ dataDir, log })).rejects.toThrow(
      `Another Keygrant (process ${first.pid}) is using the database in`,
    )
    await first.close()
    await using database = await openEmbeddedDatabase({ dataDir, log })
    expect(await recall(database.url)).toEqual(KEPT)
  })

  test('gives one of several servers that start at once the folder', async () => {
    const dataDir = await usedDataDir()
    const starts = await Promise.allSettled(Array.from({ length: 3 }, () => openEmbeddedDatabase({ dataDir, log })))
    const opened = starts.filter((start) => start.status === 'fulfilled')
    await Promise.all(opened.map((start) => start.value[Symbol.asyncDispose]()))
    expect(opened).toHaveLength(1)
  })

  test('is found by the command that works beside the server, and only while that lives', async () => {
    const dataDir = await usedDataDir()
    expect(await findRunningEmbeddedDatabase(dataDir)).toBeNull()
    const server = await startInCheckout(here, dataDir)
    expect(await findRunningEmbeddedDatabase(dataDir)).toBe(server.url)
    await server.kill()
    expect(await findRunningEmbeddedDatabase(dataDir)).toBeNull()
  })

  test('ends when its server is killed, and starts again with what was written', async () => {
    const dataDir = await usedDataDir()
    const server = await startInCheckout(here, dataDir)
    const postmaster = await postmasterOf(dataDir)
    await server.kill()
    await waitForEnd(postmaster)
    await using database = await openEmbeddedDatabase({ dataDir, log })
    expect(await recall(database.url)).toEqual(KEPT)
  })

  test('starts at once after a kill, while the old one is still on its way out', async () => {
    const dataDir = await usedDataDir()
    const server = await startInCheckout(here, dataDir)
    await server.kill()
    await using database = await openEmbeddedDatabase({ dataDir, log })
    expect(await recall(database.url)).toEqual(KEPT)
  })

  test('takes over from a Postgres that outlived its server and the guard', async () => {
    const dataDir = await usedDataDir()
    const server = await startInCheckout(here, dataDir)
    const postmaster = await postmasterOf(dataDir)
    const guards = await guardsOf(postmaster)
    expect(guards).toHaveLength(2)
    for (const guard of guards) process.kill(guard, 'SIGKILL')
    await server.kill()
    expect(await findProcess(postmaster)).not.toBeNull()
    await using database = await openEmbeddedDatabase({ dataDir, log })
    expect(await findProcess(postmaster)).toBeNull()
    expect(await recall(database.url)).toEqual(KEPT)
  })

  test('recovers when everything was killed at once', async () => {
    const dataDir = await usedDataDir()
    const server = await startInCheckout(here, dataDir)
    const postmaster = await postmasterOf(dataDir)
    for (const pid of [...(await guardsOf(postmaster)), postmaster]) process.kill(pid, 'SIGKILL')
    await server.kill()
    await using database = await openEmbeddedDatabase({ dataDir, log })
    expect(await recall(database.url)).toEqual(KEPT)
  })

  test('leaves a stranger alone whose number is the one of the last server or of the last owner', async () => {
    const dataDir = await usedDataDir()
    const server = await startInCheckout(here, dataDir)
    await server.close()
    const account = isRoot ? await unprivilegedAccount() : {}
    const stranger = spawn('sleep', ['600'], { ...account, cwd: '/' })
    await once(stranger, 'spawn')
    const cluster = await clusterOf(dataDir)
    await writeFile(join(cluster, 'postmaster.pid'), `${stranger.pid}\n${cluster}\n1700000000\n5432\n\n127.0.0.1\n\n`)
    await writeFile(join(cluster, '../owner'), `${stranger.pid} some-other-boot/1`)
    {
      await using database = await openEmbeddedDatabase({ dataDir, log })
      expect(await recall(database.url)).toEqual(KEPT)
    }
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull()
    stranger.kill()
  })

  test('comes back by itself, at the same address, when Postgres dies under a living server', async () => {
    const dataDir = await usedDataDir()
    await using database = await openEmbeddedDatabase({ dataDir, log })
    process.kill(await postmasterOf(dataDir), 'SIGKILL')
    await eventually(async () => expect(await recall(database.url)).toEqual(KEPT))
  })

  test('begins anew where making it was interrupted', async () => {
    const dataDir = await newDataDir()
    await mkdir(join(dataDir, 'postgres/cluster.new'), { recursive: true })
    await writeFile(join(dataDir, 'postgres/cluster.new/half'), '')
    await using database = await openEmbeddedDatabase({ dataDir, log })
    await remember(database.url)
    expect(await readdir(join(dataDir, 'postgres'))).not.toContain('cluster.new')
  })

  test('refuses the data of another major version and says what to do', async () => {
    const dataDir = await usedDataDir()
    await writeFile(join(await clusterOf(dataDir), 'PG_VERSION'), '9\n')
    await expect(openEmbeddedDatabase({ dataDir, log })).rejects.toThrow(/made by Postgres 9 .* set DATABASE_URL/)
  })

  test('refuses a folder that was moved to where its account may not follow, which concerns root alone', async () => {
    const closed = join(await newDataDir(), 'data')
    await rename(await usedDataDir(), closed)
    const outcome = await openEmbeddedDatabase({ dataDir: closed, log }).then(
      (database) => database[Symbol.asyncDispose]().then(() => 'opened'),
      (error: Error) => error.message,
    )
    expect(outcome).toMatch(isRoot ? /may not enter.* Move DATA_DIR, or set DATABASE_URL/ : /^opened$/)
  })

  test('makes the links between its libraries where the scripts of npm packages are off', async () => {
    const checkout = await mkdtemp(join(workshop, 'checkout-'))
    await chmod(checkout, 0o755)
    const installed = await copyPrograms(checkout)
    for (const entry of await readdir(join(installed, 'lib'), { withFileTypes: true })) {
      if (entry.isSymbolicLink()) await rm(join(installed, 'lib', entry.name))
    }
    await using database = await openEmbeddedDatabase({ dataDir: await usedDataDir(), log, installed })
    expect(await recall(database.url)).toEqual(KEPT)
  })

  test('asks for DATABASE_URL in an installation without it', async () => {
    const checkout = await mkdtemp(join(workshop, 'checkout-'))
    await copyCheckout(checkout)
    const attempt = startInCheckout(checkout, join(checkout, 'data'))
    await expect(attempt).rejects.toThrow(StartError)
    await expect(attempt).rejects.toThrow(/brings no embedded Postgres .*: set DATABASE_URL/)
  })
})

/** Who starts it, and where: what has to work besides this test's own account and place. */
const places = isRoot
  ? [
      { name: 'root, in a folder that root alone may enter', mode: 0o700, account: null },
      { name: 'root, in a folder that everyone may enter', mode: 0o755, account: null },
      { name: 'an ordinary user', mode: 0o755, account: unprivilegedAccount },
    ]
  : [{ name: 'an ordinary user', mode: 0o700, account: null }]

describe('the embedded database runs for', () => {
  test.each(places)('$name', async ({ mode, account }) => {
    const checkout = await mkdtemp(join(tmpdir(), 'keygrant-checkout-'))
    const owner = await account?.()
    try {
      await run('chmod', [mode.toString(8), checkout])
      await copyCheckout(checkout)
      await copyPrograms(checkout)
      if (owner) await chown(checkout, owner.uid, owner.gid)
      const dataDir = join(checkout, 'data')
      for (const act of [remember, async (url: string) => expect(await recall(url)).toEqual(KEPT)]) {
        const server = await startInCheckout(checkout, dataDir, owner)
        await act(server.url)
        await server.close()
      }
    } finally {
      await removeCheckout(checkout)
    }
  })
})

/** The shell that guards a Postgres, and its watch. */
async function guardsOf(postmaster: number): Promise<number[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid='])
  const parents = new Map(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number) as [number, number]),
  )
  const guard = parents.get(postmaster) ?? 0
  const watch = [...parents].find(([pid, parent]) => parent === guard && pid !== postmaster)?.[0]
  return watch === undefined ? [guard] : [guard, watch]
}

/** With the database, which lies elsewhere if nobody else may enter the folder. */
async function removeCheckout(checkout: string): Promise<void> {
  const link = join(checkout, 'data/postgres')
  if ((await lstat(link).catch(() => null))?.isSymbolicLink() === true)
    await rm(await realpath(link), { recursive: true })
  await rm(checkout, { recursive: true, force: true })
}
