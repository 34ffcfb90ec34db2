import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createClientDirectory } from '../../src/clients/directory.ts'
import { findClient } from '../../src/clients/store.ts'
import type { Changes } from '../../src/platform/changes.ts'
import type { Db } from '../../src/platform/database.ts'
import { openFeatureBench, type FeatureBench } from '../support/feature-bench.ts'
import { registered } from './registered.ts'
import { disableClient } from './disable.ts'

let bench: FeatureBench
beforeAll(async () => {
  bench = await openFeatureBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

/** Notices by hand, so that a test says when they come. */
function noticesByHand() {
  const handlers: ((id: string) => void)[] = []
  const gapHandlers: (() => void)[] = []
  let silence = 0
  const changes: Pick<Changes, 'on' | 'onGap' | 'silenceMs'> = {
    on: (_kind, handler) => void handlers.push(handler),
    onGap: (handler) => void gapHandlers.push(handler),
    silenceMs: () => silence,
  }
  return {
    changes,
    tell: (id: string) => handlers.forEach((handle) => handle(id)),
    gap: () => gapHandlers.forEach((handle) => handle()),
    silence: (ms: number) => (silence = ms),
  }
}

/** Counts the reads of the database, and lets a test hold one back after it has read. */
function countedLoad() {
  const loads: string[] = []
  let reads = 0
  let gate = Promise.resolve()
  return {
    loads,
    reads: () => reads,
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>()
      gate = promise
      return () => {
        gate = Promise.resolve()
        resolve()
      }
    },
    async load(db: Db, clientId: string) {
      const held = gate
      loads.push(clientId)
      const client = await findClient(db, clientId)
      reads += 1
      await held
      return client
    },
  }
}

test('a client that is changed elsewhere is soon seen as changed', async () => {
  const { client } = await registered(bench)
  using directory = createClientDirectory({ db: bench.db, changes: await bench.openChanges() })
  expect((await directory.find(client.id))?.disabledAt).toBeNull()
  await disableClient(bench, client.id, bench.context)
  await vi.waitFor(async () => expect((await directory.find(client.id))?.disabledAt).toBeInstanceOf(Date))
})

test('a client is read once, however many ask at once and afterwards', async () => {
  const { client } = await registered(bench)
  const { load, loads } = countedLoad()
  using directory = createClientDirectory({ db: bench.db, changes: noticesByHand().changes, load })
  const found = await Promise.all([1, 2, 3].map(() => directory.find(client.id)))
  expect(found.map((one) => one?.id)).toEqual([client.id, client.id, client.id])
  await directory.find(client.id)
  expect(loads).toHaveLength(1)
})

test('a read that began before a change is not remembered, and whoever asks after the change gets what it made', async () => {
  const { client } = await registered(bench)
  const { load, hold, reads } = countedLoad()
  const notices = noticesByHand()
  using directory = createClientDirectory({ db: bench.db, changes: notices.changes, load })
  const release = hold()
  const before = directory.find(client.id)
  await vi.waitFor(() => expect(reads()).toBe(1))
  await disableClient(bench, client.id, bench.context)
  notices.tell(client.id)
  const meanwhile = directory.find(client.id)
  release()
  await before
  expect((await meanwhile)?.disabledAt).toBeInstanceOf(Date)
  expect((await directory.find(client.id))?.disabledAt).toBeInstanceOf(Date)
})

test('after a gap in the notices nothing from before it is used', async () => {
  const { client } = await registered(bench)
  const { load, loads } = countedLoad()
  const notices = noticesByHand()
  using directory = createClientDirectory({ db: bench.db, changes: notices.changes, load })
  await directory.find(client.id)
  notices.gap()
  await directory.find(client.id)
  expect(loads).toHaveLength(2)
})

test('when notices have been silent for five seconds the database is asked each time', async () => {
  const { client } = await registered(bench)
  const { load, loads } = countedLoad()
  const notices = noticesByHand()
  using directory = createClientDirectory({ db: bench.db, changes: notices.changes, load })
  await directory.find(client.id)
  notices.silence(5_000)
  await directory.find(client.id)
  expect(loads).toHaveLength(1)
  notices.silence(5_001)
  await directory.find(client.id)
  await directory.find(client.id)
  expect(loads).toHaveLength(3)
})

test('a client that is not there is looked for each time, and found as soon as it is', async () => {
  const { load, loads } = countedLoad()
  using directory = createClientDirectory({ db: bench.db, changes: noticesByHand().changes, load })
  expect(await directory.find('cli_unknown')).toBeNull()
  expect(await directory.find('cli_unknown')).toBeNull()
  expect(loads).toHaveLength(2)
})

test.for(['', 'ä', 'a\nb', 'a'.repeat(256)])('what can be no client_id is not looked for: %j', async (clientId) => {
  const { load, loads } = countedLoad()
  using directory = createClientDirectory({ db: bench.db, changes: noticesByHand().changes, load })
  expect(await directory.find(clientId)).toBeNull()
  expect(loads).toEqual([])
})

test('beyond its capacity the client that was used the longest time ago is forgotten', async () => {
  const ids = []
  for (let index = 0; index < 3; index++) ids.push((await registered(bench)).client.id)
  const [a = '', b = '', c = ''] = ids
  const { load, loads } = countedLoad()
  using directory = createClientDirectory({ db: bench.db, changes: noticesByHand().changes, load, capacity: 2 })
  for (const id of [a, b, a, c, a, b]) await directory.find(id)
  expect(loads).toEqual([a, b, c, b])
})

test('a failed read is an error for those who waited for it, and nothing that lasts', async () => {
  const { client } = await registered(bench)
  let failing = true
  const load = (db: Db, clientId: string) => (failing ? Promise.reject(new Error('down')) : findClient(db, clientId))
  using directory = createClientDirectory({ db: bench.db, changes: noticesByHand().changes, load })
  await expect(directory.find(client.id)).rejects.toThrow('down')
  failing = false
  expect((await directory.find(client.id))?.id).toBe(client.id)
})
