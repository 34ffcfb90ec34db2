/** Every fault of an input is named at once, each for what it is. */
import { expect, test } from 'vitest'
import { z } from 'zod'
import { checkInput } from '../../src/http/api/input.ts'
import { Problem, type InputFault } from '../../src/http/problem.ts'

const body = z.strictObject({ name: z.string(), tier: z.enum(['free', 'pro']), id: z.union([z.string(), z.int()]) })

function faultsOf(value: unknown): readonly InputFault[] {
  try {
    checkInput([{ place: 'body', schema: body, value }])
    return []
  } catch (error) {
    if (error instanceof Problem) return error.errors
    throw error
  }
}

const told = (value: unknown) => faultsOf(value).map(({ path, code }) => [path, code])

test('what is missing is required', () => {
  expect(told({})).toEqual([
    ['/name', 'required'],
    ['/tier', 'required'],
    ['/id', 'required'],
  ])
})

test('what is there and wrong is told as wrong, and never as missing', () => {
  expect(told({ name: 5, tier: 'gold', id: null })).toEqual([
    ['/name', 'invalid_type'],
    ['/tier', 'invalid_value'],
    ['/id', 'invalid_union'],
  ])
})

test('what is not known is named, however deep, and nothing of the input is repeated', () => {
  const faults = faultsOf({ name: { secret: 'hunter2' }, tier: 'free', id: 'x', 'a/b~c': 'hunter2' })
  expect(faults.map(({ path, code }) => [path, code])).toEqual([
    ['/name', 'invalid_type'],
    ['/a~1b~0c', 'unknown_field'],
  ])
  expect(JSON.stringify(faults)).not.toContain('hunter2')
})
