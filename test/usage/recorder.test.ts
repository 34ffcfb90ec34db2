/** Decisions are counted in memory and written once a second, in one statement for all; an outage loses none of them. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { CounterRow } from '../../src/limits/limits.ts'
import { openDatabase } from '../../src/platform/database.ts'
import { newId } from '../../src/platform/ids.ts'
import { createUsageRecorder } from '../../src/usage/recorder.ts'
import type { UsageCount } from '../../src/usage/usage.ts'
import { openDatabaseProxy } from '../support/database-proxy.ts'
import { eventually } from '../support/eventually.ts'
import { openFeatureBench, type FeatureBench } from '../support/feature-bench.ts'

let bench: FeatureBench
beforeAll(async () => {
  bench = await openFeatureBench()
})
afterAll(() => bench[Symbol.asyncDispose]())
beforeEach(async () => {
  await bench.db.usage.deleteMany()
  await bench.db.limitCounter.deleteMany()
})

const key: UsageCount = {
  kind: 'key',
  credentialId: 'key_one',
  organizationId: 'org_one',
  route: '',
  outcome: 'allowed',
  cost: 1,
}

/** A recorder on a pool of its own, whose statements are noted. */
function openNode({ url = bench.url, mostRows = 100_000, counters = () => [] as CounterRow[] } = {}) {
  const statements: string[] = []
  const { log, clock } = bench
  const stack = new AsyncDisposableStack()
  const { pool } = stack.use(openDatabase({ url, poolSize: 2, log, onStatement: (text) => statements.push(text) }))
  const recorder = stack.use(createUsageRecorder({ pool, clock, log, counters, mostRows }))
  return { recorder, statements, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

const rows = async () =>
  (await bench.db.usage.findMany({ orderBy: [{ hour: 'asc' }, { credentialId: 'asc' }, { route: 'asc' }] })).map(
    ({ allowed, limited, denied, cost, ...row }) => ({
      ...row,
      allowed: Number(allowed),
      limited: Number(limited),
      denied: Number(denied),
      cost: Number(cost),
    }),
  )

async function addKey({ secrets = 1 } = {}): Promise<{ keyId: string; secretIds: string[] }> {
  const { db, clock } = bench
  const [organizationId, keyId] = [newId('org', clock), newId('key', clock)]
  const secretIds = Array.from({ length: secrets }, () => newId('sec', clock)).toSorted()
  await db.organization.create({ data: { id: organizationId, name: 'ACME' } })
  await db.apiKey.create({
    data: {
      id: keyId,
      organizationId,
      name: 'CI',
      secrets: { create: secretIds.map((id) => ({ id, digest: Buffer.from(id), hint: 'abcd' })) },
    },
  })
  return { keyId, secretIds }
}

test('what is counted in a second is one row for each credential, route and hour, and one statement for all', async () => {
  await using node = openNode({
    counters: () => [{ subject: 'key:key_one', minutes: Uint8Array.of(1, 2, 255), burstDebt: 3.5, at: new Date(1e12) }],
  })
  const { secretIds } = await addKey()
  for (let i = 0; i < 3; i++) node.recorder.count({ ...key, cost: 2 })
  node.recorder.count({ ...key, outcome: 'limited', cost: 0 })
  node.recorder.count({ ...key, outcome: 'denied', cost: 0 })
  node.recorder.count({ ...key, route: 'reports GET /v1/reports' })
  node.recorder.count({ ...key, kind: 'client', credentialId: 'cli_one', organizationId: null })
  node.recorder.used(secretIds[0]!)
  await node.recorder.flush()
  expect(node.statements).toHaveLength(1)
  const none = { limited: 0, denied: 0 }
  expect(await rows()).toMatchObject([
    { kind: 'client', credentialId: 'cli_one', organizationId: '', allowed: 1, cost: 1, ...none },
    {
      kind: 'key',
      credentialId: 'key_one',
      organizationId: 'org_one',
      route: '',
      allowed: 3,
      limited: 1,
      denied: 1,
      cost: 6,
    },
    { credentialId: 'key_one', route: 'reports GET /v1/reports', allowed: 1, cost: 1, ...none },
  ])
  expect(await bench.db.limitCounter.findMany()).toEqual([
    { subject: 'key:key_one', minutes: Uint8Array.of(1, 2, 255), burstDebt: 3.5, at: new Date(1e12) },
  ])
})

test('nothing is written where nothing was counted', async () => {
  await using node = openNode()
  await node.recorder.flush()
  expect(node.statements).toEqual([])
})

test('a later second adds to the hour, and a later hour has a row of its own', async () => {
  await using node = openNode()
  node.recorder.count(key)
  await node.recorder.flush()
  node.recorder.count(key)
  const hour = Math.floor(bench.clock.now().getTime() / 3_600_000) * 3_600_000
  // Counted in the one hour, added up in the next.
  bench.clock.advance(3600)
  await node.recorder.flush()
  node.recorder.count(key)
  await node.recorder.flush()
  expect((await rows()).map((row) => [row.hour.getTime() - hour, row.allowed])).toEqual([
    [0, 2],
    [3_600_000, 1],
  ])
})

test('it is written by itself within a second or two, and the rest when the recorder is closed', async () => {
  {
    await using node = openNode()
    node.recorder.count(key)
    await eventually(async () => expect(await rows()).toMatchObject([{ allowed: 1 }]))
    node.recorder.count(key)
  }
  expect(await rows()).toMatchObject([{ allowed: 2 }])
})

test('several nodes that count the same credentials at once add up, and never wait for each other in a circle', async () => {
  await using one = openNode()
  await using other = openNode()
  const credentials = Array.from({ length: 200 }, (_, i) => `key_${i}`)
  for (let round = 0; round < 10; round++) {
    for (const credentialId of credentials) one.recorder.count({ ...key, credentialId })
    for (const credentialId of credentials.toReversed()) other.recorder.count({ ...key, credentialId })
    await Promise.all([one.recorder.flush(), other.recorder.flush()])
  }
  const all = await rows()
  expect(all).toHaveLength(200)
  expect(all.every(({ allowed }) => allowed === 20)).toBe(true)
})

test('while the database is away everything is kept, and nothing is lost or counted twice when it comes back', async () => {
  await using proxy = await openDatabaseProxy(bench.url)
  await using node = openNode({ url: proxy.url })
  node.recorder.count(key)
  await node.recorder.flush()
  await proxy.refuse()
  for (let i = 0; i < 5; i++) {
    node.recorder.count(key)
    await expect(node.recorder.flush()).rejects.toThrow()
  }
  expect(node.recorder.waitingRows).toBe(1)
  await proxy.restore()
  await eventually(() => node.recorder.flush())
  expect(await rows()).toMatchObject([{ allowed: 6, cost: 6 }])
  expect(node.recorder.waitingRows).toBe(0)
})

test('an outage takes no more than so many rows: beyond them the routes of a credential are counted as one', async () => {
  await using proxy = await openDatabaseProxy(bench.url)
  await using node = openNode({ url: proxy.url, mostRows: 10 })
  await proxy.refuse()
  for (let i = 0; i < 500; i++) node.recorder.count({ ...key, route: `reports GET /${i}` })
  await expect(node.recorder.flush()).rejects.toThrow()
  expect(node.recorder.waitingRows).toBe(11)
  await proxy.restore()
  await eventually(() => node.recorder.flush())
  const all = await rows()
  expect(all.find(({ route }) => route === '')?.allowed).toBe(490)
  expect(all.reduce((sum, { allowed }) => sum + allowed, 0)).toBe(500)
})

test('two flushes are never under way at once', async () => {
  await using node = openNode()
  const flushes = Array.from({ length: 5 }, () => {
    node.recorder.count(key)
    return node.recorder.flush()
  })
  await Promise.all(flushes)
  expect(node.statements.length).toBeLessThanOrEqual(2)
  expect(await rows()).toMatchObject([{ allowed: 5 }])
})

test('last use is told for each secret, at most a minute late, and a busy one is not rewritten each second', async () => {
  await using node = openNode()
  const { keyId, secretIds } = await addKey({ secrets: 2 })
  const [first = '', second = ''] = secretIds
  const lastUses = async () => {
    const found = await bench.db.apiKeySecret.findMany({ where: { apiKeyId: keyId }, orderBy: { id: 'asc' } })
    return found.map(({ lastUsedAt }) => lastUsedAt)
  }
  node.recorder.used(first)
  await node.recorder.flush()
  const [before] = await lastUses()
  expect(await lastUses()).toEqual([expect.any(Date), null])
  for (let i = 0; i < 5; i++) {
    bench.clock.advance(5)
    node.recorder.used(first)
    await node.recorder.flush()
  }
  expect(await lastUses()).toEqual([before, null])
  bench.clock.advance(10)
  node.recorder.used(first)
  node.recorder.used(second)
  await node.recorder.flush()
  const [after, other] = await lastUses()
  expect(after?.getTime()).toBeGreaterThanOrEqual((before?.getTime() ?? 0) + 35_000)
  expect(other).toEqual(after)
})

test('last use never goes back, whichever node writes last', async () => {
  await using node = openNode()
  const { keyId, secretIds } = await addKey()
  const future = new Date(bench.clock.now().getTime() + 600_000)
  await bench.db.apiKeySecret.updateMany({ where: { apiKeyId: keyId }, data: { lastUsedAt: future } })
  node.recorder.used(secretIds[0]!)
  await node.recorder.flush()
  const found = await bench.db.apiKeySecret.findUnique({ where: { id: secretIds[0]! } })
  expect(found?.lastUsedAt).toEqual(future)
})

test('a key that somebody is changing is not waited for, and its last use is told afterwards', async () => {
  await using node = openNode()
  const { secretIds } = await addKey()
  await bench.db.$transaction(async (tx) => {
    await tx.apiKeySecret.update({ where: { id: secretIds[0]! }, data: { hint: 'gone' } })
    node.recorder.count(key)
    node.recorder.used(secretIds[0]!)
    await node.recorder.flush()
  })
  expect(await rows()).toMatchObject([{ allowed: 1 }])
  await node.recorder.flush()
})

test('counts of limits that are older than what is written change nothing', async () => {
  let at = new Date(2e12)
  await using node = openNode({
    counters: () => [{ subject: 'key:key_one', minutes: Uint8Array.of(7), burstDebt: at.getTime(), at }],
  })
  await node.recorder.flush()
  at = new Date(1e12)
  await node.recorder.flush()
  expect(await bench.db.limitCounter.findMany()).toMatchObject([{ burstDebt: 2e12 }])
})

test('a scope that was needed is told once a day for each key, and its day only moves forward', async () => {
  await bench.db.scopeUse.deleteMany()
  await using node = openNode()
  await using other = openNode()
  const { clock } = bench
  const told = async () =>
    (await bench.db.scopeUse.findMany({ orderBy: [{ scope: 'asc' }] })).map(({ scope, lastNeededOn }) => [
      scope,
      lastNeededOn.toISOString().slice(0, 10),
    ])
  const day = () => clock.now().toISOString().slice(0, 10)
  const writes = () => node.statements.filter((text) => text.includes('scope_uses')).length
  const first = day()
  node.recorder.count({ ...key, scopes: ['reports:read', 'reports:write'] })
  node.recorder.count({ ...key, scopes: ['reports:read'] })
  await node.recorder.flush()
  node.recorder.count({ ...key, scopes: ['reports:read'] })
  node.recorder.needed(key.credentialId, ['reports:write'])
  await node.recorder.flush()
  expect(writes()).toBe(1)
  expect(await told()).toEqual([
    ['reports:read', first],
    ['reports:write', first],
  ])

  clock.advance(86_400)
  node.recorder.count({ ...key, scopes: ['reports:read'] })
  await node.recorder.flush()
  expect(writes()).toBe(2)
  expect(await told()).toEqual([
    ['reports:read', day()],
    ['reports:write', first],
  ])
  // Another node comes late with what was yesterday.
  clock.advance(-86_400)
  other.recorder.count({ ...key, scopes: ['reports:read'] })
  clock.advance(86_400)
  await other.recorder.flush()
  expect((await told())[0]).toEqual(['reports:read', day()])
})

test('what scopes were needed in an outage is written once the database is back', async () => {
  await bench.db.scopeUse.deleteMany()
  await using proxy = await openDatabaseProxy(bench.url)
  await using node = openNode({ url: proxy.url })
  node.recorder.count({ ...key, scopes: ['reports:read'] })
  await proxy.refuse()
  await expect(node.recorder.flush()).rejects.toThrow()
  await proxy.restore()
  await eventually(async () => {
    await node.recorder.flush()
    expect(await bench.db.scopeUse.count()).toBe(1)
  })
})
