/** What has been migrated and what hasn't: compares prisma/migrations with the rows of Prisma's own table. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'

export interface Migration {
  name: string
  script: string
  checksum: string
}

export interface AppliedMigration {
  name: string
  checksum: string
  finished: boolean
}

/** `null`: the database has no table of migrations yet. */
export type AppliedMigrations = AppliedMigration[] | null

export type History =
  | { state: 'current' }
  | { state: 'behind'; pending: Migration[] }
  | { state: 'ahead'; unknown: string[] }
  | { state: 'failed'; name: string }
  | { state: 'changed'; name: string }
  | { state: 'diverged'; unknown: string[]; pending: Migration[] }

const checksum = (script: string): string => createHash('sha256').update(script).digest('hex')

/** The migrations in a folder, oldest first: Prisma orders them by the time at the start of their names. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  return Promise.all(
    names.toSorted().map(async (name) => {
      const script = await readFile(join(folder, name, 'migration.sql'), 'utf8')
      return { name, script, checksum: checksum(script) }
    }),
  )
}

/** What the database says of itself; a migration that was rolled back counts as never applied, as in Prisma. */
export async function readAppliedMigrations(client: pg.ClientBase): Promise<AppliedMigrations> {
  const table = await client.query<{ exists: boolean }>(
    `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS exists`,
  )
  if (table.rows[0]?.exists !== true) return null
  const { rows } = await client.query<AppliedMigration>(
    `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished
       FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at`,
  )
  return rows
}

export function compareHistory(migrations: Migration[], applied: AppliedMigrations): History {
  const rows = applied ?? []
  const failed = rows.find((row) => !row.finished)
  if (failed !== undefined) return { state: 'failed', name: failed.name }

  const known = new Map(migrations.map((migration) => [migration.name, migration]))
  const changed = rows.find((row) => {
    const migration = known.get(row.name)
    return migration !== undefined && !matchesChecksum(migration, row.checksum)
  })
  if (changed !== undefined) return { state: 'changed', name: changed.name }

  const done = new Set(rows.map((row) => row.name))
  const unknown = rows.map((row) => row.name).filter((name) => !known.has(name))
  const pending = migrations.filter((migration) => !done.has(migration.name))
  if (unknown.length > 0)
    return pending.length > 0 ? { state: 'diverged', unknown, pending } : { state: 'ahead', unknown }
  return pending.length > 0 ? { state: 'behind', pending } : { state: 'current' }
}

/** Line endings may differ between the checkout that applied a migration and this one (Git's autocrlf); nothing else may. */
function matchesChecksum(migration: Migration, applied: string): boolean {
  if (migration.checksum === applied) return true
  const unix = migration.script.replaceAll('\r\n', '\n')
  return applied === checksum(unix) || applied === checksum(unix.replaceAll('\n', '\r\n'))
}
