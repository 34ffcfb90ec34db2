import { realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEmbeddedDatabase } from '../../src/platform/embedded-database.ts'
import { findRunningEmbeddedDatabase } from '../../src/platform/embedded-running.ts'
import { createLog } from '../../src/platform/log.ts'
import { openCommandBench, type CommandBench } from './command.ts'

let bench: CommandBench
let dataDir = ''
beforeAll(async () => {
  bench = await openCommandBench()
  dataDir = join(bench.folder, 'embedded')
})
afterAll(async () => {
  // As root, the database rests outside of the data folder.
  await rm(await realpath(join(dataDir, 'postgres')), { recursive: true, force: true })
  await bench[Symbol.asyncDispose]()
})

const environment = () => ({ DATABASE_URL: '', DATA_DIR: dataDir })
const stdin = 'seven lanterns under a quiet harbour'

test('without a server the command makes, migrates and starts the embedded database itself, and ends it', async () => {
  const first = await bench.spawn(['users', 'create', 'ann@example.com'], { environment: environment(), stdin })
  expect([first.status, first.stderr]).toEqual([0, expect.stringContaining(`There was no database in ${dataDir}`)])
  expect(await findRunningEmbeddedDatabase(dataDir)).toBeNull()
  const { stdout, stderr } = await bench.spawn(['users', 'list'], { environment: environment() })
  expect([stdout, stderr]).toEqual([expect.stringContaining('ann@example.com'), ''])
})

test('beside a server the command works on its database, and leaves it running', async () => {
  await using database = await openEmbeddedDatabase({ dataDir, log: createLog('silent') })
  const { status } = await bench.run(['users', 'create', 'bob@example.com'], { environment: environment(), stdin })
  expect(status).toBe(0)
  expect(await findRunningEmbeddedDatabase(dataDir)).toBe(database.url)
  expect((await bench.run(['users', 'list'], { environment: environment() })).stdout).toContain('ann@example.com')
})
