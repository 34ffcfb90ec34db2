import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSecrets } from '../../src/platform/secrets.ts'
import { consumeLink, findLink, issueLink, linkLifetimes, type LinkPurpose } from '../../src/users/links.ts'
import { openPeople, type People } from './people.ts'

let people: People
beforeAll(async () => {
  people = await openPeople()
})
afterAll(() => people[Symbol.asyncDispose]())

const issue = (purpose: LinkPurpose = 'sign_up') =>
  issueLink(people.db, people.services, { purpose, email: 'ann@example.com' })
const stateOf = async (token: string) => (await findLink(people.db, people.services, token)).state

test('a link is 256 random bits, of which only a keyed digest rests', async () => {
  const { id, token } = await issue()
  expect(Buffer.from(token, 'base64url')).toHaveLength(32)
  const row = await people.db.link.findUniqueOrThrow({ where: { id } })
  expect(JSON.stringify(row)).not.toContain(token)
  expect(Buffer.from(row.digest).includes(Buffer.from(token, 'base64url'))).toBe(false)
})

test('looking at a link never consumes it', async () => {
  const { token } = await issue()
  for (let i = 0; i < 3; i++) expect(await stateOf(token)).toBe('live')
})

test('a link is consumed once, however many press the button at once', async () => {
  const { token } = await issue()
  const link = await people.liveLink(token)
  const consumed = await Promise.all(
    Array.from({ length: 5 }, () => people.db.$transaction((tx) => consumeLink(tx, link, people.services.clock))),
  )
  expect(consumed.filter(Boolean)).toHaveLength(1)
  expect(await stateOf(token)).toBe('dead')
})

test('what fails afterwards leaves the link as it was', async () => {
  const { token } = await issue()
  const link = await people.liveLink(token)
  const failing = people.db.$transaction(async (tx) => {
    await consumeLink(tx, link, people.services.clock)
    throw new Error('the database went away')
  })
  await expect(failing).rejects.toThrow('the database went away')
  expect(await stateOf(token)).toBe('live')
})

test.each(Object.entries(linkLifetimes))('a link for %s ends after %i seconds', async (purpose, seconds) => {
  const { token } = await issue(purpose as LinkPurpose)
  const link = await people.liveLink(token)
  people.pass(seconds - 1)
  expect(await stateOf(token)).toBe('live')
  people.pass(1)
  expect(await stateOf(token)).toBe('dead')
  expect(await people.db.$transaction((tx) => consumeLink(tx, link, people.services.clock))).toBe(false)
})

test('an unknown link is unknown, whatever it looks like', async () => {
  for (const token of ['', 'x', 'a'.repeat(43), 'é\u0000'.repeat(9)]) expect(await stateOf(token)).toBe('unknown')
})

test('a link made under the last secret key is found while that key is configured', async () => {
  const { token } = await issue()
  const rotated = createSecrets(['a newer key for tests: fedcba9876543210', 'a secret key for tests: 0123456789abcdef'])
  expect((await findLink(people.db, { ...people.services, secrets: rotated }, token)).state).toBe('live')
})
