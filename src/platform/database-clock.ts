/**
 * The database's time as every node's own. Nodes compare times that others have written, so they must share one clock, and
 * the database is what they share. This machine's own may be wrong, or be set while we run, and changes nothing.
 *
 * Between two measurements it runs by the processor's steady counter, which nobody sets. It never goes back: what was
 * expired stays so, and nobody is refused until a time comes again that has been.
 */
import type { ClientBase, Pool } from 'pg'
import type { Clock } from './clock.ts'
import type { Log } from './log.ts'

export interface DatabaseClock extends AsyncDisposable {
  clock: Clock
  /** The database's time minus this machine's, in milliseconds: what operators are told of, for it decides nothing but whether rows are swept. */
  offsetMs(): number
}

/** Steady counters of two machines part by some milliseconds in this time. */
const MEASURE_EVERY_MS = 60_000

/** A machine that slept, or was moved to another host, finds its two clocks apart; then it measures at once. */
const LOOK_EVERY_MS = 1_000
const MOVED_MS = 500

/** An answer that took longer says too little: the database looked at its clock at some moment in between. */
const LONGEST_ROUND_TRIP_MS = 2_000

/**
 * How much of the time is left out while the database's clock, which is behind ours or was set back, has to be waited for.
 * Standing still would stop what refills; a jump back would let things begin anew.
 */
const SLOWED_BY = 0.5

export interface DatabaseClockOptions {
  pool: Pool
  log: Log
  /** Other counters than the machine's own, for tests: one that nobody sets, and one that somebody may. In milliseconds. */
  steadyMs?: () => number
  ownMs?: () => number
}

interface Measurement {
  /** When the answer came, by the steady counter, and what time it is by the database then: no less than, no more than. */
  at: number
  earliest: number
  latest: number
}

/** Resolves when the time is known: one round trip. @throws when the database can't be asked */
export async function openDatabaseClock(options: DatabaseClockOptions): Promise<DatabaseClock> {
  const { pool, log, steadyMs = () => performance.now(), ownMs = () => Date.now() } = options

  async function measure(): Promise<Measurement> {
    // The wait for a connection would look like a slow answer.
    const client = await pool.connect()
    // One that breaks emits it besides failing its statement, and without a listener that would end the process.
    client.on('error', unheard)
    try {
      return await ask(client)
    } finally {
      client.off('error', unheard)
      client.release()
    }
  }

  async function ask(client: ClientBase): Promise<Measurement> {
    const askedAt = steadyMs()
    const { rows } = await client.query<{ ms: number }>(
      'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms',
    )
    const at = steadyMs()
    const ms = rows[0]?.ms ?? Number.NaN
    return { at, earliest: ms, latest: ms + (at - askedAt) }
  }

  const first = await measure()
  /** What this clock showed when it was last put right, and by how much it is ahead since. */
  let shown = { at: first.at, ms: (first.earliest + first.latest) / 2, ahead: 0 }
  /** The database's time minus the steady counter. */
  let origin = shown.ms - first.at
  let measuredAt = first.at
  let apart = ownMs() - steadyMs()
  let failing = false
  let running: Promise<void> | null = null

  function nowMs(): number {
    const passed = steadyMs() - shown.at
    return shown.ms + passed - Math.min(shown.ahead, passed * SLOWED_BY)
  }

  function take({ at, earliest, latest }: Measurement): void {
    const passed = steadyMs() - at
    const ms = nowMs()
    // No further than is certain, so that slow answers don't make it wander. What is behind jumps forward at once: until
    // then things would live too long.
    const right = Math.min(Math.max(ms, earliest + passed), latest + passed)
    origin = (earliest + latest) / 2 - at
    shown = { at: at + passed, ms: Math.max(ms, right), ahead: Math.max(0, ms - right) }
  }

  async function follow(): Promise<void> {
    try {
      const measurement = await measure()
      if (measurement.latest - measurement.earliest <= LONGEST_ROUND_TRIP_MS) take(measurement)
      measuredAt = steadyMs()
      failing = false
    } catch (err) {
      // It runs on as it is. Tried again with the next look.
      if (!failing) log.warn({ err }, "the database's time could not be read; it is reckoned from the last one")
      failing = true
    }
  }

  function look(): void {
    const nowApart = ownMs() - steadyMs()
    const moved = Math.abs(nowApart - apart) > MOVED_MS
    if (running || (!moved && steadyMs() - measuredAt < MEASURE_EVERY_MS)) return
    apart = nowApart
    running = follow().finally(() => (running = null))
  }
  const timer = setInterval(look, LOOK_EVERY_MS)
  timer.unref()

  return {
    clock: { now: () => new Date(nowMs()) },
    offsetMs: () => origin + steadyMs() - ownMs(),
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await running
    },
  }
}

const unheard = (): void => undefined
