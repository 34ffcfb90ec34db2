/** `npm run migration:new -- NAME`: writes the migration that leads from the existing ones to prisma/schema.prisma. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { openEmbeddedDatabase } from './embedded-database.ts'
import { createLog } from './log.ts'
import { diffMigrations } from './migrate-diff.ts'
import { migrationsFolder } from './migrate.ts'

/** Prisma's own tools refuse a folder of migrations without this file. */
const LOCK_FILE = '# The kind of database that the migrations are for.\nprovider = "postgresql"\n'

/** Writes a new folder and returns its path, or `null` if the migrations already lead to the schema. */
export async function newMigration(options: {
  url: string
  name: string
  now: Date
  folder: string
  schema?: string
}): Promise<string | null> {
  const { name, now, folder, ...rest } = options
  await mkdir(folder, { recursive: true })
  const script = await diffMigrations({ ...rest, log: createLog('warn'), folder })
  if (script === '') return null
  const time = now.toISOString().replaceAll(/\D/g, '').slice(0, 14)
  const path = join(folder, `${time}_${name}`)
  await mkdir(path)
  await writeFile(join(path, 'migration.sql'), script)
  await writeFile(join(folder, 'migration_lock.toml'), LOCK_FILE)
  return path
}

async function run(): Promise<void> {
  const name = parseArgs({ allowPositionals: true }).positionals[0]
  if (name === undefined || !/^[a-z][a-z0-9_]*$/.test(name)) {
    console.error('Usage: npm run migration:new -- NAME, where NAME says what changes, like add_sessions')
    process.exitCode = 2
    return
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'keygrant-migration-'))
  try {
    await using database = await openEmbeddedDatabase({ dataDir, log: createLog('warn') })
    const path = await newMigration({ url: database.url, name, now: new Date(), folder: migrationsFolder })
    console.log(
      path === null
        ? 'The migrations already lead to prisma/schema.prisma.'
        : `Wrote ${relative('.', path)}. Read it before you commit it.`,
    )
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}

if (import.meta.main) await run()
