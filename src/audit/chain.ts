/**
 * What the chain of the audit trail is made of: each row's MAC is over all of its columns, its place and the MAC before, so
 * that no row can be altered, moved, put in or taken out by somebody who doesn't have the server's secret key.
 */
import type { Secrets } from '../platform/secrets.ts'
import type { AuditRow } from './store.ts'

/** A row as Postgres writes its values, so that nothing is rounded on the way. */
export interface ChainRow extends Omit<AuditRow, 'at' | 'data'> {
  /** Milliseconds since 1970. */
  at: string
  data: string
}

export interface ChainHead {
  seq: bigint
  mac: Buffer
  at: string
}

export interface ChainSegment {
  firstSeq: bigint
  lastSeq: bigint
  firstAt: string
  lastAt: string
  /** Of the row before the first. */
  previousMac: Buffer
  lastMac: Buffer
}

type Sealer = Pick<Secrets, 'digest' | 'generationOf'>

/** What the first row follows. */
export const beginning: ChainHead = { seq: 0n, mac: Buffer.alloc(32), at: '0' }

export function rowMac(secrets: Sealer, row: ChainRow, seq: bigint, previousMac: Buffer): Buffer<ArrayBuffer> {
  return secrets.digest('audit', rowText(row, seq, previousMac))
}

/** Under whichever of the configured keys. */
export function isRowMac(secrets: Sealer, row: ChainRow, seq: bigint, previousMac: Buffer, mac: Buffer): boolean {
  return secrets.generationOf('audit', rowText(row, seq, previousMac), mac) !== null
}

export function headSeal(secrets: Sealer, head: ChainHead): Buffer<ArrayBuffer> {
  return secrets.digest('audit', headText(head))
}

/** Which of the configured keys sealed it, 0 being the newest; null: none. */
export function headGeneration(secrets: Sealer, head: ChainHead, seal: Buffer): number | null {
  return secrets.generationOf('audit', headText(head), seal)
}

export function segmentSeal(secrets: Sealer, segment: ChainSegment): Buffer<ArrayBuffer> {
  return secrets.digest('audit', segmentText(segment))
}

export function isSegmentSeal(secrets: Sealer, segment: ChainSegment, seal: Buffer): boolean {
  return secrets.generationOf('audit', segmentText(segment), seal) !== null
}

/** That a segment's rows are gone by the server's own doing. `droppedAt` in milliseconds since 1970. */
export function dropSeal(secrets: Sealer, segment: ChainSegment, droppedAt: string): Buffer<ArrayBuffer> {
  return secrets.digest('audit', dropText(segment, droppedAt))
}

export function isDropSeal(secrets: Sealer, segment: ChainSegment, droppedAt: string, seal: Buffer): boolean {
  return secrets.generationOf('audit', dropText(segment, droppedAt), seal) !== null
}

// JSON of a list: no two lists of texts and nulls are written alike, and the first member tells the kinds apart.

function rowText(row: ChainRow, seq: bigint, previousMac: Buffer): string {
  return JSON.stringify([
    'row',
    String(seq),
    previousMac.toString('base64url'),
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
  ])
}

function headText({ seq, mac, at }: ChainHead): string {
  return JSON.stringify(['head', String(seq), mac.toString('base64url'), at])
}

function segmentText({ firstSeq, lastSeq, firstAt, lastAt, previousMac, lastMac }: ChainSegment): string {
  const macs = [previousMac, lastMac].map((mac) => mac.toString('base64url'))
  return JSON.stringify(['segment', String(firstSeq), String(lastSeq), firstAt, lastAt, ...macs])
}

function dropText({ firstSeq, lastSeq, lastMac }: ChainSegment, droppedAt: string): string {
  return JSON.stringify(['dropped', String(firstSeq), String(lastSeq), lastMac.toString('base64url'), droppedAt])
}
