/** Every node goes by the database's time, whatever its own clock says, and never back. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { connect } from '../../src/platform/database-connection.ts'
import { openDatabaseClock, type DatabaseClock } from '../../src/platform/database-clock.ts'
import { openDatabase, type Database } from '../../src/platform/database.ts'
import { createLog } from '../../src/platform/log.ts'
import { startSweeper } from '../../src/platform/sweeper.ts'
import { openDatabaseProxy } from '../support/database-proxy.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'

const log = createLog('silent')

let server: TestDatabase
let database: Database
const statements: string[] = []
beforeAll(async () => {
  server = await createTestDatabase()
  database = openDatabase({ url: server.url, poolSize: 2, log, onStatement: (text) => statements.push(text) })
})
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})
afterEach(() => setDatabaseClock(0))

/**
 * Sets the database's clock: what the clock asks for is a function of this database that comes before Postgres' own.
 * The pool is emptied, since its connections have chosen theirs.
 */
async function setDatabaseClock(seconds: number): Promise<void> {
  await using client = await connect(server.url, 'test')
  await client.query(`
    CREATE SCHEMA IF NOT EXISTS skewed;
    CREATE OR REPLACE FUNCTION skewed.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
      AS $$ SELECT pg_catalog.clock_timestamp() + interval '${seconds} seconds' $$`)
  const name = new URL(server.url).pathname.slice(1)
  await client.query(`ALTER DATABASE ${name} SET search_path = skewed, pg_catalog, public`)
  await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}' AND pid <> pg_backend_pid()`,
  )
  await eventually(() => expect(database.pool.totalCount).toBe(0))
}

/** A machine whose two counters a test moves. */
function machine() {
  const state = { steady: 0, own: 0 }
  return {
    /** So much time passes. */
    pass: (seconds: number) => {
      state.steady += seconds * 1000
      state.own += seconds * 1000
    },
    /** Somebody sets its clock. */
    set: (seconds: number) => {
      state.own += seconds * 1000
    },
    steadyMs: () => performance.now() + state.steady,
    ownMs: () => Date.now() + state.own,
  }
}

/** How many seconds it is ahead of this test's own clock. */
const ahead = ({ clock }: Pick<DatabaseClock, 'clock'>) => (clock.now().getTime() - Date.now()) / 1000

test('it is right from the start, after one statement', async () => {
  await setDatabaseClock(7200)
  statements.length = 0
  await using time = await openDatabaseClock({ pool: database.pool, log })
  expect(ahead(time)).toBeCloseTo(7200, 0)
  expect(statements).toHaveLength(1)
})

test('a step of this machine changes nothing, in either direction', async () => {
  const own = machine()
  await using time = await openDatabaseClock({ pool: database.pool, log, ...own })
  own.set(3600)
  expect(ahead(time)).toBeCloseTo(0, 0)
  own.set(-7200)
  expect(ahead(time)).toBeCloseTo(0, 0)
  expect(time.offsetMs() / 1000).toBeCloseTo(3600, 0)
})

test('a machine that was set looks anew at once, and tells how far it is off', async () => {
  const own = machine()
  await using time = await openDatabaseClock({ pool: database.pool, log, ...own })
  expect(Math.abs(time.offsetMs())).toBeLessThan(1000)
  await setDatabaseClock(30)
  own.set(-5)
  await eventually(() => expect(ahead(time)).toBeCloseTo(30, 0))
  expect(time.offsetMs() / 1000).toBeCloseTo(35, 0)
})

test('it is measured every minute', async () => {
  const own = machine()
  await using time = await openDatabaseClock({ pool: database.pool, log, ...own })
  await setDatabaseClock(120)
  own.pass(61)
  await eventually(() => expect(ahead(time)).toBeCloseTo(120, 0))
})

test('it never goes back: a database that was set back is waited for at half speed', async () => {
  await setDatabaseClock(100)
  const own = machine()
  await using time = await openDatabaseClock({ pool: database.pool, log, ...own })
  await setDatabaseClock(70)
  own.pass(61)
  const before = time.clock.now()
  statements.length = 0
  await eventually(() => expect(statements.length).toBeGreaterThan(0))
  await eventually(() => expect(time.offsetMs() / 1000).toBeCloseTo(9, 0))
  const after = time.clock.now()
  expect(after.getTime()).toBeGreaterThanOrEqual(before.getTime())
  // It is 91 seconds ahead of the database. In 50, it goes 25.
  own.pass(50)
  expect((time.clock.now().getTime() - after.getTime()) / 1000).toBeCloseTo(25, 0)
  own.pass(132)
  const caughtUp = ahead(time)
  own.pass(1000)
  expect(ahead(time) - caughtUp).toBeCloseTo(1000, 0)
})

test('ten thousand readings in a row never go back', async () => {
  await using time = await openDatabaseClock({ pool: database.pool, log })
  let last = 0
  for (let i = 0; i < 10_000; i++) {
    const now = time.clock.now().getTime()
    expect(now).toBeGreaterThanOrEqual(last)
    last = now
  }
})

test('without the database it goes on', async () => {
  await using proxy = await openDatabaseProxy(server.url)
  await using through = openDatabase({ url: proxy.url, poolSize: 1, log })
  const own = machine()
  await using time = await openDatabaseClock({ pool: through.pool, log, ...own })
  await proxy.refuse()
  own.pass(120)
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  expect(ahead(time)).toBeCloseTo(120, 0)
  await proxy.restore()
})

test('nothing is swept while the clocks disagree by a minute', async () => {
  const expire = () =>
    database.pool.query(`INSERT INTO replays (digest, expires_at) VALUES ('\\x01', now() - interval '2 days')`)
  await expire()
  let clockOffsetMs = 61_000
  const clock = { now: () => new Date() }
  await using sweeper = startSweeper({ pool: database.pool, clock, log, clockOffsetMs: () => clockOffsetMs })
  expect(await sweeper.sweep()).toEqual({})
  clockOffsetMs = -61_000
  expect(await sweeper.sweep()).toEqual({})
  clockOffsetMs = 59_000
  expect(await sweeper.sweep()).toEqual({ replays: 1 })
})
