/** Brings the database to this version's schema at start: Prisma's migrations and the queue's, each in one transaction, one node at a time. */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'
import { connect } from './database-connection.ts'
import { isJobsSchemaCurrent, JOBS_SCHEMA, jobsSchemaVersion, migrateJobsSchema } from './jobs-schema.ts'
import type { Log } from './log.ts'
import { compareHistory, readAppliedMigrations, readMigrations } from './migrate-history.ts'
import type { History, Migration } from './migrate-history.ts'

export const migrationsFolder = fileURLToPath(new URL('../../prisma/migrations', import.meta.url))

/** A fault of the migrations whose message tells the operator what to do. */
export class MigrationError extends Error {
  override name = 'MigrationError'
}

/** The number that Prisma's own tools lock, so that a `prisma migrate deploy` in a pipeline and a starting node also exclude each other. */
const LOCK = 72_707_369

/** A change to a table waits behind its readers, and everyone else waits behind it: give up soon rather than stall the nodes that serve. */
const LOCK_TIMEOUT = '10s'

/**
 * Applies what is missing and returns the names. `url` must be a direct connection (the lock belongs to the session).
 * With nothing to do it costs one connection and four statements.
 */
export async function migrate(options: { url: string; log: Log; folder?: string }): Promise<{ applied: string[] }> {
  const { url, log, folder = migrationsFolder } = options
  const migrations = await readMigrations(folder)
  await using client = await connect(url, 'migrate')

  const before = compareHistory(migrations, await readAppliedMigrations(client))
  const isQueueThere = isJobsSchemaCurrent(await jobsSchemaVersion(client))
  if (pendingOf(before, log).length === 0 && isQueueThere) return { applied: [] }

  await lock(client, log)
  // Another node may have applied everything while this one waited.
  const rows = await readAppliedMigrations(client)
  const pending = pendingOf(compareHistory(migrations, rows), log)
  if (rows === null) await prepare(client)
  for (const migration of pending) {
    await apply(client, migration)
    log.info({ migration: migration.name }, 'migration applied')
  }
  await migrateQueue(client)
  return { applied: pending.map((migration) => migration.name) }
}

/** What remains to be applied; throws where no start is safe. */
function pendingOf(history: History, log: Log): Migration[] {
  switch (history.state) {
    case 'current':
      return []
    case 'behind':
      return history.pending
    case 'ahead':
      // The newer version's nodes are being rolled out; its migrations keep the previous version working.
      log.warn({ migrations: history.unknown }, 'the database has been migrated by a newer version; going on')
      return []
    case 'failed':
      throw new MigrationError(
        `Migration ${history.name} was begun by another tool and never finished. See what it has done; if nothing of it ` +
          `remains, run: UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name = '${history.name}' AND ` +
          `finished_at IS NULL; then start again. Otherwise restore the database from a backup.`,
      )
    case 'changed':
      throw new MigrationError(
        `Migration ${history.name} is not the one that was applied to this database: its file was changed since. ` +
          `Restore prisma/migrations/${history.name}/migration.sql from the release; a change of the schema is a new migration.`,
      )
    case 'diverged':
      throw new MigrationError(
        `This database belongs to another line of versions or to another program: it has ${history.unknown.join(', ')}, which ` +
          `this version doesn't know, and lacks ${history.pending.map((migration) => migration.name).join(', ')}. ` +
          `Start the version that last migrated it, a later one, or use another database.`,
      )
  }
}

/**
 * Waits by asking, not by `pg_advisory_lock`: a waiting statement holds a snapshot, for which a concurrent index build of the
 * node that migrates would wait in turn. The lock ends with the connection.
 */
async function lock(client: pg.Client, log: Log): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [LOCK])
    if (rows[0]?.locked === true) return
    if (attempt === 0) log.info('another node is migrating the database; waiting for it')
    await delay(100)
  }
}

/** Makes Prisma's table of migrations (its own definition), in an empty database only: tables of a stranger are left alone. */
async function prepare(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class
      WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
        AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
      LIMIT 3`,
  )
  if (rows.length > 0) {
    throw new MigrationError(
      `The database isn't empty and Keygrant hasn't made it (it holds ${rows.map((row) => row.name).join(', ')}). ` +
        `Set DATABASE_URL to an empty database, or to Keygrant's own.`,
    )
  }
  await client.query(
    `CREATE TABLE _prisma_migrations (
       id                  varchar(36)  PRIMARY KEY NOT NULL,
       checksum            varchar(64)  NOT NULL,
       finished_at         timestamptz,
       migration_name      varchar(255) NOT NULL,
       logs                text,
       rolled_back_at      timestamptz,
       started_at          timestamptz  NOT NULL DEFAULT now(),
       applied_steps_count integer      NOT NULL DEFAULT 0
     )`,
  )
}

async function migrateQueue(client: pg.Client): Promise<void> {
  try {
    await migrateJobsSchema(client)
  } catch (cause) {
    await client.query('ROLLBACK').catch(() => undefined)
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new MigrationError(
      `The queue's tables (schema ${JOBS_SCHEMA}) could not be made or changed, and stay as they were. Postgres says: ` +
        `${reason}. Whoever DATABASE_URL names needs the right to create schemas in the database. Mend the cause and start again.`,
      { cause },
    )
  }
}

/** The script and its row commit together, so that a failure or a killed process leaves nothing half done. */
async function apply(client: pg.Client, migration: Migration): Promise<void> {
  try {
    await client.query(`BEGIN; SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'; SET LOCAL statement_timeout = 0`)
    await client.query(migration.script)
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), migration.checksum, migration.name],
    )
    await client.query('COMMIT')
  } catch (cause) {
    await client.query('ROLLBACK').catch(() => undefined)
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new MigrationError(
      `Migration ${migration.name} failed and was taken back whole; earlier ones stay. Postgres says: ${reason}. ` +
        `The previous version can go on serving. Mend the cause and start again.`,
      { cause },
    )
  }
}
