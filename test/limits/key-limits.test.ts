/** What a key may still spend, for whoever looks at it: the same counts as those that decide, and nothing is charged for looking. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAgent } from '../support/agent.ts'
import { addApiKey, addMember, addOrganization, call } from '../support/api.ts'
import { signIn } from '../support/flow.ts'
import { addPerson, startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
const clock = { now: () => new Date('2026-03-01T12:00:00Z') }
beforeAll(async () => {
  server = await startTestServer({ clock })
})
afterAll(() => server[Symbol.asyncDispose]())

/** Somebody who administers an organization, what they ask with, and another key of it. */
async function watched(limits: object, tier = 'free') {
  const person = await addPerson(server)
  const organizationId = await addOrganization(server, { tier })
  await addMember(server, organizationId, person.id, 'admin')
  const { key: asking } = await addApiKey(server, {
    organizationId,
    userId: person.id,
    scopes: ['keys:read'],
    tier: 'enterprise',
  })
  const key = await addApiKey(server, { organizationId, limits, name: 'Nightly' })
  const spend = async (times: number, { url } = server) => {
    for (let made = 0; made < times; made++) {
      expect((await call(url, 'GET', '/v1/check', { key: key.key })).status).toBe(200)
    }
  }
  const look = async ({ url } = server) =>
    (await call(url, 'GET', `/v1/keys/${key.id}/limits`, { key: asking })).body as object
  return { person, key, spend, look }
}

test('is what its own calls are told, however often it is looked at', async () => {
  const { key, spend, look } = await watched({ hour: 1_000, burst: { size: 100, refill_per_second: 1 } })
  await spend(3)
  for (let times = 0; times < 3; times++) {
    expect(await look()).toEqual({
      tier: 'free',
      environment: 'live',
      limits: [
        { policy: 'hour', limit: 1_000, remaining: 997, reset_in: 3_660 },
        { policy: 'burst', limit: 100, remaining: 97, reset_in: 1 },
      ],
    })
  }
  expect((await call(server.url, 'GET', '/v1/limits', { key: key.key })).body).toEqual(await look())
})

test('counts what was spent before a restart, for a key that nobody has used since', async () => {
  const { spend, look } = await watched({ hour: 1_000 })
  {
    await using before = await startTestServer({ clock, databaseUrl: server.config.database.url ?? '' })
    await spend(5, before)
  }
  expect(await look()).toMatchObject({ limits: [{ policy: 'hour', remaining: 995 }, { policy: 'burst' }] })
})

test('is on the key’s page and beside the busiest, as far as there is a limit', async () => {
  const { person, key, spend } = await watched({ hour: 1_000 })
  const agent = createAgent(server.url)
  await signIn(agent, await agent.get('/sign-in'), person)
  await spend(12)
  const page = await agent.get(`/account/keys/${key.id}`)
  expect(page.html).toContain('12 of 1,000 used')
  expect(page.html).toMatch(/<meter [^>]*max="1000"[^>]*value="12"/)
  expect(page.html).toContain('988 left, one more in 61 minutes')
  await server.running.inside.usage.flush()
  const usage = await agent.get('/account/usage')
  expect(usage.html).toContain('12 of 1,000 used')

  const free = await watched({ hour: 'unlimited', burst: { size: 10, refill_per_second: 1 } })
  const other = createAgent(server.url)
  await signIn(other, await other.get('/sign-in'), free.person)
  const { html } = await other.get(`/account/keys/${free.key.id}`)
  expect(html).toContain('Without limit')
  expect(html.match(/<meter /g)).toHaveLength(1)
})
