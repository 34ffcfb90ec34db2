import fc from 'fast-check'
import { TypeID } from 'typeid-js'
import { describe, expect, test } from 'vitest'
import { idPrefixes, isId, newId, type IdPrefix } from '../../src/platform/ids.ts'

const prefixes = Object.keys(idPrefixes) as IdPrefix[]
const at = (time: number) => ({ now: () => new Date(time) })

describe('ids', () => {
  test.each(prefixes)('%s_ ids are recognised as that and as nothing else', (prefix) => {
    const id = newId(prefix)
    expect(prefixes.filter((candidate) => isId(candidate, id))).toEqual([prefix])
  })

  test('are UUIDs of version 7 that carry the time of the given clock', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), (time) => {
        const uuid = TypeID.fromString(newId('usr', at(time))).toUUID()
        expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
        expect(Number.parseInt(uuid.replaceAll('-', '').slice(0, 12), 16)).toBe(time)
      }),
    )
  })

  test('sort by the time they were made', () => {
    const times = [0, 1, 1000, Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 1) + 1, Date.UTC(2400, 0, 1)]
    const ids = times.map((time) => newId('evt', at(time)))
    expect(ids.toSorted()).toEqual(ids)
  })

  test('do not repeat within a millisecond', () => {
    const ids = Array.from({ length: 1000 }, () => newId('key', at(0)))
    expect(new Set(ids).size).toBe(ids.length)
  })

  test.each([
    '',
    'usr_',
    'usr',
    'usr_01jv3x5zq8f9m2n4p6r8t0v2w',
    'usr_01jv3x5zq8f9m2n4p6r8t0v2w44',
    'usr_81jv3x5zq8f9m2n4p6r8t0v2w4',
    'usr_01jv3x5zq8f9m2n4p6r8t0v2wl',
    'usr_01JV3X5ZQ8F9M2N4P6R8T0V2W4',
    'usr_01jv3x5zq8f9m2n4p6r8t0v2w4\n',
    ' usr_01jv3x5zq8f9m2n4p6r8t0v2w4',
    'usr__01jv3x5zq8f9m2n4p6r8t0v2w4',
    'org_01jv3x5zq8f9m2n4p6r8t0v2w4',
  ])('%j is no user id', (value) => {
    expect(isId('usr', value)).toBe(false)
  })
})
