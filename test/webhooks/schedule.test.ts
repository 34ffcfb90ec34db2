import { expect, test } from 'vitest'
import { MOST_ATTEMPTS, nextAttemptAt, readRetryAfter } from '../../src/webhooks/schedule.ts'

const now = new Date('2026-01-31T12:00:00Z')
const waits = (random: number) =>
  Array.from({ length: MOST_ATTEMPTS }, (_, index) => {
    const at = nextAttemptAt({ attempts: index + 1, now }, random)
    return at && (at.getTime() - now.getTime()) / 1_000
  })

test('ten attempts, further and further apart, and never earlier than said', () => {
  const hours = [2, 5, 10, 14, 20, 24].map((count) => count * 3_600)
  expect(waits(0)).toEqual([5, 300, 1_800, ...hours, null])
  expect(waits(1)).toEqual([6, 360, 2_160, ...hours.map((seconds) => seconds * 1.2), null])
})

test('a receiver that asks to be left alone is, but not for ever', () => {
  const after = (retryAfterMs: number) => nextAttemptAt({ attempts: 1, now, retryAfterMs }, 0)?.getTime()
  expect(after(90_000)).toBe(now.getTime() + 90_000)
  expect(after(1_000)).toBe(now.getTime() + 5_000)
  expect(after(1e12)).toBe(now.getTime() + 86_400_000)
})

test.each([
  ['120', 120_000],
  ['Sat, 31 Jan 2026 12:01:00 GMT', 60_000],
  ['Sat, 31 Jan 2026 11:00:00 GMT', 0],
  ['soon', null],
  ['-5', null],
  [undefined, null],
])('Retry-After: %s', (value, ms) => {
  expect(readRetryAfter(value, now)).toBe(ms)
})
