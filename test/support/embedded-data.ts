/** Data folders for the tests of the embedded database, and something to remember in them. */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { connect } from '../../src/platform/database-connection.ts'
import { openEmbeddedDatabase } from '../../src/platform/embedded-database.ts'
import { createLog } from '../../src/platform/log.ts'

export interface Workshop extends AsyncDisposable {
  folder: string
  /** Empty. */
  newDataDir(): Promise<string>
  /** As an earlier server left it, with something to recall. */
  usedDataDir(): Promise<string>
}

export async function openWorkshop(): Promise<Workshop> {
  const folder = await mkdtemp(join(tmpdir(), 'keygrant-embedded-'))
  // For root's sake, whose database runs under another account.
  await chmod(folder, 0o755)
  const newDataDir = () => mkdtemp(join(folder, 'data-'))
  const used = await newDataDir()
  {
    await using database = await openEmbeddedDatabase({ dataDir: used, log: createLog('silent') })
    await remember(database.url)
  }
  return {
    folder,
    newDataDir,
    async usedDataDir() {
      const copy = join(folder, randomUUID())
      await promisify(execFile)('cp', ['-a', used, copy])
      return copy
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

export const KEPT = [{ word: 'kept' }]

export async function remember(url: string): Promise<void> {
  await using client = await connect(url, 'test')
  await client.query('CREATE TABLE memory (word text)')
  await client.query(`INSERT INTO memory VALUES ('kept')`)
}

export async function recall(url: string): Promise<unknown> {
  await using client = await connect(url, 'test')
  return (await client.query('SELECT word FROM memory')).rows
}

export async function clusterOf(dataDir: string): Promise<string> {
  return join(await realpath(join(dataDir, 'postgres')), 'cluster')
}
