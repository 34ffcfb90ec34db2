/**
 * The end of old rows of the audit trail: whole segments, the oldest first, so that what is left is a chain still. That a
 * segment was dropped is sealed and is a row itself; rows that are gone without that were taken out by somebody else.
 */
import type { ClientBase } from 'pg'
import { day, type Clock } from '../platform/clock.ts'
import type { Secrets } from '../platform/secrets.ts'
import { dropSeal, isSegmentSeal } from './chain.ts'
import { deleteRows, insertRow, readOldestSegment, writeDropped } from './chain-rows.ts'
import { auditRows, systemContext } from './record.ts'

export interface RetentionParts {
  secrets: Secrets
  clock: Clock
  /** How long rows are kept. */
  keepDays: number
}

/**
 * Drops one segment, if the newest row of the oldest one is older than that. In the caller's transaction, under its lock.
 * `broken`: the segment is not as it was sealed, or lacks rows; it stays, for it is the evidence of that.
 */
export async function dropOldest(
  client: ClientBase,
  { secrets, clock, keepDays }: RetentionParts,
): Promise<'dropped' | 'none' | 'broken'> {
  const segment = await readOldestSegment(client)
  const now = clock.now().getTime()
  if (!segment || Number(segment.lastAt) > now - keepDays * day * 1000) return 'none'
  if (!isSegmentSeal(secrets, segment, segment.seal)) return 'broken'
  const rows = await deleteRows(client, segment)
  if (BigInt(rows) !== segment.lastSeq - segment.firstSeq + 1n) return 'broken'
  await writeDropped(client, segment, String(now), dropSeal(secrets, segment, String(now)))
  const { audit } = auditRows(
    {
      type: 'audit.dropped',
      id: String(segment.firstSeq),
      data: { first_seq: Number(segment.firstSeq), last_seq: Number(segment.lastSeq), until: Number(segment.lastAt) },
    },
    systemContext(clock),
  )
  await insertRow(client, audit)
  return 'dropped'
}
