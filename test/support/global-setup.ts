/** Before the tests: the generated client, one Postgres for the whole run, and a migrated database in it to clone. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { connect } from '../../src/platform/database-connection.ts'
import { generateClient } from '../../src/platform/database-generate.ts'
import { openEmbeddedDatabase } from '../../src/platform/embedded-database.ts'
import { createLog } from '../../src/platform/log.ts'
import { migrate } from '../../src/platform/migrate.ts'
import { databaseUrl, randomDatabaseName } from './database-names.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A server on which tests may create databases. */
    databaseServer: string
    /** The database that is cloned for each test. */
    databaseTemplate: string
  }
}

const log = createLog('warn')

const run = new AsyncDisposableStack()

export async function setup(project: TestProject): Promise<void> {
  await generateClient()
  await using opening = new AsyncDisposableStack()
  const server = process.env['TEST_DATABASE_URL'] ?? (await startServer(opening))
  const template = randomDatabaseName()
  await onServer(server, `CREATE DATABASE ${template} TEMPLATE template0`)
  opening.defer(() => onServer(server, `DROP DATABASE ${template} WITH (FORCE)`))
  await migrate({ url: databaseUrl(server, template), log })
  // Cloning fails while anybody is connected to the original, so nobody may.
  await onServer(server, `ALTER DATABASE ${template} ALLOW_CONNECTIONS false`)

  project.provide('databaseServer', server)
  project.provide('databaseTemplate', template)
  run.use(opening.move())
}

export const teardown = (): Promise<void> => run.disposeAsync()

async function startServer(opening: AsyncDisposableStack): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'keygrant-test-'))
  opening.defer(() => rm(dataDir, { recursive: true, force: true }))
  // It ends with the run, so that what a crash of the machine would leave of it concerns nobody.
  const settings = { fsync: 'off', full_page_writes: 'off', autovacuum_naptime: '1h' }
  return opening.use(await openEmbeddedDatabase({ dataDir, log, settings })).url
}

async function onServer(server: string, statement: string): Promise<void> {
  await using client = await connect(server, 'tests')
  await client.query(statement)
}
