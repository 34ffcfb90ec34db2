import fc from 'fast-check'
import { expect, test } from 'vitest'
import { packMinutes, unpackMinutes } from '../../src/limits/packed-minutes.ts'

const newest = 29_456_789

test('minutes come out of a row as they went in', () => {
  const hour = fc.uniqueArray(fc.record({ age: fc.nat(60), count: fc.nat(2 ** 40) }), { selector: ({ age }) => age })
  fc.assert(
    fc.property(hour, fc.nat(10), (entries, forgotten) => {
      const minutes = entries.toSorted((a, b) => b.age - a.age).flatMap(({ age, count }) => [newest - age, count])
      const before = Array.from({ length: 2 * forgotten }, () => 1)
      expect(unpackMinutes(packMinutes([...before, ...minutes], before.length))).toEqual(
        minutes.length === 0 ? [] : minutes,
      )
    }),
  )
})

test('a full hour takes few bytes', () => {
  const minutes = Array.from({ length: 61 }, (_, index) => [newest - 60 + index, 16_000]).flat()
  expect(packMinutes(minutes, 0)).toHaveLength(4 + 61 * 3)
})

test.for([[[]], [[1]], [[1, 2, 3]], [[0, 0, 0, 1, 255]], [[0, 0, 0, 1, 200, 5]], [[0, 0, 0, 1, 0, 255, 255]]])(
  'bytes that are no hour are no error: %j',
  ([bytes = []]) => {
    expect(unpackMinutes(Uint8Array.from(bytes)).every(Number.isFinite)).toBe(true)
  },
)
