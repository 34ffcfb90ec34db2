import { execFile } from 'node:child_process'
import { chmod, chown, lstat, mkdtemp, readdir, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect } from '../../src/platform/database-connection.ts'
import { isRoot, unprivilegedAccount } from '../../src/platform/embedded-account.ts'
import { openEmbeddedDatabase } from '../../src/platform/embedded-database.ts'
import { findRunningEmbeddedDatabase } from '../../src/platform/embedded-running.ts'
import { createLog } from '../../src/platform/log.ts'
import { copyCheckout, copyPrograms, startInCheckout, StartError } from '../support/embedded-checkout.ts'
import { clusterOf, KEPT, openWorkshop, recall, remember, type Workshop } from '../support/embedded-data.ts'

const here = fileURLToPath(new URL('../..', import.meta.url))
const log = createLog('silent')
const run = promisify(execFile)

let workshop: Workshop
beforeAll(async () => {
  workshop = await openWorkshop()
})
afterAll(() => workshop[Symbol.asyncDispose]())

describe('the embedded database', () => {
  test('keeps its data from one start to the next', async () => {
    const dataDir = await workshop.newDataDir()
    {
      await using database = await openEmbeddedDatabase({ dataDir, log })
      await remember(database.url)
    }
    await using database = await openEmbeddedDatabase({ dataDir, log })
    expect(await recall(database.url)).toEqual(KEPT)
  })

  test('is for its owner alone: folder 0700, password 0600, loopback and never without the password', async () => {
    const dataDir = await workshop.newDataDir()
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
    await using database = await openEmbeddedDatabase({ dataDir: await workshop.usedDataDir(), log })
    await using client = await connect(database.url, 'test')
    const { rows } = await client.query(
      `SELECT pg_encoding_to_char(encoding) AS encoding, datlocprovider AS provider, datlocale AS locale,
              current_setting('timezone') AS zone, lower('ÄÖÜ') AS lower
         FROM pg_database WHERE datname = current_database()`,
    )
    expect(rows).toEqual([{ encoding: 'UTF8', provider: 'b', locale: 'C.UTF-8', zone: 'UTC', lower: 'äöü' }])
  })

  test('refuses a second server on the folder, by name, as long as the first one lives', async () => {
    const dataDir = await workshop.usedDataDir()
    const first = await startInCheckout(here, dataDir)
    await expect(openEmbeddedDatabase({ dataDir, log })).rejects.toThrow(
      `Another Keygrant (process ${first.pid}) is using the database in`,
    )
    await first.close()
    await using database = await openEmbeddedDatabase({ dataDir, log })
    expect(await recall(database.url)).toEqual(KEPT)
  })

  test('gives one of several servers that start at once the folder', async () => {
    const dataDir = await workshop.usedDataDir()
    const starts = await Promise.allSettled(Array.from({ length: 3 }, () => openEmbeddedDatabase({ dataDir, log })))
    const opened = starts.filter((start) => start.status === 'fulfilled')
    await Promise.all(opened.map((start) => start.value[Symbol.asyncDispose]()))
    expect(opened).toHaveLength(1)
  })

  test('is found by the command that works beside the server, and only while that lives', async () => {
    const dataDir = await workshop.usedDataDir()
    expect(await findRunningEmbeddedDatabase(dataDir)).toBeNull()
    const server = await startInCheckout(here, dataDir)
    expect(await findRunningEmbeddedDatabase(dataDir)).toBe(server.url)
    await server.kill()
    expect(await findRunningEmbeddedDatabase(dataDir)).toBeNull()
  })

  test('refuses the data of another major version and says what to do', async () => {
    const dataDir = await workshop.usedDataDir()
    await writeFile(join(await clusterOf(dataDir), 'PG_VERSION'), '9\n')
    await expect(openEmbeddedDatabase({ dataDir, log })).rejects.toThrow(/made by Postgres 9 .* set DATABASE_URL/)
  })

  test('refuses a folder that was moved to where its account may not follow, which concerns root alone', async () => {
    const closed = join(await workshop.newDataDir(), 'data')
    await rename(await workshop.usedDataDir(), closed)
    const outcome = await openEmbeddedDatabase({ dataDir: closed, log }).then(
      (database) => database[Symbol.asyncDispose]().then(() => 'opened'),
      (error: Error) => error.message,
    )
    expect(outcome).toMatch(isRoot() ? /may not enter.* Move DATA_DIR, or set DATABASE_URL/ : /^opened$/)
  })

  test('makes the links between its libraries where the scripts of npm packages are off', async () => {
    const checkout = await mkdtemp(join(workshop.folder, 'checkout-'))
    await chmod(checkout, 0o755)
    const installed = await copyPrograms(checkout)
    for (const entry of await readdir(join(installed, 'lib'), { withFileTypes: true })) {
      if (entry.isSymbolicLink()) await rm(join(installed, 'lib', entry.name))
    }
    await using database = await openEmbeddedDatabase({ dataDir: await workshop.usedDataDir(), log, installed })
    expect(await recall(database.url)).toEqual(KEPT)
  })

  test('asks for DATABASE_URL in an installation without it', async () => {
    const checkout = await mkdtemp(join(workshop.folder, 'checkout-'))
    await copyCheckout(checkout)
    const attempt = startInCheckout(checkout, join(checkout, 'data'))
    await expect(attempt).rejects.toThrow(StartError)
    await expect(attempt).rejects.toThrow(/brings no embedded Postgres .*: set DATABASE_URL/)
  })
})

/** Who starts it, and where: what has to work besides this test's own account and place. */
const places = isRoot()
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

/** With the database, which lies elsewhere if nobody else may enter the folder. */
async function removeCheckout(checkout: string): Promise<void> {
  const link = join(checkout, 'data/postgres')
  if ((await lstat(link).catch(() => null))?.isSymbolicLink() === true)
    await rm(await realpath(link), { recursive: true })
  await rm(checkout, { recursive: true, force: true })
}
