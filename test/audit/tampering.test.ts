/** Whatever somebody does to the audit trail who may write into the database is found, and where. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AuditFault } from '../../src/audit/verify.ts'
import { openChainBench, type ChainBench } from './chain-bench.ts'

let stage: ChainBench
beforeAll(async () => {
  stage = await openChainBench()
  await using sequencer = stage.sequencer({ bounds: { batchRows: 7, segmentRows: 10 } })
  await stage.write(40)
  await sequencer.link()
  await stage.pool.query(`CREATE TABLE kept_rows AS TABLE audit_events; CREATE TABLE kept_heads AS TABLE audit_heads;
    CREATE TABLE kept_segments AS TABLE audit_segments`)
})
afterAll(() => stage[Symbol.asyncDispose]())

/** What is found after these statements; then all is as before. */
async function foundAfter(statements: string): Promise<Partial<AuditFault>[]> {
  await stage.pool.query(statements)
  // In small blocks, so that what is found doesn't depend on where one ends.
  const [{ faults, moreFaults }, small] = [await stage.verify(), await stage.verify({ blockRows: 3 })]
  await stage.pool.query(`TRUNCATE audit_events, audit_heads, audit_segments;
    INSERT INTO audit_events TABLE kept_rows; INSERT INTO audit_heads TABLE kept_heads;
    INSERT INTO audit_segments TABLE kept_segments`)
  if (moreFaults === 0) expect(small.faults.toSorted(byPlace)).toEqual(faults.toSorted(byPlace))
  else expect(small.moreFaults).toBe(moreFaults)
  return faults
}

const byPlace = (a: AuditFault, b: AuditFault) => Number(a.seq - b.seq) || (a.kind < b.kind ? -1 : 1)

const at = (kind: AuditFault['kind'], seq: bigint, id: string | null, lastSeq = seq) => ({ kind, seq, lastSeq, id })

test('nothing is found where nobody has done anything', async () => {
  expect(await stage.verify()).toMatchObject({ rows: 40, faults: [], moreFaults: 0 })
})

test.for([
  ['id', `'aud_forged'`],
  ['at', `at + interval '1 millisecond'`],
  ['at', `'infinity'`],
  ['type', `'organization.deleted'`],
  ['actor_kind', `'cli'`],
  ['actor_id', `'usr_somebody'`],
  ['actor_id', `''`],
  ['organization_id', 'NULL'],
  ['target_kind', `'user'`],
  ['target_id', `'org_2'`],
  ['request_id', `'request-2'`],
  ['address', `'192.0.2.9'`],
  ['data', `'{"changed":["slug"]}'`],
] as const)('a row whose %s was set to %s', async ([column, value]) => {
  const id = column === 'id' ? 'aud_forged' : await stage.idAt(17)
  expect(await foundAfter(`UPDATE audit_events SET ${column} = ${value} WHERE seq = 17`)).toEqual([
    at('altered', 17n, id),
  ])
})

test('a row with a MAC of somebody’s own, at it and at the one that follows', async () => {
  const [id, next] = [await stage.idAt(17), await stage.idAt(18)]
  expect(await foundAfter(`UPDATE audit_events SET mac = sha256('forged') WHERE seq = 17`)).toEqual([
    at('altered', 17n, id),
    at('altered', 18n, next),
  ])
})

test('a row that was removed, and several', async () => {
  expect(await foundAfter('DELETE FROM audit_events WHERE seq = 17')).toEqual([at('removed', 17n, null)])
  expect(await foundAfter('DELETE FROM audit_events WHERE seq BETWEEN 5 AND 9')).toEqual([at('removed', 5n, null, 9n)])
  expect(await foundAfter('DELETE FROM audit_events WHERE seq <= 3')).toEqual([at('removed', 1n, null, 3n)])
})

test('a removed row whose place was closed', async () => {
  const next = await stage.idAt(18)
  const faults = await foundAfter(`DELETE FROM audit_events WHERE seq = 17;
    UPDATE audit_events SET seq = -seq WHERE seq > 17; UPDATE audit_events SET seq = -seq - 1 WHERE seq < 0`)
  expect(faults.find(({ kind }) => kind === 'altered')).toEqual(at('altered', 17n, next))
})

test('rows that have changed places', async () => {
  const [first, second] = [await stage.idAt(8), await stage.idAt(9)]
  const swap = (mac: string) => `UPDATE audit_events SET seq = -seq WHERE seq IN (8, 9);
    UPDATE audit_events e SET seq = 17 + e.seq${mac} FROM audit_events o
    WHERE e.seq IN (-8, -9) AND o.seq = -17 - e.seq`
  for (const mac of ['', ', mac = o.mac']) {
    const faults = await foundAfter(swap(mac))
    expect(faults.slice(0, 2)).toEqual([at('altered', 8n, second), at('altered', 9n, first)])
  }
})

test('a row that was put in: before the beginning, into a gap, behind the end', async () => {
  const put = (seq: number) => `INSERT INTO audit_events (id, at, type, actor_kind, target_kind, target_id, seq, mac)
    VALUES ('aud_forged', now(), 'user.created', 'system', 'user', 'usr_1', ${seq}, sha256('forged'))`
  expect(await foundAfter(put(0))).toEqual([at('inserted', 0n, 'aud_forged')])
  const next = await stage.idAt(18)
  expect(await foundAfter(`DELETE FROM audit_events WHERE seq = 17; ${put(17)}`)).toEqual([
    at('altered', 17n, 'aud_forged'),
    at('altered', 18n, next),
  ])
  expect(await foundAfter(put(41))).toEqual([at('inserted', 41n, 'aud_forged')])
})

test('an end that was cut off', async () => {
  expect(await foundAfter('DELETE FROM audit_events WHERE seq > 37')).toEqual([at('end_removed', 38n, null, 40n)])
  expect(await foundAfter('DELETE FROM audit_events')).toEqual([at('end_removed', 1n, null, 40n)])
  expect(await foundAfter('DELETE FROM audit_heads')).toEqual([at('end_removed', 41n, null)])
})

test('a head of somebody’s own', async () => {
  const faults = await foundAfter(`DELETE FROM audit_events WHERE seq > 37;
    UPDATE audit_heads SET seq = 37, mac = (SELECT mac FROM audit_events WHERE seq = 37)`)
  expect(faults[0]).toEqual(at('end_altered', 37n, null))
})

test('a segment that was altered or left out', async () => {
  const { rows } = await stage.pool.query<{ first: string; last: string }>(
    'SELECT first_seq AS first, last_seq AS last FROM audit_segments ORDER BY first_seq',
  )
  const [one, two] = rows.map(({ first, last }) => [BigInt(first), BigInt(last)] as const)
  expect(await foundAfter(`UPDATE audit_segments SET last_at = now() WHERE first_seq = ${one![0]}`)).toEqual([
    at('segment_altered', one![0], null, one![1]),
  ])
  expect(await foundAfter(`DELETE FROM audit_segments WHERE first_seq = ${one![0]}`)).toEqual([
    at('segment_altered', two![0], null, two![1]),
  ])
})

test('a whole chain that was taken back, by a segment or by a checkpoint that was kept elsewhere', async () => {
  const { end } = await stage.verify()
  expect((await stage.verify({ checkpoint: end })).faults).toEqual([])
  const other = { seq: 40n, mac: Buffer.alloc(32) }
  expect((await stage.verify({ checkpoint: other })).faults).toEqual([at('altered', 40n, await stage.idAt(40))])
  const all = 'DELETE FROM audit_events; DELETE FROM audit_heads'
  expect((await foundAfter(all))[0]).toMatchObject({ kind: 'end_removed', seq: 1n })
  await stage.pool.query(`${all}; DELETE FROM audit_segments`)
  expect((await stage.verify()).faults).toEqual([])
  expect((await stage.verify({ checkpoint: end })).faults).toEqual([at('end_removed', 1n, null, 40n)])
})
