/** Walks the chain of the audit trail from its beginning, and says where it isn't what was sealed. */
import type { Pool } from 'pg'
import { constantTimeEqual, type Secrets } from '../platform/secrets.ts'
import {
  beginning,
  headGeneration,
  isDropSeal,
  isRowMac,
  isSegmentSeal,
  type ChainHead,
  type ChainSegment,
} from './chain.ts'
import {
  listBehindHead,
  listLinked,
  listSegments,
  noPlace,
  readDropped,
  readHead,
  type LinkedRow,
  type Place,
} from './chain-rows.ts'

export type FaultKind = 'removed' | 'altered' | 'inserted' | 'end_removed' | 'end_altered' | 'segment_altered'

export interface AuditFault {
  kind: FaultKind
  /** The first place in the chain that it is about. */
  seq: bigint
  /** The last one. */
  lastSeq: bigint
  /** Null where there is no row. */
  id: string | null
}

/** A place in the chain with its MAC, kept elsewhere: nobody can take the chain back to before it unseen. */
export interface Checkpoint {
  seq: bigint
  mac: Buffer
}

export interface AuditVerification {
  /** How many rows were looked at. */
  rows: number
  /** The last place whose row the server has dropped itself, when it was too old; 0: none. */
  droppedTo: bigint
  /** Rows that nobody has linked yet. */
  waiting: number
  /** Where the chain ends; null before it has begun, or when that isn't as it was sealed. */
  end: Checkpoint | null
  /** The first of them, by their place. */
  faults: AuditFault[]
  /** How many there are besides. */
  moreFaults: number
}

/** Rows in memory at a time. */
const BLOCK = 2_000

/** What is told one by one; a chain whose key is gone has a fault at each row. */
const MOST_FAULTS = 20

export interface VerifyOptions {
  pool: Pool
  secrets: Secrets
  checkpoint?: Checkpoint | null
  blockRows?: number
}

/** What is linked while it runs is not looked at. */
export async function verifyAudit(options: VerifyOptions): Promise<AuditVerification> {
  const { pool, secrets, checkpoint = null, blockRows = BLOCK } = options
  const faults = createFaults()
  const { head, segmentsTo, waiting } = await readHead(pool)
  const sealed = head !== null && headGeneration(secrets, head, head.seal) !== null
  if (head && !sealed) faults.add('end_altered', head.seq, null)
  const dropped = await readBeginning(pool, secrets, faults)
  const walk = createWalk(secrets, faults, checkpoint, dropped)
  const segments = createSegmentWalk(secrets, faults)
  let rows = 0
  for (let after: Place = noPlace; ;) {
    // With an end that is somebody else's, all that there is.
    const block = await listLinked(pool, after, sealed ? head.seq : null, blockRows)
    const last = block.at(-1)
    if (!last) break
    for (const linked of block) walk.take(linked)
    const macs = new Map(block.map(({ seq, mac }) => [seq, mac]))
    for (const segment of await listSegments(pool, after.seq + 1n, last.seq)) segments.take(segment, macs)
    rows += block.length
    after = { seq: last.seq, id: last.row.id }
  }
  walk.finish(sealed ? head : null, { isHeadGone: rows > 0 && head === null, segmentsTo })
  // The end moves on while this runs, with the rows.
  for (const place of sealed ? await listBehindHead(pool, MOST_FAULTS) : []) faults.add('inserted', place.seq, place.id)
  return {
    rows,
    droppedTo: dropped.seq,
    waiting,
    end: sealed ? { seq: head.seq, mac: head.mac } : null,
    ...faults.told(),
  }
}

/** What the first row that is kept follows: the last segment that the server has dropped, or nothing. */
async function readBeginning(pool: Pool, secrets: Secrets, faults: Faults): Promise<Checkpoint> {
  const dropped = await readDropped(pool)
  if (!dropped) return beginning
  const { lastSeq, lastMac, droppedAt, dropSeal } = dropped
  if (isDropSeal(secrets, dropped, droppedAt, dropSeal)) return { seq: lastSeq, mac: lastMac }
  faults.add('segment_altered', dropped.firstSeq, null, lastSeq)
  return beginning
}

type Faults = ReturnType<typeof createFaults>

function createFaults() {
  const faults: AuditFault[] = []
  let moreFaults = 0
  return {
    add(kind: FaultKind, seq: bigint, id: string | null, lastSeq = seq): void {
      if (faults.length < MOST_FAULTS) faults.push({ kind, seq, lastSeq, id })
      else moreFaults += 1
    },
    told: () => ({ faults, moreFaults }),
  }
}

function createWalk(secrets: Secrets, faults: Faults, checkpoint: Checkpoint | null, from: Checkpoint) {
  let previous = from
  /** Behind a gap there is nothing that a row's MAC could be held against. */
  let previousIsThere = true

  return {
    take({ row, seq, mac }: LinkedRow): void {
      if (seq <= previous.seq) {
        faults.add('inserted', seq, row.id)
        return
      }
      if (seq > previous.seq + 1n) {
        faults.add('removed', previous.seq + 1n, null, seq - 1n)
        previousIsThere = false
      }
      const isSealed = !previousIsThere || isRowMac(secrets, row, seq, previous.mac, mac)
      const isKept = checkpoint?.seq !== seq || constantTimeEqual(checkpoint.mac, mac)
      if (!isSealed || !isKept) faults.add('altered', seq, row.id)
      previous = { seq, mac }
      previousIsThere = true
    },

    finish(head: ChainHead | null, { isHeadGone, segmentsTo }: { isHeadGone: boolean; segmentsTo: bigint }): void {
      const { seq, mac } = previous
      if (isHeadGone) faults.add('end_removed', seq + 1n, null)
      if (head && head.seq > seq) faults.add('end_removed', seq + 1n, null, head.seq)
      if (head && head.seq === seq && !constantTimeEqual(head.mac, mac)) faults.add('end_altered', seq, null)
      const end = head?.seq ?? seq
      const known = [segmentsTo, checkpoint?.seq ?? 0n].reduce((most, one) => (one > most ? one : most))
      if (known > end) faults.add('end_removed', end + 1n, null, known)
    },
  }
}

function createSegmentWalk(secrets: Secrets, faults: Faults) {
  let previous: { seq: bigint; mac: Buffer } = beginning

  return {
    take(segment: ChainSegment & { seal: Buffer }, macs: ReadonlyMap<bigint, Buffer>): void {
      const { firstSeq, lastSeq, previousMac, lastMac } = segment
      const mac = macs.get(lastSeq)
      const isWhole =
        isSegmentSeal(secrets, segment, segment.seal) &&
        firstSeq === previous.seq + 1n &&
        constantTimeEqual(previousMac, previous.mac) &&
        // A row that is gone is told as such.
        (mac === undefined || constantTimeEqual(lastMac, mac))
      if (!isWhole) faults.add('segment_altered', firstSeq, null, lastSeq)
      previous = { seq: lastSeq, mac: lastMac }
    },
  }
}
