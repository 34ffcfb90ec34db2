import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { deleteTier } from '../../src/limits/delete-tier.ts'
import { putTier } from '../../src/limits/put-tier.ts'
import { tierInput, type TierInput } from '../../src/limits/schema.ts'
import { createTiers } from '../../src/limits/tiers.ts'
import { createLog } from '../../src/platform/log.ts'
import { openFeatureBench, type FeatureBench } from '../support/feature-bench.ts'

let bench: FeatureBench
beforeEach(async () => {
  bench = await openFeatureBench()
})
afterEach(() => bench[Symbol.asyncDispose]())

const openTiers = async (log = bench.log) => createTiers({ db: bench.db, changes: await bench.openChanges(), log })
const put = (name: string, tier: unknown) =>
  bench.db.$transaction((tx) => putTier(tx, name, tierInput.parse(tier) satisfies TierInput, bench.context))
const remove = (name: string) => bench.db.$transaction((tx) => deleteTier(tx, name, bench.context))

test('an installation begins with the three tiers of the contract', async () => {
  using tiers = await openTiers()
  expect(tiers.get('free').limits).toEqual({ hour: 1_000, burst: { size: 100, refillPerSecond: 1_000 / 3600 } })
  expect(tiers.get('pro').limits).toEqual({ hour: 10_000, burst: { size: 1_000, refillPerSecond: 10_000 / 3600 } })
  expect(tiers.get('enterprise').limits).toEqual({ hour: null, burst: { size: 5_000, refillPerSecond: 500 } })
  for (const name of ['free', 'pro', 'enterprise']) expect(tiers.get(name).limitPer).toBe('key')
})

test('a name that is no tier counts as free', async () => {
  using tiers = await openTiers()
  expect(tiers.has('gone')).toBe(false)
  expect(tiers.get('gone').name).toBe('free')
})

test('without free it counts as the smallest there is, and without any it is not unlimited', async () => {
  await bench.db.tier.delete({ where: { name: 'free' } })
  using tiers = await openTiers()
  expect(tiers.get('gone').name).toBe('pro')
  await bench.db.tier.deleteMany()
  await tiers.refresh()
  expect(tiers.get('gone').limits.hour).toBe(1_000)
})

test('a tier that is made, changed or deleted elsewhere is soon so here, and the version grows each time', async () => {
  using tiers = await openTiers()
  const versions = [tiers.version]
  await put('gold', {
    hour: 50_000,
    burst: { size: 500 },
    organization_limits: { hour: 100_000, burst: { size: 900 } },
  })
  await vi.waitFor(() => expect(tiers.has('gold')).toBe(true))
  expect(tiers.get('gold').organizationLimits?.hour).toBe(100_000)
  versions.push(tiers.version)
  await put('gold', { hour: 'unlimited', burst: { size: 500, refill_per_second: 9 }, limit_per: 'organization' })
  await vi.waitFor(() => expect(tiers.get('gold').limits.hour).toBeNull())
  expect(tiers.get('gold')).toMatchObject({
    limitPer: 'organization',
    organizationLimits: null,
    saidRefillPerSecond: 9,
  })
  versions.push(tiers.version)
  await remove('gold')
  await vi.waitFor(() => expect(tiers.has('gold')).toBe(false))
  versions.push(tiers.version)
  expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b))
})

test('a gap in the notices brings what was missed, and without a change nothing is worked out anew', async () => {
  const gaps: (() => void)[] = []
  const changes = { on: () => undefined, onGap: (handler: () => void) => void gaps.push(handler) }
  using tiers = await createTiers({ db: bench.db, changes, log: bench.log })
  const { version } = tiers
  gaps.forEach((tell) => tell())
  await tiers.refresh()
  expect(tiers.version).toBe(version)
  await put('gold', { hour: 5, burst: { size: 5 } })
  gaps.forEach((tell) => tell())
  await vi.waitFor(() => expect(tiers.has('gold')).toBe(true))
  expect(tiers.version).toBeGreaterThan(version)
})

test('what was read last is kept when it can not be read anew, which is tried until it works', async () => {
  const lines: string[] = []
  const log = createLog('warn', { write: (line) => void lines.push(line) })
  using tiers = await openTiers(log)
  await bench.db.$executeRaw`ALTER TABLE tiers RENAME TO tiers_away`
  await bench.db.$executeRaw`SELECT pg_notify('keygrant_changes', '{"kind":"tier","id":"free"}')`
  await vi.waitFor(() => expect(lines.join()).toContain('it will be tried again'))
  expect(tiers.get('pro').limits.hour).toBe(10_000)
  await bench.db.$executeRaw`UPDATE tiers_away SET hour = 20000 WHERE name = 'pro'`
  await bench.db.$executeRaw`ALTER TABLE tiers_away RENAME TO tiers`
  await vi.waitFor(() => expect(tiers.get('pro').limits.hour).toBe(20_000), { timeout: 20_000 })
})

test('tiers that can not be read at first are an error at once', async () => {
  await bench.db.$executeRaw`ALTER TABLE tiers RENAME TO tiers_away`
  await expect(openTiers()).rejects.toThrow()
})
