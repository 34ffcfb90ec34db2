/** When an end is told of, whatever its life is and however often it is looked. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { daysLeft, NEVER, noticeDue } from '../../src/notices/ends/times.ts'

const start = Date.parse('2026-03-02T12:00:00Z')
const DAY = 86_400_000

/** The days before the end at which something is told; 0: of the end itself. */
function toldAt(lifeDays: number, looks: readonly number[]): number[] {
  const bornAt = new Date(start)
  const endsAt = new Date(start + lifeDays * DAY)
  let noticeAt: Date | null = null
  const told: number[] = []
  for (const afterDays of looks) {
    const now = new Date(start + afterDays * DAY)
    if (noticeAt !== null && noticeAt > now) continue
    const due = noticeDue({ bornAt, endsAt, changedAt: bornAt, noticeAt }, now)
    if (due.tell) told.push(due.tell === 'expired' ? 0 : daysLeft(endsAt, now))
    noticeAt = due.next
  }
  return told
}

const hourly = (days: number) => Array.from({ length: (days + 1) * 24 + 1 }, (_, hour) => hour / 24)

test.each([
  [90, [30, 14, 7, 1, 0]],
  [60, [30, 14, 7, 1, 0]],
  [59, [14, 7, 1, 0]],
  [14, [7, 1, 0]],
  [13, [1, 0]],
  [2, [1, 0]],
  [1, [0]],
])('of %d days it is told at %j, since nothing is told in the first half of a life', (days, expected) => {
  expect(toldAt(days, hourly(days))).toEqual(expected)
})

test.each([
  [[0, 89.5], [1]],
  [[0, 80], [10]],
  [[0, 77, 80], [13]],
  [
    [0, 60, 95],
    [30, 0],
  ],
])('after a pause, looked at %j days, only the most urgent is told: %j', (looks, expected) => {
  expect(toldAt(90, looks)).toEqual(expected)
})

test('what has no end is never looked at again', () => {
  const at = new Date(start)
  expect(noticeDue({ bornAt: at, endsAt: null, changedAt: at, noticeAt: null }, at)).toEqual({
    tell: null,
    next: NEVER,
  })
})

test('what had ended long before anybody looked is no news, and what was set just now is known', () => {
  const at = (days: number) => new Date(start + days * DAY)
  const looked = { bornAt: at(0), endsAt: at(90), changedAt: at(0), noticeAt: null }
  expect(noticeDue(looked, at(120)).tell).toBeNull()
  // Its end was set with 20 days to go.
  expect(noticeDue({ ...looked, changedAt: at(70) }, at(70)).tell).toBeNull()
  // An installation moves up, and the key has 10 days to go.
  expect(noticeDue(looked, at(80)).tell).toBe('expiring')
})

test('looked at however rarely, nothing is told twice, the end always, and what is left only shrinks', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 400 }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 }),
      (life, parts) => {
        const looks = [...parts.map((part) => part * life).toSorted((a, b) => a - b), life + 0.5]
        const told = toldAt(life, [0, ...looks])
        expect(told.at(-1)).toBe(0)
        expect(told.length).toBeLessThanOrEqual(5)
        expect(told).toEqual(told.toSorted((a, b) => b - a))
      },
    ),
    { numRuns: 200 },
  )
})
