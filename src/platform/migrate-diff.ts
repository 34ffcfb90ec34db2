/** Where prisma/migrations and prisma/schema.prisma differ, as SQL: for writing a migration, and for the test that there is none to write. */
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { connect } from './database-connection.ts'
import type { Log } from './log.ts'
import { withSchemaEngine } from './migrate-engine.ts'
import { migrate, migrationsFolder } from './migrate.ts'

export const schemaFile = fileURLToPath(new URL('../../prisma/schema.prisma', import.meta.url))

export interface DiffOptions {
  /** A server on which a database may be made: the migrations are applied there as at a start, and compared. */
  url: string
  log: Log
  folder?: string
  schema?: string
}

/** The SQL that leads from the migrations to the schema; empty when they agree. */
export async function diffMigrations(options: DiffOptions): Promise<string> {
  const { url, log, folder = migrationsFolder, schema = schemaFile } = options
  await using server = await connect(url, 'migrate diff')
  const database = `keygrant_diff_${randomUUID().replaceAll('-', '')}`
  await server.query(`CREATE DATABASE ${database} TEMPLATE template0`)
  try {
    const scratch = new URL(url)
    scratch.pathname = `/${database}`
    await migrate({ url: scratch.href, log, folder })
    return await diff(scratch.href, { path: schema, content: await readFile(schema, 'utf8') })
  } finally {
    await server.query(`DROP DATABASE ${database} WITH (FORCE)`)
  }
}

function diff(url: string, schema: { path: string; content: string }): Promise<string> {
  return withSchemaEngine(url, schema, async (engine) => {
    const { exitCode, stdout } = await engine.diff({
      from: { tag: 'schemaDatasource', files: [schema], configDir: dirname(schema.path) },
      to: { tag: 'schemaDatamodel', files: [schema] },
      script: true,
      exitCode: true,
      filters: { externalTables: [], externalEnums: [] },
    })
    // As on Prisma's command line: 0 means no difference, and then the script is only a comment.
    return exitCode === 0 ? '' : (stdout ?? '')
  })
}
