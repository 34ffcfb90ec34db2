/**
 * Links the rows of the audit trail into one chain, within a second of their commit. Rows commit unlinked with their
 * change: a chain that each change had to extend would make all of them, on all nodes, wait for each other.
 */
import type { ClientBase, Pool } from 'pg'
import { day, type Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { Secrets } from '../platform/secrets.ts'
import { beginning, headGeneration, headSeal, rowMac, segmentSeal, type ChainHead } from './chain.ts'
import {
  insertSegment,
  isAnyUnlinked,
  listUnlinked,
  readEnd,
  readSpan,
  writeLinks,
  type ChainEnd,
} from './chain-rows.ts'
import { dropOldest } from './retention.ts'

/** Whose turn it is to link: a number that nobody else locks in this database. */
const LOCK = 7_240_115_022

const EVERY_MS = 500
const DROP_EVERY_MS = 3_600_000

interface Bounds {
  batchRows: number
  /** A segment is closed behind so many rows, or when its first one is so old. */
  segmentRows: number
  segmentSeconds: number
}

const standardBounds: Bounds = {
  batchRows: 500,
  segmentRows: 10_000,
  segmentSeconds: day,
}

export interface SequencerParts {
  /** With one connection of its own, so that it takes none from requests. */
  pool: Pool
  secrets: Secrets
  clock: Clock
  log: Log
  /** How long rows are kept, in days; null: for ever. */
  keepDays: number | null
  /** Other bounds than the standard ones, for tests. */
  bounds?: Partial<Bounds>
}

export interface Sequencer extends AsyncDisposable {
  /** Links until nothing waits, or another node is at it. @returns how many rows this one has linked */
  link(): Promise<number>
  /** Drops the segments that are too old. @returns how many this one has dropped */
  drop(): Promise<number>
}

/** Every node may run one: whoever comes while another is linking goes away. */
export function startSequencer({ pool, secrets, clock, log, keepDays, bounds = {} }: SequencerParts): Sequencer {
  const limits = { ...standardBounds, ...bounds }
  let stopped = false
  let looked = false
  let dropAgainAt = 0
  let trouble: 'none' | 'failing' | 'broken' = 'none'
  let running: Promise<unknown> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined

  async function link(): Promise<number> {
    let total = 0
    for (;;) {
      const linked = await inTransaction(pool, (client) => linkBatch(client, { secrets, clock, limits }))
      if (linked === 'broken') {
        if (trouble !== 'broken')
          log.error(
            'the end of the audit trail is not as it was sealed, so that nothing is linked to it: see keygrant audit verify',
          )
        trouble = 'broken'
        return total
      }
      if (trouble === 'broken') trouble = 'none'
      total += linked
      if (stopped || linked < limits.batchRows) return total
    }
  }

  async function drop(): Promise<number> {
    if (keepDays === null) return 0
    for (let total = 0; ; total += 1) {
      const outcome = await inTransaction(pool, async (client) => {
        if (!(await lock(client))) return 'none'
        const dropped = await dropOldest(client, { secrets, clock, keepDays })
        // What was deleted before it showed that something is missing comes back.
        if (dropped === 'broken') throw new BrokenSegment()
        return dropped
      }).catch((error: unknown) => {
        if (error instanceof BrokenSegment) return 'broken'
        throw error
      })
      if (outcome === 'broken')
        log.error(
          'the oldest segment of the audit trail is not as it was sealed, and is kept: see keygrant audit verify',
        )
      if (outcome !== 'dropped') return total
    }
  }

  async function tick(): Promise<void> {
    if (clock.now().getTime() >= dropAgainAt) {
      dropAgainAt = clock.now().getTime() + DROP_EVERY_MS
      await drop()
    }
    // The first look is a whole one, so that the end gets under the newest key before an older one is taken away.
    if (looked && !(await isAnyUnlinked(pool))) return
    await link()
    looked = true
  }

  function schedule(): void {
    if (stopped) return
    timer = setTimeout(() => {
      running = tick()
        .then(() => {
          if (trouble === 'failing') trouble = 'none'
        })
        .catch((err: unknown) => {
          if (trouble === 'none') log.warn({ err }, 'the audit trail could not be linked; it will be tried again')
          if (trouble === 'none') trouble = 'failing'
        })
        .finally(schedule)
    }, EVERY_MS)
    timer.unref()
  }
  schedule()

  return {
    link,
    drop,
    async [Symbol.asyncDispose]() {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}

interface BatchParts {
  secrets: Secrets
  clock: Clock
  limits: Bounds
}

/** @returns how many rows were linked; `broken`: what the chain ends with is not what was sealed, and is left as it is */
async function linkBatch(client: ClientBase, { secrets, clock, limits }: BatchParts): Promise<number | 'broken'> {
  if (!(await lock(client))) return 0
  const end = await readEnd(client)
  const generation = end.head ? headGeneration(secrets, end.head, end.head.seal) : 0
  // Sealing what follows would make good what somebody has done to the end.
  if (generation === null || (!end.head && end.begun)) return 'broken'
  const rows = await listUnlinked(client, limits.batchRows)
  if (rows.length === 0 && generation === 0) return 0

  let { seq, mac } = end.head ?? beginning
  const links = rows.map((row) => {
    seq += 1n
    mac = rowMac(secrets, row, seq, mac)
    return { id: row.id, seq, mac }
  })
  const at = String(clock.now().getTime())
  const head: ChainHead = { seq, mac, at }
  await writeLinks(client, links, head, headSeal(secrets, head))
  if (isDue(end, head, rows[0]?.at, limits)) await closeSegment(client, secrets, end, head)
  return rows.length
}

/**
 * Given back with the commit, when all can see what was written. What is read comes in a statement of its own: one that
 * began before the lock was free would not see it.
 */
async function lock(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS mine', [LOCK])
  return rows[0]?.mine === true
}

class BrokenSegment extends Error {}

function isDue(end: ChainEnd, head: ChainHead, first: string | undefined, limits: Bounds): boolean {
  const since = end.openSince ?? first
  if (since === undefined) return false
  const rows = head.seq - (end.segment?.seq ?? 0n)
  return rows >= BigInt(limits.segmentRows) || Number(head.at) - Number(since) >= limits.segmentSeconds * 1000
}

async function closeSegment(client: ClientBase, secrets: Secrets, end: ChainEnd, head: ChainHead): Promise<void> {
  const previous = end.segment ?? beginning
  const firstSeq = previous.seq + 1n
  const span = await readSpan(client, firstSeq, head.seq)
  const segment = { firstSeq, lastSeq: head.seq, ...span, previousMac: previous.mac, lastMac: head.mac }
  await insertSegment(client, segment, segmentSeal(secrets, segment))
}

async function inTransaction<T>(pool: Pool, work: (client: ClientBase) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  // One that breaks between two statements emits it, which would end the process; the next statement fails by itself.
  client.on('error', unheard)
  try {
    await client.query('BEGIN')
    const result = await work(client)
    await client.query('COMMIT')
    client.off('error', unheard)
    client.release()
    return result
  } catch (error) {
    // Without the connection there is no transaction, whatever state it was in.
    client.release(true)
    throw error
  }
}

const unheard = () => undefined
