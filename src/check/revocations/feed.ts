/**
 * What was told of revocations lately, and what is told now: in memory, filled from the table that every change writes to.
 * A listener that comes back, to this node or another, says how far it had heard and gets the rest.
 */
import type { Pool } from 'pg'
import { revocationKinds, type ChangeKind, type Changes } from '../../platform/changes.ts'
import type { Clock } from '../../platform/clock.ts'
import { isDatabaseUnavailable } from '../../platform/database-unavailable.ts'
import type { Log } from '../../platform/log.ts'
import { revocationOf, type Revocation } from './events.ts'

export interface Feed extends AsyncDisposable {
  /** What whoever has heard everything up to `cursor` must be told, and the listener gets all that comes from now on. */
  join(cursor: number | null, listener: FeedListener): Joined
  leave(listener: FeedListener): void
}

export interface Joined {
  /** What lies between is forgotten by now: the listener must forget, too. */
  reset: boolean
  backlog: readonly Revocation[]
  /** From then on everything is told, in ms. */
  since: number
}

export interface FeedListener {
  told(revocation: Revocation): void
  /** Everything was heard up to `ageMs` ago. Not called while that can't be said. */
  alive(ageMs: number): void
  /** More was missed than can be made up for. */
  lost(): void
}

export interface FeedOptions {
  pool: Pool
  changes: Pick<Changes, 'onAny' | 'onGap' | 'state' | 'silenceMs'>
  clock: Clock
  log: Log
  capacity?: number
}

/** Longer than access tokens live as a rule; one that is older than what is known here costs its holder a question. */
const WINDOW_MS = 3_600_000
const CAPACITY = 10_000

/** A change is told when it commits and written when it happens: up to a minute before, the longest transaction there is. */
const OVERLAP_MS = 120_000

const ALIVE_EVERY_MS = 500
/** As soon as changes are no longer certain to be heard, nobody is told that all is well. */
const CERTAIN_MS = 1_000

const kinds: ReadonlySet<string> = new Set(revocationKinds)

/** Resolves when it knows what was told within the last hour. */
export async function openFeed(options: FeedOptions): Promise<Feed> {
  const { pool, changes, clock, log, capacity = CAPACITY } = options
  const nowMs = () => clock.now().getTime()
  const listeners = new Set<FeedListener>()
  let known: Revocation[] = []
  /** Everything from then on is in `known`. */
  let since = nowMs() - WINDOW_MS
  /** What was told from then on may have been missed; null: nothing was. */
  let missedFrom: number | null = null
  let gaps = 0
  let filling: Promise<void> | null = null

  function keep(revocation: Revocation): void {
    known.push(revocation)
    // In blocks, so that not every new one moves all others.
    if (known.length >= 2 * capacity) trim()
    for (const listener of listeners) listener.told(revocation)
  }

  function trim(): void {
    const begin = nowMs() - WINDOW_MS
    const recent = known.filter(({ at }) => at >= begin)
    const dropped = recent.length - capacity
    since = Math.max(since, begin, dropped > 0 ? (recent[dropped - 1]?.at ?? 0) + 1 : 0)
    known = dropped > 0 ? recent.slice(dropped) : recent
  }

  /** Reads what this node may not have heard. */
  async function fill(from: number): Promise<void> {
    const { rows } = await pool.query<{ kind: ChangeKind; subject: string; at: Date }>({
      name: 'revocations-since',
      text: 'SELECT kind, subject, at FROM revocations WHERE at >= $1 ORDER BY at DESC LIMIT $2',
      values: [new Date(from), capacity + 1],
    })
    const more = rows.length > capacity
    const read = rows
      .slice(0, capacity)
      .map(({ kind, subject, at }) => revocationOf({ kind, id: subject }, at.getTime()))
      .toReversed()
    if (more) {
      known = read
      since = read[0]?.at ?? nowMs()
      for (const listener of listeners) listener.lost()
    } else for (const revocation of read) keep(revocation)
  }

  /** Until it has succeeded nobody is told that all is well. */
  function makeUp(): void {
    const from = missedFrom
    if (from === null || filling !== null || changes.state() !== 'live') return
    const before = gaps
    filling = fill(from)
      .then(
        () => {
          if (gaps === before) missedFrom = null
        },
        (err: unknown) => {
          if (!isDatabaseUnavailable(err)) log.error({ err }, 'revocations that were missed could not be read')
        },
      )
      .finally(() => (filling = null))
  }

  function tick(): void {
    makeUp()
    const ageMs = changes.silenceMs()
    if (missedFrom !== null || changes.state() !== 'live' || ageMs > CERTAIN_MS) return
    for (const listener of listeners) listener.alive(ageMs)
  }

  changes.onAny((change) => {
    if (kinds.has(change.kind)) keep(revocationOf(change, nowMs()))
  })
  changes.onGap(() => {
    const from = nowMs() - changes.silenceMs() - OVERLAP_MS
    missedFrom = Math.min(missedFrom ?? from, from)
    gaps++
    // Called when the connection is lost and again when there is a new one, which is known as soon as this has returned.
    queueMicrotask(makeUp)
  })
  await fill(since)
  const timer = setInterval(tick, ALIVE_EVERY_MS)
  timer.unref()

  return {
    join(cursor, listener) {
      trim()
      listeners.add(listener)
      const from = cursor === null ? since : cursor - OVERLAP_MS
      // A cursor from beyond what is known here, or from the future, tells nothing about what was heard.
      const reset = from < since || from > nowMs()
      return { reset, backlog: reset ? known.slice() : known.filter(({ at }) => at >= from), since }
    },
    leave: (listener) => void listeners.delete(listener),
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      listeners.clear()
      await filling
    },
  }
}
