/** Is the database there, new enough, migrated, of one time with this machine, and made with this SECRET_KEY? */
import type pg from 'pg'
import type { Config } from '../../config.ts'
import type { Clock } from '../../platform/clock.ts'
import { connect } from '../../platform/database-connection.ts'
import { opens } from '../../platform/installation.ts'
import { migrationsFolder } from '../../platform/migrate.ts'
import { compareHistory, readAppliedMigrations, readMigrations, type History } from '../../platform/migrate-history.ts'
import { createSecrets } from '../../platform/secrets.ts'
import { fault, ok, warn, type Finding } from './finding.ts'
import { reasonOf } from './visitor.ts'

const OLDEST_VERSION = 15
/** Nodes go by the database's clock; but apps compare tokens with clocks of their own, and allow some seconds. */
const GOOD_DIFFERENCE_MS = 5_000
/** From here on nothing is swept. */
const BAD_DIFFERENCE_MS = 60_000

/** `usable`: the rest of the checks can use it. */
export async function checkDatabase(
  config: Config,
  address: { url: string; directUrl: string },
  clock: Clock,
): Promise<{ usable: boolean; findings: Finding[] }> {
  try {
    await using client = await connect(address.url, 'doctor')
    const history = compareHistory(await readMigrations(migrationsFolder), await readAppliedMigrations(client))
    const migrated = history.state === 'current' || history.state === 'ahead'
    const findings = [
      await checkVersion(client),
      await checkClock(client, clock),
      describeHistory(history),
      ...(migrated ? [await checkInstallationKey(client, config)] : []),
      ...(address.directUrl === address.url ? [] : [await checkDirect(address.directUrl)]),
    ]
    const usable =
      migrated && !findings.some(({ status, check }) => status === 'fault' && check === 'database: SECRET_KEY')
    return { usable, findings }
  } catch (error) {
    return { usable: false, findings: [unreachable('database', error)] }
  }
}

function unreachable(check: string, error: unknown): Finding {
  const { code } = error as { code?: unknown }
  // Postgres' own codes of a refused sign-in and of a missing database.
  if (code === '28P01' || code === '28000') {
    return fault(check, 'the database refuses the user or password', 'Correct the user and password in DATABASE_URL.')
  }
  if (code === '3D000')
    return fault(check, 'there is no such database', 'Create it, or correct its name in DATABASE_URL.')
  const reason = typeof code === 'string' ? code : reasonOf(error).replaceAll(/\/\/[^\s/@]+@/g, '//[redacted]@')
  return fault(
    check,
    `no connection (${reason})`,
    'See that Postgres runs and that DATABASE_URL has the right host and port.',
  )
}

async function checkVersion(client: pg.Client): Promise<Finding> {
  const { rows } = await client.query<{ number: string; text: string }>(
    `SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS text`,
  )
  const version = Math.floor(Number(rows[0]?.number) / 10_000)
  const check = 'database: version'
  if (version >= OLDEST_VERSION) return ok(check, `PostgreSQL ${rows[0]?.text}`)
  return fault(check, `PostgreSQL ${rows[0]?.text} is too old`, `Upgrade it to ${OLDEST_VERSION} or newer.`)
}

async function checkClock(client: pg.Client, clock: Clock): Promise<Finding> {
  const before = clock.now().getTime()
  const { rows } = await client.query<{ now: Date }>('SELECT clock_timestamp() AS now')
  const after = clock.now().getTime()
  const database = rows[0]?.now.getTime() ?? Number.NaN
  // The database looked at its clock at some moment between the two.
  const difference = Math.max(0, before - database, database - after)
  const check = 'database: clock'
  const detail = `${(difference / 1000).toFixed(1)} s apart from this machine's`
  const remedy = 'Set both clocks by NTP (chrony or systemd-timesyncd).'
  if (difference < GOOD_DIFFERENCE_MS) return ok(check, detail)
  return difference > BAD_DIFFERENCE_MS ? fault(check, detail, remedy) : warn(check, detail, remedy)
}

function describeHistory(history: History): Finding {
  const check = 'database: migrations'
  switch (history.state) {
    case 'current':
      return ok(check, 'all applied')
    case 'ahead':
      return warn(check, `made for a newer version (${history.unknown.join(', ')})`, 'Update this installation, too.')
    case 'behind':
      return fault(
        check,
        `${history.pending.length} not applied`,
        'Run: keygrant migrate (or start the server, which does it).',
      )
    case 'failed':
    case 'changed':
    case 'diverged':
      return fault(
        check,
        `the history of migrations is ${history.state}`,
        'Run: keygrant migrate, which says what to do.',
      )
  }
}

/** Looks only: a first start makes the row. */
async function checkInstallationKey(client: pg.Client, config: Config): Promise<Finding> {
  const check = 'database: SECRET_KEY'
  const { rows } = await client.query<{ sealed: Buffer }>('SELECT key_check_sealed AS sealed FROM installation')
  const sealed = rows[0]?.sealed
  if (sealed === undefined) return warn(check, 'the server has never been started on this database', 'Start it.')
  if (opens(sealed, createSecrets(config.secretKeys))) return ok(check, 'fits this database')
  const remedy = 'Set the key that this database was made with, alone or after the new one, separated by a comma.'
  return fault(check, 'does not fit this database: nothing that is sealed in it can be opened', remedy)
}

/** What LISTEN and migrations use: through a pooler that shares connections they would be deaf. */
async function checkDirect(url: string): Promise<Finding> {
  const check = 'database: direct connection'
  try {
    await using client = await connect(url, 'doctor')
    await client.query('LISTEN keygrant_doctor')
    const { rows } = await client.query('SELECT 1 FROM pg_listening_channels() AS channel WHERE channel = $1', [
      'keygrant_doctor',
    ])
    if (rows.length > 0) return ok(check, 'can listen')
    return fault(check, 'it does not keep LISTEN', 'Set DATABASE_DIRECT_URL to Postgres itself, not to a pooler.')
  } catch (error) {
    return { ...unreachable(check, error), remedy: 'Set DATABASE_DIRECT_URL to Postgres itself, not to a pooler.' }
  }
}
