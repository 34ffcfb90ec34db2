import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { connect } from '../../src/platform/database-connection.ts'
import { createLog } from '../../src/platform/log.ts'
import { diffMigrations, schemaFile } from '../../src/platform/migrate-diff.ts'
import { withSchemaEngine } from '../../src/platform/migrate-engine.ts'
import { newMigration } from '../../src/platform/migrate-new.ts'
import { migrate, migrationsFolder } from '../../src/platform/migrate.ts'
import { createEmptyDatabase } from '../support/database.ts'

const FIRST = '20260101000000_first'
const SECOND = '20260102000000_second'

let workshop: string
beforeAll(async () => {
  workshop = await mkdtemp(join(tmpdir(), 'keygrant-migrations-'))
})
afterAll(() => rm(workshop, { recursive: true, force: true }))

/** A folder of migrations with these scripts. */
async function folderOf(scripts: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(workshop, 'folder-'))
  for (const [name, script] of Object.entries(scripts)) {
    await mkdir(join(folder, name))
    await writeFile(join(folder, name, 'migration.sql'), script)
  }
  return folder
}

const twoMigrations = () =>
  folderOf({ [FIRST]: 'CREATE TABLE fruit (id int);\n', [SECOND]: 'ALTER TABLE fruit ADD colour text;\n' })

async function query<Row extends pg.QueryResultRow>(url: string, text: string): Promise<Row[]> {
  await using client = await connect(url, 'test')
  return (await client.query<Row>(text)).rows
}

const log = createLog('silent')

describe('starting on a database', () => {
  test('applies all migrations to an empty one, in their order, once', async () => {
    await using database = await createEmptyDatabase()
    const folder = await twoMigrations()
    expect(await migrate({ url: database.url, log, folder })).toEqual({ applied: [FIRST, SECOND] })
    expect(await query(database.url, 'SELECT id, colour FROM fruit')).toEqual([])
    expect(await migrate({ url: database.url, log, folder })).toEqual({ applied: [] })
  })

  test('applies only what is missing', async () => {
    await using database = await createEmptyDatabase()
    const folder = await twoMigrations()
    await rm(join(folder, SECOND), { recursive: true })
    await migrate({ url: database.url, log, folder })
    await mkdir(join(folder, SECOND))
    await writeFile(join(folder, SECOND, 'migration.sql'), 'ALTER TABLE fruit ADD colour text;')
    expect(await migrate({ url: database.url, log, folder })).toEqual({ applied: [SECOND] })
  })

  test('takes functions and other scripts with semicolons in strings whole', async () => {
    await using database = await createEmptyDatabase()
    const script = `CREATE FUNCTION two() RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM ';'; RETURN 2; END $$; CREATE TABLE a (id int);`
    await migrate({ url: database.url, log, folder: await folderOf({ [FIRST]: script }) })
    expect(await query(database.url, 'SELECT two()')).toEqual([{ two: 2 }])
  })

  test('leaves each migration to one of several nodes that start at once', async () => {
    await using database = await createEmptyDatabase()
    const folder = await folderOf({
      [FIRST]: 'CREATE TABLE fruit (id int); SELECT pg_sleep(0.3);',
      [SECOND]: 'ALTER TABLE fruit ADD colour text;',
    })
    const nodes = await Promise.all(Array.from({ length: 4 }, () => migrateInProcess(database.url, folder)))
    expect(nodes.map((node) => node.code)).toEqual([0, 0, 0, 0])
    expect(nodes.flatMap((node) => node.applied)).toEqual([FIRST, SECOND])
    expect(await query(database.url, 'SELECT migration_name FROM _prisma_migrations ORDER BY started_at')).toEqual([
      { migration_name: FIRST },
      { migration_name: SECOND },
    ])
  })

  test('takes a failed migration back whole, says why, and goes on when it is mended', async () => {
    await using database = await createEmptyDatabase()
    const folder = await folderOf({
      [FIRST]: 'CREATE TABLE fruit (id int);',
      [SECOND]: 'CREATE TABLE stone (id int); SELECT 1 / 0;',
    })
    await expect(migrate({ url: database.url, log, folder })).rejects.toThrow(
      `Migration ${SECOND} failed and was taken back whole; earlier ones stay. Postgres says: division by zero.`,
    )
    expect(
      await query(database.url, `SELECT to_regclass('fruit')::text AS fruit, to_regclass('stone') AS stone`),
    ).toEqual([{ fruit: 'fruit', stone: null }])
    await writeFile(join(folder, SECOND, 'migration.sql'), 'CREATE TABLE stone (id int);')
    expect(await migrate({ url: database.url, log, folder })).toEqual({ applied: [SECOND] })
  })

  test('refuses a migration whose file was changed after it was applied', async () => {
    await using database = await createEmptyDatabase()
    const folder = await twoMigrations()
    await migrate({ url: database.url, log, folder })
    await writeFile(join(folder, FIRST, 'migration.sql'), 'CREATE TABLE fruit (id bigint);\n')
    await expect(migrate({ url: database.url, log, folder })).rejects.toThrow(
      `Migration ${FIRST} is not the one that was applied to this database`,
    )
  })

  test('takes a file with other line endings for the same', async () => {
    await using database = await createEmptyDatabase()
    const folder = await twoMigrations()
    await migrate({ url: database.url, log, folder })
    await writeFile(join(folder, FIRST, 'migration.sql'), 'CREATE TABLE fruit (id int);\r\n')
    expect(await migrate({ url: database.url, log, folder })).toEqual({ applied: [] })
  })

  test('goes on, with a warning, when a newer version has migrated the database', async () => {
    await using database = await createEmptyDatabase()
    const folder = await twoMigrations()
    await migrate({ url: database.url, log, folder })
    await rm(join(folder, SECOND), { recursive: true })
    const lines: string[] = []
    const listening = createLog('warn', { write: (line) => void lines.push(line) })
    expect(await migrate({ url: database.url, log: listening, folder })).toEqual({ applied: [] })
    expect(lines.join()).toContain(SECOND)
  })

  test('refuses a database of another line of versions', async () => {
    await using database = await createEmptyDatabase()
    await migrate({ url: database.url, log, folder: await folderOf({ [FIRST]: 'SELECT 1' }) })
    const other = await folderOf({ [SECOND]: 'SELECT 2' })
    await expect(migrate({ url: database.url, log, folder: other })).rejects.toThrow('another line of versions')
  })

  test("refuses a stranger's database", async () => {
    await using database = await createEmptyDatabase()
    await query(database.url, 'CREATE TABLE theirs (id int)')
    await expect(migrate({ url: database.url, log, folder: await twoMigrations() })).rejects.toThrow(
      /isn't empty .* \(it holds theirs\)/,
    )
  })

  test('refuses to go past a migration that another tool left half done, and says how to resolve it', async () => {
    await using database = await createEmptyDatabase()
    const folder = await twoMigrations()
    await migrate({ url: database.url, log, folder })
    await query(database.url, `UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name = '${SECOND}'`)
    const refusal = await migrate({ url: database.url, log, folder }).catch((error: Error) => error)
    expect(refusal).toMatchObject({ message: expect.stringContaining(`${SECOND} was begun by another tool`) as string })
    const advice = /run: (UPDATE .*?);/.exec((refusal as Error).message)?.[1] ?? ''
    await query(database.url, `${advice}; ALTER TABLE fruit DROP colour`)
    expect(await migrate({ url: database.url, log, folder })).toEqual({ applied: [SECOND] })
  })
})

describe("Prisma's own tools", () => {
  const schema = { path: 'schema.prisma', content: 'datasource db {\n  provider = "postgresql"\n}\n' }
  const filters = { externalTables: [], externalEnums: [] }

  function listOf(folder: string, scripts: Record<string, string>) {
    return {
      baseDir: folder,
      lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
      shadowDbInitScript: '',
      migrationDirectories: Object.entries(scripts).map(([path, value]) => ({
        path,
        migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value } },
      })),
    }
  }

  test('find the history as they would have written it', async () => {
    const scripts = { [FIRST]: 'CREATE TABLE fruit (id int);\n', [SECOND]: 'ALTER TABLE fruit ADD colour text;\n' }
    const migrationsList = listOf('/', scripts)
    const columns = `SELECT column_name, data_type, character_maximum_length, is_nullable, column_default
                       FROM information_schema.columns WHERE table_name = '_prisma_migrations' ORDER BY column_name`
    const rows = `SELECT migration_name, checksum, logs, rolled_back_at, finished_at IS NOT NULL AS finished, applied_steps_count
                    FROM _prisma_migrations ORDER BY migration_name`
    await using ours = await createEmptyDatabase()
    await migrate({ url: ours.url, log, folder: await folderOf(scripts) })
    await using theirs = await createEmptyDatabase()
    await withSchemaEngine(theirs.url, schema, (engine) => engine.applyMigrations({ migrationsList, filters }))

    expect(await query(ours.url, columns)).toEqual(await query(theirs.url, columns))
    expect(await query(ours.url, rows)).toEqual(await query(theirs.url, rows))
    const diagnosis = await withSchemaEngine(ours.url, schema, (engine) =>
      engine.diagnoseMigrationHistory({ migrationsList, optInToShadowDatabase: false, filters }),
    )
    expect(diagnosis).toMatchObject({
      editedMigrationNames: [],
      failedMigrationNames: [],
      hasMigrationsTable: true,
      history: null,
    })
  })
})

describe('the migrations of this version', () => {
  test('lead to schema.prisma', async () => {
    expect(await diffMigrations({ url: inject('databaseServer'), log })).toBe('')
  })

  test('are extended by a new one when the schema changes', async () => {
    const folder = await mkdtemp(join(workshop, 'folder-'))
    await cp(migrationsFolder, folder, { recursive: true })
    const changed = join(await mkdtemp(join(workshop, 'schema-')), 'schema.prisma')
    await writeFile(
      changed,
      `${await readFile(schemaFile, 'utf8')}\nmodel Fruit {\n  id String @id\n  @@map("fruit")\n}\n`,
    )
    const options = {
      url: inject('databaseServer'),
      name: 'add_fruit',
      now: new Date('2099-01-02T03:04:05Z'),
      folder,
      schema: changed,
    }
    const written = await newMigration(options)
    expect(written).toBe(join(folder, '20990102030405_add_fruit'))
    expect(await readFile(join(written ?? '', 'migration.sql'), 'utf8')).toContain('CREATE TABLE "fruit"')
    expect(await newMigration(options)).toBeNull()
  })
})

async function migrateInProcess(url: string, folder: string): Promise<{ code: number; applied: string[] }> {
  const script = fileURLToPath(new URL('../support/migrate-process.ts', import.meta.url))
  const child = spawn(process.execPath, [script, url, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number]
  return { code, applied: (JSON.parse(output) as { applied: string[] }).applied }
}
