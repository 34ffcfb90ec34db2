import { expect, test } from 'vitest'
import { impliesWriting, titleFromName } from '../../src/resources/words.ts'

test.for([
  ['reports:read', false],
  ['reports.view', false],
  ['https://api.example.com/auth/reports/list', false],
  ['reports:GET', false],
  ['reports:write', true],
  ['reports:read:all', true],
  ['reports', true],
  ['reports:readwrite', true],
] as const)('a scope %s is marked as one that changes something: %s', ([name, writes]) => {
  expect(impliesWriting(name)).toBe(writes)
})

test('a resource that was given no title is called by its name', () => {
  expect(titleFromName('customer-data')).toBe('Customer data')
})
