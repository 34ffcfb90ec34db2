/** The statements of the chain. Values come as Postgres writes them: a `Date` or a number would hide what was altered. */
import type { ClientBase, Pool } from 'pg'
import type { ChainHead, ChainRow, ChainSegment } from './chain.ts'
import type { AuditRow } from './store.ts'

const milliseconds = (column: string) => `trim_scale(extract(epoch FROM ${column}) * 1000)::text`
const time = (parameter: string) => `to_timestamp(${parameter}::numeric / 1000)`
const bytes = (buffer: Uint8Array) => `\\x${Buffer.from(buffer).toString('hex')}`

const rowColumns = `id, ${milliseconds('at')} AS at, type, actor_kind, actor_id, organization_id, target_kind, target_id,
  request_id, address, data::text AS data`

/** Where the chain is to go on. */
export interface ChainEnd {
  head: (ChainHead & { seal: Buffer }) | null
  /** Is any row linked? */
  begun: boolean
  /** What the newest segment ends with; null: there is none yet. */
  segment: { seq: bigint; mac: Buffer } | null
  /** When the first row behind the newest segment was written, in milliseconds since 1970. */
  openSince: string | null
}

export async function readEnd(client: ClientBase): Promise<ChainEnd> {
  const { rows } = await client.query<{
    seq: string | null
    mac: Buffer | null
    at: string | null
    seal: Buffer | null
    begun: boolean
    last_seq: string | null
    last_mac: Buffer | null
    open_since: string | null
  }>(`SELECT h.seq, h.mac, ${milliseconds('h.at')} AS at, h.seal, s.last_seq, s.last_mac,
      (SELECT max(seq) FROM audit_events) IS NOT NULL AS begun,
      (SELECT ${milliseconds('e.at')} FROM audit_events e WHERE e.seq = coalesce(s.last_seq, 0) + 1) AS open_since
    FROM (VALUES (1)) AS one (id) LEFT JOIN audit_heads h USING (id)
    LEFT JOIN LATERAL (SELECT last_seq, last_mac FROM audit_segments ORDER BY first_seq DESC LIMIT 1) s ON true`)
  const { seq, mac, at, seal, begun = false, last_seq, last_mac, open_since = null } = rows[0] ?? {}
  return {
    head: seq && mac && at && seal ? { seq: BigInt(seq), mac, at, seal } : null,
    begun,
    segment: last_seq && last_mac ? { seq: BigInt(last_seq), mac: last_mac } : null,
    openSince: open_since,
  }
}

/** In the order in which they will stand in the chain. */
export async function listUnlinked(client: ClientBase, limit: number): Promise<ChainRow[]> {
  const { rows } = await client.query<ChainRow>(
    `SELECT ${rowColumns} FROM audit_events e WHERE seq IS NULL ORDER BY e.at, e.id LIMIT $1`,
    [limit],
  )
  return rows
}

export async function isAnyUnlinked(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ any: boolean }>(
    'SELECT EXISTS (SELECT FROM audit_events WHERE seq IS NULL) AS any',
  )
  return rows[0]?.any ?? false
}

/** The rows' places and the chain's new end, in one statement. */
export async function writeLinks(
  client: ClientBase,
  links: readonly { id: string; seq: bigint; mac: Buffer }[],
  head: ChainHead,
  seal: Buffer,
): Promise<void> {
  await client.query(
    `WITH linked AS (
      UPDATE audit_events e SET seq = link.seq, mac = link.mac
      FROM unnest($1::text[], $2::bigint[], $3::bytea[]) AS link (id, seq, mac) WHERE e.id = link.id AND e.seq IS NULL)
    INSERT INTO audit_heads (id, seq, mac, at, seal) VALUES (1, $4, $5, ${time('$6')}, $7)
    ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, mac = excluded.mac, at = excluded.at, seal = excluded.seal`,
    [
      links.map(({ id }) => id),
      links.map(({ seq }) => String(seq)),
      links.map(({ mac }) => bytes(mac)),
      String(head.seq),
      head.mac,
      head.at,
      seal,
    ],
  )
}

/** When the earliest and the latest of these rows were written: a change that took long to commit is linked after later ones. */
export async function readSpan(
  client: ClientBase,
  firstSeq: bigint,
  lastSeq: bigint,
): Promise<{ firstAt: string; lastAt: string }> {
  const { rows } = await client.query<{ first: string | null; last: string | null }>(
    `SELECT ${milliseconds('min(at)')} AS first, ${milliseconds('max(at)')} AS last
    FROM audit_events WHERE seq BETWEEN $1 AND $2`,
    [String(firstSeq), String(lastSeq)],
  )
  return { firstAt: rows[0]?.first ?? '0', lastAt: rows[0]?.last ?? '0' }
}

export async function insertSegment(client: ClientBase, segment: ChainSegment, seal: Buffer): Promise<void> {
  const { firstSeq, lastSeq, firstAt, lastAt, previousMac, lastMac } = segment
  await client.query(
    `INSERT INTO audit_segments (first_seq, last_seq, first_at, last_at, previous_mac, last_mac, seal)
    VALUES ($1, $2, ${time('$3')}, ${time('$4')}, $5, $6, $7)`,
    [String(firstSeq), String(lastSeq), firstAt, lastAt, previousMac, lastMac, seal],
  )
}

export interface LinkedRow {
  row: ChainRow
  seq: bigint
  mac: Buffer
}

/** Where the reading goes on: behind this place. Ids as well, since a place may hold two rows if its index was taken away. */
export interface Place {
  seq: bigint
  id: string
}

/** Before any place that a row may have. */
export const noPlace: Place = { seq: -(2n ** 63n), id: '' }

export async function listLinked(pool: Pool, after: Place, to: bigint | null, limit: number): Promise<LinkedRow[]> {
  const { rows } = await pool.query<ChainRow & { seq: string; mac: Buffer | null }>(
    `SELECT seq, mac, ${rowColumns} FROM audit_events e
    WHERE (seq, id) > ($1::bigint, $2::text) AND ($3::bigint IS NULL OR seq <= $3) ORDER BY seq, id LIMIT $4`,
    [String(after.seq), after.id, to === null ? null : String(to), limit],
  )
  return rows.map(({ seq, mac, ...row }) => ({ row, seq: BigInt(seq), mac: mac ?? Buffer.alloc(0) }))
}

export async function readHead(pool: Pool): Promise<{
  head: (ChainHead & { seal: Buffer }) | null
  /** Where the newest segment ends. */
  segmentsTo: bigint
  /** How many rows wait to be linked. */
  waiting: number
}> {
  const { rows } = await pool.query<{
    seq: string | null
    mac: Buffer
    at: string
    seal: Buffer
    segments_to: string
    waiting: number
  }>(
    `SELECT h.seq, h.mac, ${milliseconds('h.at')} AS at, h.seal,
      coalesce((SELECT max(last_seq) FROM audit_segments), 0) AS segments_to,
      (SELECT count(*)::int FROM audit_events WHERE seq IS NULL) AS waiting
    FROM (VALUES (1)) AS one (id) LEFT JOIN audit_heads h USING (id)`,
  )
  const { seq = null, mac, at, seal, segments_to = '0', waiting = 0 } = rows[0] ?? {}
  const head = seq && mac && at && seal ? { seq: BigInt(seq), mac, at, seal } : null
  return { head, segmentsTo: BigInt(segments_to), waiting }
}

/** Rows that stand behind the end as it is at this moment. */
export async function listBehindHead(pool: Pool, limit: number): Promise<Place[]> {
  const { rows } = await pool.query<{ seq: string; id: string }>(
    `SELECT seq, id FROM audit_events WHERE seq > coalesce((SELECT seq FROM audit_heads WHERE id = 1), -1)
    ORDER BY seq LIMIT $1`,
    [limit],
  )
  return rows.map(({ seq, id }) => ({ seq: BigInt(seq), id }))
}

type SegmentColumns = Record<'first_seq' | 'last_seq' | 'first_at' | 'last_at', string> &
  Record<'previous_mac' | 'last_mac' | 'seal', Buffer>

const segmentColumns = `first_seq, last_seq, ${milliseconds('first_at')} AS first_at, ${milliseconds('last_at')} AS last_at,
  previous_mac, last_mac, seal`

export type SealedSegment = ChainSegment & { seal: Buffer }

/** Segments that end from one place to another, both included. */
export async function listSegments(pool: Pool, from: bigint, to: bigint): Promise<SealedSegment[]> {
  const { rows } = await pool.query<SegmentColumns>(
    `SELECT ${segmentColumns} FROM audit_segments WHERE last_seq BETWEEN $1 AND $2 ORDER BY first_seq`,
    [String(from), String(to)],
  )
  return rows.map(segmentOf)
}

/** The oldest one that still has its rows. */
export async function readOldestSegment(client: ClientBase): Promise<SealedSegment | null> {
  const { rows } = await client.query<SegmentColumns>(
    `SELECT ${segmentColumns} FROM audit_segments WHERE dropped_at IS NULL ORDER BY first_seq LIMIT 1`,
  )
  return rows[0] ? segmentOf(rows[0]) : null
}

export interface DroppedSegment extends SealedSegment {
  /** Milliseconds since 1970. */
  droppedAt: string
  dropSeal: Buffer
}

/** The newest one whose rows are gone. */
export async function readDropped(pool: Pool): Promise<DroppedSegment | null> {
  const { rows } = await pool.query<SegmentColumns & { dropped_at: string; drop_seal: Buffer | null }>(
    `SELECT ${segmentColumns}, ${milliseconds('dropped_at')} AS dropped_at, drop_seal
    FROM audit_segments WHERE dropped_at IS NOT NULL ORDER BY first_seq DESC LIMIT 1`,
  )
  const row = rows[0]
  return row ? { ...segmentOf(row), droppedAt: row.dropped_at, dropSeal: row.drop_seal ?? Buffer.alloc(0) } : null
}

/** @returns how many rows there were */
export async function deleteRows(client: ClientBase, { firstSeq, lastSeq }: ChainSegment): Promise<number> {
  const { rowCount } = await client.query('DELETE FROM audit_events WHERE seq BETWEEN $1 AND $2', [
    String(firstSeq),
    String(lastSeq),
  ])
  return rowCount ?? 0
}

export async function writeDropped(
  client: ClientBase,
  { firstSeq }: ChainSegment,
  droppedAt: string,
  seal: Buffer,
): Promise<void> {
  await client.query(`UPDATE audit_segments SET dropped_at = ${time('$2')}, drop_seal = $3 WHERE first_seq = $1`, [
    String(firstSeq),
    droppedAt,
    seal,
  ])
}

export async function insertRow(client: ClientBase, row: AuditRow): Promise<void> {
  await client.query(
    `INSERT INTO audit_events (id, at, type, actor_kind, actor_id, organization_id, target_kind, target_id, request_id,
      address, data)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      row.id,
      row.at,
      row.type,
      row.actor_kind,
      row.actor_id,
      row.organization_id,
      row.target_kind,
      row.target_id,
      row.request_id,
      row.address,
      row.data,
    ],
  )
}

function segmentOf(row: SegmentColumns): SealedSegment {
  return {
    firstSeq: BigInt(row.first_seq),
    lastSeq: BigInt(row.last_seq),
    firstAt: row.first_at,
    lastAt: row.last_at,
    previousMac: row.previous_mac,
    lastMac: row.last_mac,
    seal: row.seal,
  }
}
