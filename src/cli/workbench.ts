/** What most commands work with: the configuration, an open database at this version's schema, the secrets, and who acts. */
import { userInfo } from 'node:os'
import type { Pool } from 'pg'
import type { AuditContext } from '../audit/record.ts'
import { readConfig, type Config } from '../config.ts'
import type { Clock } from '../platform/clock.ts'

import { openDatabase, type Db } from '../platform/database.ts'
import { openDatabaseClock } from '../platform/database-clock.ts'
import { connect } from '../platform/database-connection.ts'
import { ensureInstallation } from '../platform/installation.ts'
import { createLog, type Log } from '../platform/log.ts'
import { migrate, migrationsFolder } from '../platform/migrate.ts'
import { compareHistory, readAppliedMigrations, readMigrations } from '../platform/migrate-history.ts'
import { createSecrets, type Secrets } from '../platform/secrets.ts'
import { openDatabaseAddress } from './database-address.ts'
import { CommandFailure } from './failure.ts'

export interface Workbench extends AsyncDisposable {
  config: Config
  db: Db
  pool: Pool
  secrets: Secrets
  clock: Clock
  log: Log
  /** When this installation came to be. */
  installedAt: Date
  context: AuditContext & { actor: { kind: 'cli' } }
}

/** One command does one thing at a time; the second connection is for what a transaction can't do. */
const POOL_SIZE = 2

export async function openWorkbench(config: Config = readConfig()): Promise<Workbench> {
  // What goes wrong is told as the command's own answer.
  const log = createLog('silent')
  await using opening = new AsyncDisposableStack()
  const address = opening.use(await openDatabaseAddress(config, log))
  // Nobody else migrates an embedded database that only this command has started; all others are migrated by their servers.
  if (address.kind === 'started') await migrate({ url: address.directUrl, log })
  else await demandSchema(address.url)
  const database = opening.use(openDatabase({ url: address.url, poolSize: POOL_SIZE, log }))
  const { clock } = opening.use(await openDatabaseClock({ pool: database.pool, log }))
  const secrets = createSecrets(config.secretKeys)
  // A client secret that was hashed under another key than the server's would never be accepted.
  const installedAt = await ensureInstallation(database.prisma, secrets)
  const open = opening.move()
  return {
    config,
    db: database.prisma,
    pool: database.pool,
    secrets,
    clock,
    log,
    installedAt,
    context: operatorContext(clock),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

/** Who sits at the host, by the name of their account there. */
function operatorContext(clock: Clock): Workbench['context'] {
  return { actor: { kind: 'cli', id: accountName() }, requestId: null, address: null, clock }
}

function accountName(): string | null {
  try {
    return userInfo().username
  } catch {
    // In a container, the account often has a number only.
    return null
  }
}

/** A command of this version must not write into tables of another one. */
async function demandSchema(url: string): Promise<void> {
  await using client = await connect(url, 'command')
  const history = compareHistory(await readMigrations(migrationsFolder), await readAppliedMigrations(client))
  if (history.state === 'current' || history.state === 'ahead') return
  throw new CommandFailure('The database does not have the tables of this version. Run: keygrant migrate')
}
