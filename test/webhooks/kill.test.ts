/** The short form of `npm run bench:kill`. */
import { expect, test } from 'vitest'
import { createTestDatabase } from '../support/database.ts'
import { surviveKills } from '../support/kills.ts'

test('a server that is killed in the middle of changes loses none of their events, nor a link of the audit trail', async () => {
  await using database = await createTestDatabase()
  const { made, told, audit } = await surviveKills({ databaseUrl: database.url, kills: 1, changes: 12, hurry: true })
  // Each once, though the answer to some never came.
  expect(made.toSorted()).toEqual(Array.from({ length: 12 }, (_, index) => `change ${index}`).toSorted())
  expect(new Set(told.map(({ name }) => name))).toEqual(new Set(made))
  // Told twice, it is told under the same id.
  expect(new Set(told.map(({ id }) => id)).size).toBe(made.length)
  expect(audit).toMatchObject({ faults: [], waiting: 0 })
}, 180_000)
