/** Rows of the audit trail that are too old: whole segments go, what is left verifies, and nobody else can drop one unseen. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openChainBench, type ChainBench } from './chain-bench.ts'

let stage: ChainBench
beforeAll(async () => {
  stage = await openChainBench()
})
afterAll(() => stage[Symbol.asyncDispose]())

const bounds = { batchRows: 5, segmentRows: 10 }
const dayOf = 86_400

test('segments go as a whole when their newest row is too old, and the chain that is left verifies', async () => {
  await using sequencer = stage.sequencer({ bounds, keepDays: 30 })
  await stage.write(20)
  await sequencer.link()
  stage.bench.clock.advance(20 * dayOf)
  await stage.write(14)
  await sequencer.link()
  expect(await sequencer.drop()).toBe(0)

  stage.bench.clock.advance(11 * dayOf)
  expect(await sequencer.drop()).toBe(2)
  await sequencer.link()
  expect(await stage.verify()).toMatchObject({ rows: 16, droppedTo: 20n, waiting: 0, faults: [] })
  const { rows } = await stage.pool.query("SELECT data FROM audit_events WHERE type = 'audit.dropped' ORDER BY seq")
  expect(rows.map(({ data }: { data: { first_seq: number; last_seq: number } }) => data)).toMatchObject([
    { first_seq: 1, last_seq: 10 },
    { first_seq: 11, last_seq: 20 },
  ])
})

test('without a retention everything stays', async () => {
  await using sequencer = stage.sequencer({ bounds, keepDays: null })
  stage.bench.clock.advance(4000 * dayOf)
  expect(await sequencer.drop()).toBe(0)
})

test('a segment that lacks a row, or isn’t as it was sealed, is kept', async () => {
  await using sequencer = stage.sequencer({ bounds, keepDays: 30 })
  await stage.pool.query('CREATE TABLE kept_row AS SELECT * FROM audit_events WHERE seq = 24')
  await stage.pool.query('DELETE FROM audit_events WHERE seq = 24')
  expect(await sequencer.drop()).toBe(0)
  expect(await stage.verify()).toMatchObject({ rows: 15, faults: [{ kind: 'removed', seq: 24n, lastSeq: 24n }] })
  await stage.pool.query('INSERT INTO audit_events TABLE kept_row')
  await stage.pool.query("UPDATE audit_segments SET last_at = last_at - interval '1 day' WHERE first_seq = 21")
  expect(await sequencer.drop()).toBe(0)
  await stage.pool.query("UPDATE audit_segments SET last_at = last_at + interval '1 day' WHERE first_seq = 21")
  expect((await stage.verify()).faults).toEqual([])
})

test('rows that somebody else deletes, and says to have been dropped, are missed', async () => {
  await stage.pool.query(`DELETE FROM audit_events WHERE seq BETWEEN 21 AND 30;
    UPDATE audit_segments SET dropped_at = now(), drop_seal = (SELECT drop_seal FROM audit_segments WHERE first_seq = 11)
    WHERE first_seq = 21`)
  const { faults } = await stage.verify()
  expect(faults.map(({ kind }) => kind)).toContain('segment_altered')
  expect(faults.map(({ kind }) => kind)).toContain('removed')
})
