/** Takes away what has expired: in small batches, by index, so that nobody waits for it and no table grows without end. */
import type { Pool } from 'pg'
import type { Clock } from './clock.ts'
import { day } from './clock.ts'
import type { Log } from './log.ts'

/**
 * What is swept, by which column. Rows go a day after their end, and never earlier: clocks of several nodes differ, and a
 * token that was just told to be expired should not turn into one that never was.
 *
 * Used codes and refresh tokens have no `sweep_at`; they go with their family, since a replay must be known as one as long
 * as there is something to revoke.
 */
const sweeps = [
  { table: 'authorization_codes', key: 'digest', column: 'sweep_at', afterSeconds: 0 },
  { table: 'refresh_tokens', key: 'digest', column: 'sweep_at', afterSeconds: 0 },
  { table: 'access_tokens', key: 'digest', column: 'expires_at', afterSeconds: day },
  { table: 'revoked_tokens', key: 'jti', column: 'expires_at', afterSeconds: day },
  { table: 'replays', key: 'digest', column: 'expires_at', afterSeconds: day },
  { table: 'interactions', key: 'digest', column: 'expires_at', afterSeconds: day },
  { table: 'token_families', key: 'id', column: 'expires_at', afterSeconds: day },
  { table: 'sessions', key: 'id', column: 'expires_at', afterSeconds: day },
  { table: 'links', key: 'id', column: 'expires_at', afterSeconds: day },
  { table: 'devices', key: '(digest, user_id)', column: 'expires_at', afterSeconds: day },
  { table: 'throttles', key: 'key', column: 'arrival_at', afterSeconds: day },
  { table: 'client_secrets', key: 'id', column: 'expires_at', afterSeconds: day },
  { table: 'signing_keys', key: 'id', column: 'gone_at', afterSeconds: day },
  { table: 'idempotency_records', key: 'digest', column: 'expires_at', afterSeconds: 0 },
  { table: 'limit_counters', key: 'subject', column: 'at', afterSeconds: day },
  { table: 'revocations', key: 'id', column: 'at', afterSeconds: 3 * 3600 },
  { table: 'limit_notices', key: 'subject', column: 'told_at', afterSeconds: day },
  // A mail is tried for three days, and what was told is remembered for longer, so that it isn't told again.
  { table: 'queued_mails', key: 'id', column: 'created_at', afterSeconds: 14 * day },
  // What webhooks have told, and what came of it: with a delivery go its attempts.
  { table: 'outbox_events', key: 'id', column: 'at', afterSeconds: 30 * day },
  { table: 'webhook_deliveries', key: 'id', column: 'created_at', afterSeconds: 30 * day },
  // Where a leak was found is told for as long as usage is; a report that comes again later is a new one.
  { table: 'leak_reports', key: 'id', column: 'at', afterSeconds: 397 * day },
  // Thirteen months. What is older of a scope that a key has is told like what never was.
  { table: 'scope_uses', key: '(api_key_id, scope)', column: 'last_needed_on', afterSeconds: 397 * day },
  {
    table: 'usage',
    key: '(credential_id, hour, kind, route, organization_id)',
    column: 'hour',
    afterSeconds: 397 * day,
  },
] as const satisfies readonly { table: string; key: string; column: string; afterSeconds: number }[]

/** Small enough that its locks are held for milliseconds. */
const batchRows = 500
const pauseMs = 60_000

/** Clocks that are further apart than this may say of anything that it has expired: then nothing goes. */
const clocksApartMs = 60_000

export interface Sweeper extends AsyncDisposable {
  /** Sweeps until nothing is left that is due. @returns how many rows went, by table */
  sweep(): Promise<Record<string, number>>
}

export interface SweeperParts {
  pool: Pool
  clock: Clock
  log: Log
  /** The database's time minus this machine's. */
  clockOffsetMs: () => number
}

/** Every node may run one: rows that another is taking are skipped. */
export function startSweeper({ pool, clock, log, clockOffsetMs }: SweeperParts): Sweeper {
  let stopped = false
  let running: Promise<unknown> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined

  async function sweepTable({ table, key, column, afterSeconds }: (typeof sweeps)[number]): Promise<number> {
    let total = 0
    for (;;) {
      const due = new Date(clock.now().getTime() - afterSeconds * 1000)
      const { rowCount } = await pool.query({
        name: `sweep-${table}`,
        text: `DELETE FROM ${table} WHERE ${key} IN (SELECT ${key.replace(/[()]/g, '')} FROM ${table} WHERE ${column} < $1 ORDER BY ${column} LIMIT ${batchRows} FOR UPDATE SKIP LOCKED)`,
        values: [due],
      })
      total += rowCount ?? 0
      if (stopped || (rowCount ?? 0) < batchRows) return total
    }
  }

  async function sweep(): Promise<Record<string, number>> {
    const swept: Record<string, number> = {}
    const apart = clockOffsetMs()
    if (Math.abs(apart) > clocksApartMs) {
      log.warn({ seconds: apart / 1000 }, "this machine's clock and the database's disagree: nothing is swept")
      return swept
    }
    for (const one of sweeps) {
      if (stopped) break
      const rows = await sweepTable(one)
      if (rows > 0) swept[one.table] = rows
    }
    return swept
  }

  function schedule(): void {
    if (stopped) return
    timer = setTimeout(() => {
      running = sweep()
        .then((swept) => {
          if (Object.keys(swept).length > 0) log.debug({ swept }, 'expired rows were swept')
        })
        .catch((err: unknown) => log.warn({ err }, 'sweeping failed; it will be tried again'))
        .finally(schedule)
    }, pauseMs)
    timer.unref()
  }
  schedule()

  return {
    sweep,
    async [Symbol.asyncDispose]() {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}
