/** The database as the rest of the program sees it: Prisma for ordinary work and `pg` for the hot statements, on one pool. */
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { connectionSettings } from './database-connection.ts'
import type { Log } from './log.ts'
import { PrismaClient, type Prisma } from './prisma/client.ts'

export type Db = PrismaClient

/** The client inside `db.$transaction(async (tx) => …)`. */
export type Tx = Prisma.TransactionClient

export interface Database extends AsyncDisposable {
  pool: pg.Pool
  prisma: Db
}

/** Postgres gives up a statement after this time: none of ours takes a tenth of it unless it waits for a lock or a sick disk. */
const STATEMENT_TIMEOUT_MS = 10_000

/** We give it up a little later, which happens only if the server or the network says nothing at all. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 2_000

/** A node that froze inside a transaction must not hold its locks for ever. */
const IDLE_TRANSACTION_TIMEOUT_MS = 15_000

export interface DatabaseOptions {
  url: string
  poolSize: number
  log: Log
  /** By which an operator knows its connections. */
  name?: string
  /** Called with every statement that is sent on the pool, BEGIN and COMMIT included: how tests count round trips. */
  onStatement?: (text: string) => void
  /** Other patience than the standard one, for tests of a database that hangs. */
  statementTimeoutMs?: number
  answerTimeoutMs?: number
}

/** Connects when first used, and again when a connection was lost: an absent database fails statements, not this. */
export function openDatabase(options: DatabaseOptions): Database {
  const { url, poolSize, log, name = 'pool', onStatement } = options
  const { statementTimeoutMs = STATEMENT_TIMEOUT_MS, answerTimeoutMs = ANSWER_TIMEOUT_MS } = options
  const pool = new pg.Pool({
    ...connectionSettings(url, name),
    max: poolSize,
    query_timeout: answerTimeoutMs,
    async onConnect(client) {
      // As a statement and not as connection parameters, which PgBouncer would refuse.
      await client.query(
        `SET statement_timeout = ${statementTimeoutMs}; SET idle_in_transaction_session_timeout = ${IDLE_TRANSACTION_TIMEOUT_MS}`,
      )
      watchStatements(client as pg.PoolClient, onStatement)
    },
  })
  // An idle connection that breaks is replaced at the next statement; without a listener it would end the process.
  pool.on('error', (err) => log.warn({ err }, 'an idle database connection was lost'))
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) })
  return {
    pool,
    prisma,
    async [Symbol.asyncDispose]() {
      await prisma.$disconnect()
      await pool.end()
    },
  }
}

/**
 * Reports each statement, and closes a connection whose answer never came: the pool would hand it to the next request,
 * which would wait behind the same silence.
 */
export function watchStatements(client: pg.PoolClient, onStatement: DatabaseOptions['onStatement']): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown
  const watched = (statement: string | { text: string }, ...args: unknown[]) => {
    onStatement?.(typeof statement === 'string' ? statement : statement.text)
    const result = query(statement, ...args)
    if (result instanceof Promise) {
      result.catch((error: unknown) => {
        if (error instanceof Error && error.message === 'Query read timeout')
          (client as unknown as pg.Client).end(() => undefined)
      })
    }
    return result
  }
  Object.assign(client, { query: watched })
}
