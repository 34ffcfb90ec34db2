import { expect, test } from 'vitest'
import type { LimitOverrides, Limits, Metered, Tier, Tiers } from '../../src/limits/limits.ts'
import { metersOf } from '../../src/limits/meters.ts'
import { free, limits } from './metering.ts'

const ceiling = limits(50_000, 5_000)
const each: Record<string, Partial<Tier>> = {
  free: {},
  shared: { limitPer: 'organization' },
  capped: { organizationLimits: ceiling },
  said: { limits: limits(1_000, 100, 2), saidRefillPerSecond: 2 },
  unlimited: { limits: limits(null, 5_000, 500), saidRefillPerSecond: 500 },
}
const tiers: Pick<Tiers, 'get'> = {
  get: (name) => ({
    name,
    limits: free,
    saidRefillPerSecond: null,
    limitPer: 'key',
    organizationLimits: null,
    ...each[name],
  }),
}
const of = (metered: Partial<Metered>) => metersOf({ ...key, ...metered }, tiers as Tiers)

const key: Metered = {
  kind: 'key',
  id: 'key_a',
  subject: 'usr_a',
  organizationId: 'org_a',
  environment: 'live',
  tier: null,
  organizationTier: 'free',
  overrides: null,
}
const client: Partial<Metered> = { kind: 'client', id: 'cli_a', environment: '-' }

test.for<[string, Partial<Metered>, string[]]>([
  ['a key', {}, ['key:key_a']],
  ['a key of a shared tier', { tier: 'shared' }, ['organization:org_a:live']],
  ['a test key of a shared tier', { tier: 'shared', environment: 'test' }, ['organization:org_a:test']],
  ['a key of an organization of a shared tier', { organizationTier: 'shared' }, ['organization:org_a:live']],
  ['a key with a tier of its own', { tier: 'free', organizationTier: 'shared' }, ['key:key_a']],
  ['a key under a ceiling', { organizationTier: 'capped' }, ['key:key_a', 'ceiling:org_a:live']],
  [
    'a test key under a ceiling',
    { organizationTier: 'capped', environment: 'test' },
    ['key:key_a', 'ceiling:org_a:test'],
  ],
  [
    'a key with a tier of its own, under a ceiling',
    { tier: 'free', organizationTier: 'capped' },
    ['key:key_a', 'ceiling:org_a:live'],
  ],
  ["a key whose own tier has a ceiling that isn't its organization's", { tier: 'capped' }, ['key:key_a']],
  ['a client', client, ['client:cli_a']],
  ['a client by itself', { ...client, clientLimitPer: 'client' }, ['client:cli_a']],
  ['a client for each of its people', { ...client, clientLimitPer: 'client_and_subject' }, ['client:cli_a:usr_a']],
  ['a client of no organization', { ...client, organizationId: null, organizationTier: null }, ['client:cli_a']],
  [
    'a client of no organization, of a shared tier',
    { ...client, organizationId: null, organizationTier: null, tier: 'shared' },
    ['client:cli_a'],
  ],
  ['a client of a shared tier', { ...client, tier: 'shared' }, ['organization:org_a:-']],
  ['a client under a ceiling', { ...client, organizationTier: 'capped' }, ['client:cli_a', 'ceiling:org_a:-']],
])('what it is counted as: %s', ([_, metered, subjects]) => {
  expect(of(metered).map(({ subject }) => subject)).toEqual(subjects)
})

test('all meters of one call have the same group: the organization, or the client where there is none', () => {
  expect(of({ organizationTier: 'capped' }).map(({ group }) => group)).toEqual(['org_a', 'org_a'])
  expect(of({ ...client, organizationId: null, organizationTier: null }).map(({ group }) => group)).toEqual(['cli_a'])
})

test("a ceiling has the limits of the organization's tier, whatever overrides a key has", () => {
  const [own, over] = of({ organizationTier: 'capped', overrides: { hour: 5 } })
  expect(own).toMatchObject({ prefix: '', limits: { hour: 5 } })
  expect(over).toMatchObject({ prefix: 'organization-', limits: ceiling })
})

test.for<[string, string, LimitOverrides | null, Limits]>([
  ['none', 'free', null, free],
  ['nothing said', 'free', {}, free],
  ['an hour, which fills the bucket', 'free', { hour: 7_200 }, limits(7_200, 100, 2)],
  ['an hour, over a refill that the tier says', 'said', { hour: 7_200 }, limits(7_200, 100, 2)],
  ['a smaller hour, over a refill that the tier says', 'said', { hour: 36 }, limits(36, 100, 2)],
  ['a bucket, which the hour fills', 'said', { burst: { size: 7 } }, limits(1_000, 7, 1_000 / 3600)],
  ['a bucket and its refill', 'free', { burst: { size: 7, refill_per_second: 3 } }, limits(1_000, 7, 3)],
  ['all', 'free', { hour: 9, burst: { size: 7, refill_per_second: 3 } }, limits(9, 7, 3)],
  ['unlimited', 'free', { hour: 'unlimited' }, limits(null, 100, 1_000 / 3600)],
  [
    'unlimited, with a bucket',
    'free',
    { hour: 'unlimited', burst: { size: 7, refill_per_second: 3 } },
    limits(null, 7, 3),
  ],
  ['an hour where the tier has none', 'unlimited', { hour: 3_600 }, limits(3_600, 5_000, 500)],
  ['a bucket where the tier has no hour', 'unlimited', { burst: { size: 7 } }, limits(null, 7, 500)],
])('overrides hold over the tier: %s', ([_, tier, overrides, expected]) => {
  const [own] = of({ tier, overrides })
  expect(own?.limits.hour).toBe(expected.hour)
  expect(own?.limits.burst.size).toBe(expected.burst.size)
  expect(own?.limits.burst.refillPerSecond).toBeCloseTo(expected.burst.refillPerSecond, 9)
})
