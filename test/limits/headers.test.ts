import { expect, test } from 'vitest'
import { headersOf } from '../../src/limits/headers.ts'
import type { Meters } from '../../src/limits/limits.ts'
import { createMemoryLimiter } from '../../src/limits/memory-limiter.ts'
import { START_MS, free, handClock, limits, meter, one } from './metering.ts'
import { parseList } from './structured-fields.ts'

function answered(meters: Meters, charges: readonly number[] = [1]): Record<string, string> {
  const limiter = createMemoryLimiter(handClock())
  const decisions = charges.map((cost) => limiter.charge(meters, cost))
  const flat = headersOf(decisions.at(-1)!, meters, START_MS)
  const pairs = Array.from(
    { length: flat.length / 2 },
    (_, at) => [flat[2 * at] ?? '', flat[2 * at + 1] ?? ''] as const,
  )
  return Object.fromEntries(pairs)
}

const withCeiling: Meters = [
  meter('key:key_a', free),
  meter('ceiling:org_a:live', limits(null, 5_000, 500), 'organization-'),
]

test('the fields are as the contract shows them', () => {
  expect(answered(one(free), [1, 1])).toMatchObject({
    'ratelimit-policy': '"hour";q=1000;w=3600, "burst";q=100;w=360',
    ratelimit: '"hour";r=998;t=3643, "burst";r=98;t=4',
    'x-ratelimit-limit': '1000',
    'x-ratelimit-remaining': '998',
    'x-ratelimit-reset': String(Math.ceil(START_MS / 1000) + 3_643),
  })
})

test.for([
  ['the tier free', one(free), ['hour', 'burst']],
  ['an unlimited hour', one(limits(null, 5_000, 500)), ['burst']],
  ['a ceiling besides', withCeiling, ['hour', 'burst', 'organization-burst']],
] as const)('both fields are lists of strings with whole parameters (RFC 9651): %s', ([_, meters, names]) => {
  const headers = answered(meters)
  const policies = parseList(headers['ratelimit-policy'] ?? '')
  expect(policies.map(({ value }) => value)).toEqual(names)
  for (const { parameters } of policies) {
    expect([...parameters.keys()]).toEqual(['q', 'w'])
    for (const number of parameters.values()) expect(number).toBeGreaterThan(0)
  }
  const states = parseList(headers['ratelimit'] ?? '')
  expect(states.map(({ value }) => value)).toEqual(names)
  for (const { parameters } of states) expect([...parameters.keys()]).toEqual(['r', 't'])
})

test('where the hour is unlimited, older clients are told of the burst', () => {
  expect(answered(one(limits(null, 5_000, 500)))).toMatchObject({
    'x-ratelimit-limit': '5000',
    'x-ratelimit-remaining': '4999',
  })
})

test.for([
  ['the default refill', limits(1_000, 100), 360],
  ['a quicker one', limits(null, 5_000, 500), 10],
  ['a bucket that fills within a second', limits(null, 1, 1_000), 1],
  ['one that fills within a fraction more than a second', limits(null, 11, 10), 2],
] as const)('the window of a bucket is how long it takes to fill, in whole seconds: %s', ([_, its, window]) => {
  expect(answered(one(its))['ratelimit-policy']).toContain(`"burst";q=${its.burst.size};w=${window}`)
})

test('a refusal shows what is left, too', () => {
  const headers = answered(one(limits(1_000, 10)), [10, 1])
  expect(headers['ratelimit']).toBe('"hour";r=990;t=3643, "burst";r=0;t=4')
})
