/** An audit trail on a database of its own, with sequencers that link when they are told to. */
import type pg from 'pg'
import type { Event } from '../../src/audit/events.ts'
import { record } from '../../src/audit/record.ts'
import { startSequencer, type Sequencer, type SequencerParts } from '../../src/audit/sequencer.ts'
import { verifyAudit, type AuditVerification, type VerifyOptions } from '../../src/audit/verify.ts'
import { openDatabase } from '../../src/platform/database.ts'
import { openFeatureBench, type FeatureBench } from '../support/feature-bench.ts'

export interface ChainBench extends AsyncDisposable {
  bench: FeatureBench
  pool: pg.Pool
  /** Every statement that sequencers have sent, since it was last emptied. */
  statements: string[]
  sequencer(parts?: Partial<SequencerParts>): Sequencer
  /** Writes so many rows, in one transaction. */
  write(count: number): Promise<void>
  verify(options?: Partial<VerifyOptions>): Promise<AuditVerification>
  /** The id at a place of the chain. */
  idAt(seq: number): Promise<string>
}

export async function openChainBench(): Promise<ChainBench> {
  await using opening = new AsyncDisposableStack()
  const bench = opening.use(await openFeatureBench())
  const { url, log, secrets, clock } = bench
  const { pool } = opening.use(openDatabase({ url, poolSize: 4, log }))
  const statements: string[] = []
  const open = opening.move()
  return {
    bench,
    pool,
    statements,
    sequencer(parts = {}) {
      const own = open.use(openDatabase({ url, poolSize: 1, log, onStatement: (text) => statements.push(text) }))
      return open.use(startSequencer({ pool: own.pool, secrets, clock, log, keepDays: null, ...parts }))
    },
    async write(count) {
      const event: Event = {
        type: 'organization.updated',
        id: 'org_1',
        organizationId: 'org_1',
        data: { changed: ['name'] },
      }
      await bench.db.$transaction((tx) =>
        record(
          tx,
          Array.from({ length: count }, () => event),
          bench.context,
        ),
      )
    },
    verify: (options = {}) => verifyAudit({ pool, secrets, ...options }),
    async idAt(seq) {
      const { rows } = await pool.query<{ id: string }>('SELECT id FROM audit_events WHERE seq = $1', [seq])
      return rows[0]?.id ?? ''
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}
