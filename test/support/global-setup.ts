/** Before the tests: the generated client, one Postgres for the whole run, and a migrated database in it to clone. */
import type { TestProject } from 'vitest/node'
import { connect } from '../../src/platform/database-connection.ts'
import { generateClient } from '../../src/platform/database-generate.ts'
import { openEmbeddedDatabase } from '../../src/platform/embedded-database.ts'
import { createLog } from '../../src/platform/log.ts'
import { migrate } from '../../src/platform/migrate.ts'
import { databaseUrl, randomDatabaseName } from './database-names.ts'
import { createSecrets } from '../../src/platform/secrets.ts'
import { openRunFolder } from './run-folder.ts'
import { testSecretKey } from './secret-key.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A server on which tests may create databases. */
    databaseServer: string
    /** The database that is cloned for each test. */
    databaseTemplate: string
    /** The same with signing keys in it. */
    keyedTemplate: string
    /** How Postgres copies it: page by page through its log, or file by file, which is cheaper where files are in memory. */
    databaseCopy: 'WAL_LOG' | 'FILE_COPY'
  }
}

const log = createLog('warn')

const run = new AsyncDisposableStack()

export async function setup(project: TestProject): Promise<void> {
  await generateClient()
  await using opening = new AsyncDisposableStack()
  const given = process.env['TEST_DATABASE_URL']
  const { url: server, copy } =
    given === undefined ? await startServer(opening) : { url: given, copy: 'WAL_LOG' as const }
  const template = await makeTemplate(opening, server, 'template0', (url) => migrate({ url, log }))
  const keyed = await makeTemplate(opening, server, template, putSigningKeys)

  project.provide('databaseServer', server)
  project.provide('databaseTemplate', template)
  project.provide('keyedTemplate', keyed)
  project.provide('databaseCopy', copy)
  run.use(opening.move())
}

export const teardown = (): Promise<void> => run.disposeAsync()

async function startServer(opening: AsyncDisposableStack): Promise<{ url: string; copy: 'WAL_LOG' | 'FILE_COPY' }> {
  const { folder: dataDir, inMemory } = opening.use(await openRunFolder())
  // It ends with the run, so that what a crash of the machine would leave of it concerns nobody.
  const durability = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off', max_wal_size: '64MB' }
  const settings = { ...durability, autovacuum_naptime: '1h', log_checkpoints: 'off' }
  const { url } = opening.use(await openEmbeddedDatabase({ dataDir, log, settings }))
  return { url, copy: inMemory ? 'FILE_COPY' : 'WAL_LOG' }
}

async function makeTemplate(
  opening: AsyncDisposableStack,
  server: string,
  original: string,
  fill: (url: string) => Promise<unknown>,
): Promise<string> {
  const template = randomDatabaseName()
  await onServer(server, `CREATE DATABASE ${template} TEMPLATE ${original}`)
  opening.defer(() => onServer(server, `DROP DATABASE ${template} WITH (FORCE)`))
  await fill(databaseUrl(server, template))
  // Cloning fails while anybody is connected to the original, so nobody may.
  await onServer(server, `ALTER DATABASE ${template} ALLOW_CONNECTIONS false`)
  return template
}

/** Before any time that a test may begin at. */
const longAgo = new Date('2001-01-01T00:00:00Z')

async function putSigningKeys(url: string): Promise<void> {
  // Only now is the generated client there that they stand on.
  const { openDatabase } = await import('../../src/platform/database.ts')
  const { ensureSigningKeys } = await import('../../src/oidc/signing-keys/signing-keys.ts')
  await using database = openDatabase({ url, poolSize: 1, log })
  await ensureSigningKeys({
    db: database.prisma,
    secrets: createSecrets([testSecretKey]),
    clock: { now: () => longAgo },
  })
}

async function onServer(server: string, statement: string): Promise<void> {
  await using client = await connect(server, 'tests')
  await client.query(statement)
}
