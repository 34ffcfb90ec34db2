import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect } from '../../src/platform/database-connection.ts'
import { isDatabaseUnavailable } from '../../src/platform/database-unavailable.ts'
import { openDatabase, type Database, type DatabaseOptions } from '../../src/platform/database.ts'
import { createLog } from '../../src/platform/log.ts'
import { openDatabaseProxy } from '../support/database-proxy.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

let shared: TestDatabase
beforeAll(async () => {
  shared = await createTestDatabase()
})
afterAll(() => shared[Symbol.asyncDispose]())

const open = (options: Partial<DatabaseOptions> = {}) =>
  openDatabase({ url: shared.url, poolSize: 2, log: createLog('silent'), ...options })

/** The three ways that the program asks, each with a statement that takes as long as asked. */
const ways: { name: string; ask: (database: Database, seconds: number) => Promise<unknown> }[] = [
  { name: 'pg', ask: ({ pool }, seconds) => pool.query('SELECT pg_sleep($1)', [seconds]) },
  { name: 'Prisma', ask: ({ prisma }, seconds) => prisma.$queryRaw`SELECT pg_sleep(${seconds})::text` },
  {
    name: 'a transaction',
    ask: ({ prisma }, seconds) => prisma.$transaction((tx) => tx.$queryRaw`SELECT pg_sleep(${seconds})::text`),
  },
  {
    name: 'a model behind a lock',
    async ask({ prisma }, seconds) {
      if (seconds === 0) return prisma.user.findFirst()
      await using locker = await connect(shared.url, 'test')
      await locker.query('BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE')
      return await prisma.user.findFirst()
    },
  },
]

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no failure',
    (error: unknown) => error,
  )

async function endConnections(): Promise<void> {
  await using client = await connect(shared.url, 'test')
  await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'keygrant pool'`,
  )
}

async function waitUntilBusy(): Promise<void> {
  await using client = await connect(shared.url, 'test')
  await eventually(async () => {
    const { rowCount } = await client.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'keygrant pool'
          AND state = 'active' AND wait_event IS NOT NULL`,
    )
    expect(rowCount).toBe(1)
  })
}

describe('one pool', () => {
  test('serves both Prisma and pg, and reports each statement that is sent, BEGIN and COMMIT included', async () => {
    const statements: string[] = []
    await using database = open({ onStatement: (text) => statements.push(text), poolSize: 1 })
    await database.pool.query('SELECT 1')
    await database.pool.query({ name: 'named', text: 'SELECT 2' })
    await database.prisma.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT 3`
    })
    expect(statements).toEqual(['SELECT 1', 'SELECT 2', 'BEGIN', 'SELECT 3', 'COMMIT'])
    expect(database.pool.totalCount).toBe(1)
  })

  test('outlives the loss of idle connections, and says so in the log', async () => {
    const lines: string[] = []
    await using database = open({ log: createLog('warn', { write: (line) => void lines.push(line) }) })
    await database.pool.query('SELECT 1')
    await endConnections()
    await eventually(() => expect(lines.join()).toContain('an idle database connection was lost'))
    await database.pool.query('SELECT 1')
  })

  test.each(ways)('answers again after an outage: $name', async ({ ask }) => {
    await using proxy = await openDatabaseProxy(shared.url)
    await using database = open({ url: proxy.url })
    await ask(database, 0)
    await proxy.refuse()
    expect(isDatabaseUnavailable(await failureOf(ask(database, 0)))).toBe(true)
    await proxy.restore()
    await ask(database, 0)
  })
})

describe('a database that can not be asked is known as such', () => {
  test.each(ways)('when nothing listens: $name', async ({ ask }) => {
    const closed = createServer().listen(0, '127.0.0.1')
    await once(closed, 'listening')
    const { port } = closed.address() as AddressInfo
    closed.close()
    await using database = open({ url: `postgres://nobody:nothing@127.0.0.1:${port}/none` })
    expect(isDatabaseUnavailable(await failureOf(ask(database, 0)))).toBe(true)
  })

  test.each(ways)('when the connection is cut in the middle of a statement: $name', async ({ ask }) => {
    await using proxy = await openDatabaseProxy(shared.url)
    await using database = open({ url: proxy.url })
    const failure = failureOf(ask(database, 60))
    await waitUntilBusy()
    proxy.cut()
    expect(isDatabaseUnavailable(await failure)).toBe(true)
    await endConnections()
  })

  test.each(ways)('when an operator ends the connection: $name', async ({ ask }) => {
    await using database = open()
    const failure = failureOf(ask(database, 60))
    await waitUntilBusy()
    await endConnections()
    expect(isDatabaseUnavailable(await failure)).toBe(true)
  })

  test('when the connection is lost between two statements of a transaction', async () => {
    await using database = open()
    const work = database.prisma.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1`
      await endConnections()
      await tx.$queryRaw`SELECT 1`
    })
    expect(isDatabaseUnavailable(await failureOf(work))).toBe(true)
  })

  test.each(ways)('when a statement takes too long: $name', async ({ ask }) => {
    await using database = open({ statementTimeoutMs: 100 })
    expect(isDatabaseUnavailable(await failureOf(ask(database, 60)))).toBe(true)
    await ask(database, 0)
  })

  test.each(ways)('when it says nothing at all, and its connection is not used again: $name', async ({ ask }) => {
    await using proxy = await openDatabaseProxy(shared.url)
    await using database = open({ url: proxy.url, poolSize: 1, answerTimeoutMs: 500 })
    await ask(database, 0)
    proxy.freeze()
    expect(isDatabaseUnavailable(await failureOf(ask(database, 0)))).toBe(true)
    proxy.thaw()
    await ask(database, 0)
  })

  test('when all connections are taken for too long', async () => {
    await using database = open({ poolSize: 1 })
    database.pool.options.connectionTimeoutMillis = 100
    const taken = await database.pool.connect()
    expect(isDatabaseUnavailable(await failureOf(database.pool.query('SELECT 1')))).toBe(true)
    expect(isDatabaseUnavailable(await failureOf(database.prisma.$queryRaw`SELECT 1`))).toBe(true)
    taken.release()
  })
})

describe('other errors are not taken for an absent database', () => {
  const mistakes: { name: string; make: (database: Database) => Promise<unknown> }[] = [
    { name: 'a mistake in SQL', make: ({ pool }) => pool.query('SELEC 1') },
    { name: 'a mistake in SQL through Prisma', make: ({ prisma }) => prisma.$queryRaw`SELEC 1` },
    { name: 'a unique value that is taken', make: ({ pool }) => pool.query(TWICE) },
    { name: 'a row that is not there', make: ({ prisma }) => prisma.user.findUniqueOrThrow({ where: { id: 'none' } }) },
    {
      name: 'a transaction that is used after its end',
      async make({ prisma }) {
        const tx = await prisma.$transaction((inner) => Promise.resolve(inner))
        return tx.user.findFirst()
      },
    },
    { name: 'an error of our own', make: () => Promise.reject(new Error('P1001 is only mentioned')) },
  ]
  const TWICE = `DO $$ BEGIN CREATE TEMP TABLE once (id int UNIQUE) ON COMMIT DROP; INSERT INTO once VALUES (1), (1); END $$`

  test.each(mistakes)('$name', async ({ make }) => {
    await using database = open()
    const failure = await failureOf(make(database))
    expect(failure).toBeInstanceOf(Error)
    expect(isDatabaseUnavailable(failure)).toBe(false)
  })

  test.each([null, undefined, 'ECONNREFUSED', 42])('%s', (thing) => {
    expect(isDatabaseUnavailable(thing)).toBe(false)
  })
})
