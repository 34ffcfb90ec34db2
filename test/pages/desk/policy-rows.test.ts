/** The rows of a policy's form: whatever is pressed, none is lost, doubled or changed. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { blankRow, keptRows, rearranged, routesOf, type RouteRow } from '../../../src/pages/desk/policies/rows.ts'

const row: fc.Arbitrary<RouteRow> = fc.record({
  method: fc.constantFrom('*', 'GET', 'POST'),
  path: fc.string({ maxLength: 8 }).map((text) => `/${text.replaceAll(/\s/g, '')}`),
  scopes: fc.uniqueArray(fc.constantFrom('a:read', 'a:write')),
  cost: fc.integer({ min: 1, max: 9 }).map(String),
})
const rows = fc.array(row, { maxLength: 6 })

test('a button adds one, takes one out, or moves one; any other saves', () => {
  const buttons = fc.tuple(fc.constantFrom('up', 'down', 'remove', 'add', 'jump', ''), fc.integer({ min: -1, max: 7 }))
  fc.assert(
    fc.property(rows, buttons, (before, [verb, index]) => {
      const after = rearranged(before, verb === 'add' || verb === '' ? verb : `${verb}-${index}`)
      const moved = Math.min(Math.max(0, verb === 'up' ? index - 1 : index + 1), before.length - 1)
      if (verb === 'add') expect(after).toEqual([...before, blankRow])
      else if (!['up', 'down', 'remove'].includes(verb) || !(index >= 0 && index < before.length)) {
        expect(after).toBeNull()
      } else if (verb === 'remove') expect(after).toEqual(before.toSpliced(index, 1))
      else {
        expect(after?.toSorted(byText)).toEqual(before.toSorted(byText))
        expect(after?.[moved]).toEqual(before[index])
      }
    }),
    { numRuns: 300 },
  )
})

const byText = (one: RouteRow, other: RouteRow) => JSON.stringify(one).localeCompare(JSON.stringify(other))

test('what is kept comes back as it was', () => {
  fc.assert(
    fc.property(rows, (some) => {
      expect(keptRows({ routes: routesOf(some) })).toEqual(some)
    }),
  )
})
