/** The chain of the audit trail: what is linked, and what of it can't be changed unseen. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSecrets } from '../../src/platform/secrets.ts'
import { eventually } from '../support/eventually.ts'
import { openChainBench, type ChainBench } from './chain-bench.ts'

const sound = { faults: [], moreFaults: 0 }

describe('linking', () => {
  let stage: ChainBench
  beforeAll(async () => {
    stage = await openChainBench()
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  test('happens by itself, in the order in which rows were written', async () => {
    await stage.write(3)
    await using _ = stage.sequencer()
    await eventually(async () => expect((await stage.verify()).waiting).toBe(0))
    expect(await stage.verify()).toMatchObject({ rows: 3, end: { seq: 3n }, ...sound })
    const { rows } = await stage.pool.query('SELECT id FROM audit_events ORDER BY seq')
    const { rows: written } = await stage.pool.query('SELECT id FROM audit_events ORDER BY at, id')
    expect(rows).toEqual(written)
  })

  test('a batch costs the same statements however many rows it has', async () => {
    await using sequencer = stage.sequencer()
    stage.statements.length = 0
    for (const count of [1, 400]) {
      await stage.write(count)
      await sequencer.link()
    }
    // By itself or because it was told to.
    const transactions = stage.statements.join(';;').split('BEGIN').slice(1)
    const costs = transactions
      .filter((text) => text.includes('UPDATE audit_events'))
      .map(
        (text) => text.split(';;').filter((statement) => statement !== '' && !statement.includes('EXISTS')).length + 1,
      )
    expect(costs).toEqual([6, 6])
  })

  test('several at once make one chain, with what is written meanwhile', async () => {
    const sequencers = [1, 2, 3].map(() => stage.sequencer({ bounds: { batchRows: 7, segmentRows: 20 } }))
    const before = (await stage.verify()).rows
    const writing = Array.from({ length: 20 }, (_, index) => stage.write(1 + (index % 5)))
    const linking = sequencers.map(async (sequencer) => {
      for (let round = 0; round < 20; round += 1) await sequencer.link()
    })
    await Promise.all([...writing, ...linking])
    await eventually(async () => expect((await stage.verify()).waiting).toBe(0))
    expect(await stage.verify({ blockRows: 11 })).toMatchObject({ rows: before + 60, ...sound })
    const { rows } = await stage.pool.query('SELECT first_seq, last_seq FROM audit_segments ORDER BY first_seq')
    expect(rows.length).toBeGreaterThan(1)
  })

  test('goes on with another connection when one breaks in the middle of a batch', async () => {
    await using sequencer = stage.sequencer()
    const { rows } = await stage.verify()
    const holder = await stage.pool.connect()
    await holder.query('BEGIN; LOCK TABLE audit_heads IN SHARE MODE')
    await stage.write(1)
    const linking = sequencer.link().catch(() => 0)
    const waits = `FROM pg_locks WHERE relation = 'audit_heads'::regclass AND NOT granted`
    await eventually(async () => expect((await stage.pool.query(`SELECT pid ${waits}`)).rowCount).toBe(1))
    await stage.pool.query(`SELECT pg_terminate_backend(pid) ${waits}`)
    await holder.query('COMMIT')
    holder.release()
    await linking
    await eventually(async () => {
      await sequencer.link()
      expect(await stage.verify()).toMatchObject({ rows: rows + 1, waiting: 0, ...sound })
    })
  })

  test('goes on under a new secret key, while the older one is there to verify by', async () => {
    const older = 'feature bench secret key, long enough to be one'
    const newer = 'another secret key for benches, long enough to be one'
    const secrets = createSecrets([newer, older])
    await using sequencer = stage.sequencer({ secrets })
    await stage.write(2)
    await eventually(async () => {
      await sequencer.link()
      expect((await stage.verify({ secrets })).waiting).toBe(0)
    })
    expect(await stage.verify({ secrets })).toMatchObject(sound)
    // Whoever has neither can tell nothing of it.
    const { faults, moreFaults } = await stage.verify({ secrets: createSecrets(['x'.repeat(40)]) })
    expect(faults).toHaveLength(20)
    expect(moreFaults).toBeGreaterThan(20)
  })
})

describe('the end of a chain', () => {
  test('gets under the newest key though nothing is written, so that the older one can be taken away', async () => {
    await using stage = await openChainBench()
    const older = 'feature bench secret key, long enough to be one'
    const newer = 'another secret key for benches, long enough to be one'
    const linkUnder = async (...keys: string[]) => {
      await using sequencer = stage.sequencer({ secrets: createSecrets(keys) })
      await sequencer.link()
    }
    await stage.write(1)
    await linkUnder(older)
    await linkUnder(newer, older)
    await stage.write(1)
    await linkUnder(newer)
    expect(await stage.verify({ secrets: createSecrets([newer, older]) })).toMatchObject({
      rows: 2,
      waiting: 0,
      ...sound,
    })
  })

  test('that somebody has altered is not sealed again, and nothing is linked to it', async () => {
    await using stage = await openChainBench()
    await using sequencer = stage.sequencer()
    await stage.write(3)
    await sequencer.link()
    await stage.pool.query('DELETE FROM audit_events WHERE seq = 3')
    await stage.pool.query('UPDATE audit_heads SET seq = 2, mac = (SELECT mac FROM audit_events WHERE seq = 2)')
    await stage.write(1)
    expect(await sequencer.link()).toBe(0)
    expect(await stage.verify()).toMatchObject({
      end: null,
      waiting: 1,
      faults: [{ kind: 'end_altered', seq: 2n, id: null }],
    })
  })

  test('a segment is closed when its first row is a day old', async () => {
    await using stage = await openChainBench()
    await using sequencer = stage.sequencer()
    await stage.write(2)
    await sequencer.link()
    stage.bench.clock.advance(86_401)
    await stage.write(1)
    await sequencer.link()
    const { rows } = await stage.pool.query('SELECT first_seq, last_seq FROM audit_segments')
    expect(rows).toEqual([{ first_seq: '1', last_seq: '3' }])
    expect(await stage.verify()).toMatchObject({ rows: 3, ...sound })
  })
})
