/** Connections of their own for looking credentials up: a slow page can't take them, and Postgres keeps their plans. */
import pg from 'pg'
import { connectionSettings } from './database-connection.ts'
import { watchStatements } from './database.ts'
import type { Log } from './log.ts'

/** Each carries a whole batch at a time, so that two are enough for all requests together. */
const CONNECTIONS = 2

/** Whoever waits for a check waits in front of a call: late is worse than an honest 503. */
const STATEMENT_TIMEOUT_MS = 2_000
const ANSWER_TIMEOUT_MS = 3_000

/**
 * Several digests are looked up by index, whatever the tables' statistics say of the moment: a plan made while there were
 * ten keys must be right for a million.
 */
const settings = `SET statement_timeout = ${STATEMENT_TIMEOUT_MS}; SET plan_cache_mode = force_generic_plan;
  SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off`

/** @param options.url the primary itself, without a pooler in between: these settings are the connection's */
export function openLookUps(options: {
  url: string
  log: Log
  onStatement?: (text: string) => void
}): pg.Pool & AsyncDisposable {
  const { url, log, onStatement } = options
  const pool = new pg.Pool({
    ...connectionSettings(url, 'look-ups'),
    max: CONNECTIONS,
    query_timeout: ANSWER_TIMEOUT_MS,
    connectionTimeoutMillis: ANSWER_TIMEOUT_MS,
    async onConnect(client) {
      await client.query(settings)
      watchStatements(client as pg.PoolClient, onStatement)
    },
  })
  pool.on('error', (err) => log.warn({ err }, 'an idle connection for look-ups was lost'))
  return Object.assign(pool, { [Symbol.asyncDispose]: () => pool.end() })
}
