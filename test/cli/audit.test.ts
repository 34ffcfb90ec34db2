import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSequencer } from '../../src/audit/sequencer.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { openDatabase } from '../../src/platform/database.ts'
import { createLog } from '../../src/platform/log.ts'
import { openCommandBench, type CommandBench } from './command.ts'

let bench: CommandBench
beforeAll(async () => {
  bench = await openCommandBench()
  for (const name of ['Acme', 'Bolt', 'Cube']) await bench.json(['organizations', 'create', '--name', name])
})
afterAll(() => bench[Symbol.asyncDispose]())

interface Verified {
  sound: boolean
  checkpoint: string
  faults: object[]
}

async function link(): Promise<void> {
  const log = createLog('silent')
  await using database = openDatabase({ url: bench.databaseUrl, poolSize: 1, log })
  const { pool } = database
  await using sequencer = startSequencer({ pool, secrets: bench.secrets, clock: systemClock, log, keepDays: null })
  await sequencer.link()
}

test('list shows what has happened, and what of it was asked for', async () => {
  const { stdout } = await bench.run(['audit', 'list', '--type', 'organization.created'])
  expect(stdout.match(/organization\.created/g)).toHaveLength(3)
  expect((await bench.run(['audit', 'list', '--type', 'api_key.revoked'])).stdout).toContain('Nothing has happened.')
})

test('verify says that rows wait before a server has linked them, and that they are sound when it has', async () => {
  const waiting = await bench.json<Verified>(['audit', 'verify'])
  expect(waiting).toEqual({
    sound: true,
    rows: 0,
    dropped_to: 0,
    waiting: 3,
    checkpoint: null,
    faults: [],
    more_faults: 0,
  })
  await link()
  const { status, stdout } = await bench.run(['audit', 'verify'])
  expect([status, stdout]).toEqual([0, expect.stringMatching(/^3 rows looked at, .*\nCheckpoint: 3:[\w-]{43}\n$/)])
})

test('verify ends with 1 and says which row is not what it was', async () => {
  const { checkpoint } = await bench.json<Verified>(['audit', 'verify'])
  expect(await bench.json<Verified>(['audit', 'verify', '--checkpoint', checkpoint])).toMatchObject({ sound: true })
  const { id } = await bench.db.auditEvent.findFirstOrThrow({ where: { seq: 2 } })
  await bench.db.auditEvent.update({ where: { seq: 2 }, data: { actorId: 'usr_somebody' } })
  await bench.db.auditEvent.delete({ where: { seq: 3 } })
  const { status, stdout } = await bench.run(['audit', 'verify'])
  expect(status).toBe(1)
  expect(stdout).toContain(`row 2 (${id}): altered`)
  expect(stdout).toContain('row 3: the end was cut off')
  const json = await bench.run(['audit', 'verify', '--json'])
  expect(JSON.parse(json.stdout)).toMatchObject({ sound: false, faults: [{ kind: 'altered', seq: 2, id }, { seq: 3 }] })
})

test('verify is for the host alone, and takes a checkpoint as it was printed', async () => {
  const environment = { KEYGRANT_URL: 'https://id.example.com', KEYGRANT_API_KEY: 'a key' }
  expect((await bench.run(['audit', 'verify'], { environment })).status).toBe(3)
  const { status, stderr } = await bench.run(['audit', 'verify', '--checkpoint', '3'], {
    environment: { KEYGRANT_URL: '' },
  })
  expect([status, stderr]).toEqual([64, expect.stringContaining('checkpoint')])
})
