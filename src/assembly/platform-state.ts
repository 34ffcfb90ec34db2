/** Asks every part how it is, for the console's pages of health. */
import manifest from '../../package.json' with { type: 'json' }
import { readHead } from '../audit/chain-rows.ts'
import type { Gate } from '../check/gate.ts'
import type { RedisLimiter } from '../limits/redis-limiter.ts'
import { MAIL_PATIENCE_MS } from '../notices/mail/kinds.ts'
import { readMailBacklog } from '../notices/mail/store.ts'
import type { Backlog, PlatformState, StateOf } from '../pages/desk/health/state.ts'
import type { Changes } from '../platform/changes.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database, Db } from '../platform/database.ts'
import { migrationsFolder } from '../platform/migrate.ts'
import { compareHistory, readAppliedMigrations, readMigrations } from '../platform/migrate-history.ts'
import { readWebhookBacklog, WEBHOOK_PATIENCE_MS } from '../webhooks/backlog.ts'

export interface StateParts {
  db: Db
  pool: Database['pool']
  clock: Clock
  changes: Pick<Changes, 'state'>
  gate: Pick<Gate, 'figures'>
  /** Null where limits are counted in this process. */
  sharedLimits: Pick<RedisLimiter, 'state' | 'server'> | null
}

export function stateOf({ db, pool, clock, changes, gate, sharedLimits }: StateParts): StateOf {
  const startedAt = clock.now()
  const redis = (): PlatformState['redis'] => ({
    state: sharedLimits?.state() ?? 'none',
    version: sharedLimits?.server()?.version ?? null,
  })
  const listener = () => ({ state: changes.state() })

  async function database(): Promise<PlatformState['database']> {
    const before = performance.now()
    const { rows } = await pool.query<{ version: string }>(`SELECT current_setting('server_version') AS version`)
    return { version: rows[0]?.version ?? '', milliseconds: performance.now() - before }
  }

  async function migrations(): Promise<PlatformState['migrations']> {
    const client = await pool.connect()
    try {
      const applied = await readAppliedMigrations(client)
      const { state } = compareHistory(await readMigrations(migrationsFolder), applied)
      return { state, applied: applied?.length ?? 0, newest: applied?.at(-1)?.name ?? '' }
    } finally {
      client.release()
    }
  }

  async function backlog(read: typeof readMailBacklog, patienceMs: number): Promise<Backlog> {
    const now = clock.now()
    const { waiting, oldest } = await read(db, now)
    return { waiting, oldest, late: oldest !== null && now.getTime() - oldest.getTime() > patienceMs }
  }

  async function audit(): Promise<PlatformState['audit']> {
    const { head, waiting } = await readHead(pool)
    return { seq: head ? String(head.seq) : null, at: head ? new Date(Number(head.at)) : null, waiting }
  }

  return {
    figures: gate.figures.list,
    quick: async () => ({ redis: redis(), listener: listener(), startedAt, database: await database() }),
    async platform() {
      const [connected, migrated, mail, sending, chain] = await Promise.all([
        database(),
        migrations(),
        backlog(readMailBacklog, MAIL_PATIENCE_MS),
        backlog(readWebhookBacklog, WEBHOOK_PATIENCE_MS),
        audit(),
      ])
      return {
        version: manifest.version,
        node: process.versions.node,
        startedAt,
        database: connected,
        migrations: migrated,
        redis: redis(),
        listener: listener(),
        mail,
        webhooks: sending,
        audit: chain,
      }
    },
  }
}
