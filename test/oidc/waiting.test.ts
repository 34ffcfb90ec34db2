/** Anybody can begin to authorize, and what waits for a person is kept: each network has so many that it may leave unfinished. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { chargeOf, networkCells } from '../../src/users/throttle.ts'
import { createAgent } from '../support/agent.ts'
import { allow, onConsent, openApp, signIn, startFlow } from '../support/flow.ts'
import {
  addClient,
  addPerson,
  startTestServer,
  type TestClient,
  type TestPerson,
  type TestServer,
} from '../support/server.ts'

let server: TestServer
let client: TestClient
let person: TestPerson
beforeAll(async () => {
  server = await startTestServer({ settings: { TRUSTED_PROXIES: '127.0.0.1,::1' } })
  client = await addClient(server)
  person = await addPerson(server)
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(async () => {
  await server.db.throttle.deleteMany()
  await server.db.interaction.deleteMany()
})

async function begin(address: string, headers: Record<string, string> = {}): Promise<Response> {
  const { url } = await startFlow(await openApp(server, client))
  return createAgent(server.url).fetch(url.href, { headers: { 'x-forwarded-for': address, ...headers } })
}

const arrivals = async () =>
  (await server.db.throttle.findMany({ orderBy: { arrivalAt: 'asc' } })).map(({ arrivalAt }) => arrivalAt)

/** So many were begun already from networks that began any. */
const used = (count: number, everySeconds = 6) =>
  server.pool.query(`UPDATE throttles SET arrival_at = now() + make_interval(secs => $1)`, [count * everySeconds])

test('a network that leaves five hundred lying is asked to wait, and nothing more is kept for it', async () => {
  expect((await begin('192.0.2.1')).status).toBe(303)
  await used(498)
  expect((await begin('192.0.2.1')).status).toBe(303)
  await used(500)
  const kept = await server.db.interaction.count()
  const refused = await begin('192.0.2.1')
  expect([refused.status, refused.headers.get('retry-after'), refused.headers.get('location')]).toEqual([
    429,
    '6',
    null,
  ])
  expect(refused.headers.getSetCookie()).toEqual([])
  expect(refused.headers.get('content-type')).toContain('text/html')
  expect(await refused.text()).toContain('not finished')
  expect(await server.db.interaction.count()).toBe(kept)
  expect(await server.db.session.count({ where: { userId: null } })).toBe(0)
})

test('whoever asks for JSON is told in it', async () => {
  await begin('192.0.2.1')
  await used(500)
  const refused = await begin('192.0.2.1', { accept: 'application/json' })
  expect([refused.status, await refused.json()]).toMatchObject([429, { error: 'temporarily_unavailable' }])
})

test('other networks go on meanwhile, and after a while this one does, too', async () => {
  await begin('192.0.2.1')
  await used(500)
  expect((await begin('192.0.2.2')).status).toBe(303)
  await used(499)
  expect((await begin('192.0.2.1')).status).toBe(303)
})

/** How far ahead this machine's own network is, in seconds; the agent's other requests come from there. */
async function owed(): Promise<number> {
  const keys = ['127.0.0.1', '::1'].flatMap((address) =>
    networkCells('waiting', address).map((cell) => chargeOf(server.secrets, cell).key),
  )
  const rows = await server.db.throttle.findMany({ where: { key: { in: keys } }, orderBy: { arrivalAt: 'desc' } })
  return Math.max(0, ((rows[0]?.arrivalAt.getTime() ?? 0) - Date.now()) / 1000)
}

test('a request that is finished is given back', async () => {
  const agent = createAgent(server.url)
  const flow = await startFlow(await openApp(server, client))
  const page = await agent.follow(await agent.get(flow.url.href))
  expect(await owed()).toBeGreaterThan(0)
  const consent = await signIn(agent, page, person)
  const answer = onConsent(consent) ? await allow(agent, consent) : consent
  expect(answer.location).toContain('code=')
  expect(await owed()).toBe(0)
  expect(await server.db.interaction.count()).toBe(0)
})

test('so is one that the person turns down', async () => {
  const fresh = await addClient(server)
  const agent = createAgent(server.url)
  const { url } = await startFlow(await openApp(server, fresh))
  expect(onConsent(await signIn(agent, await agent.get(url.href), person))).toBe(true)
  expect(await owed()).toBeGreaterThan(0)
  await agent.follow(await agent.submit('/cancel'))
  expect(await owed()).toBe(0)
})

test('a consent that follows a sign-in takes its place, and is not counted besides', async () => {
  const fresh = await addClient(server)
  const agent = createAgent(server.url)
  const { url } = await startFlow(await openApp(server, fresh))
  expect(onConsent(await signIn(agent, await agent.get(url.href), person))).toBe(true)
  expect(await owed()).toBeLessThanOrEqual(6)
  expect(await server.db.interaction.count()).toBe(1)
})

test('each one counts', async () => {
  await begin('192.0.2.1')
  const before = await arrivals()
  await begin('192.0.2.1')
  const [once = new Date(), twice = new Date()] = [before[0], (await arrivals())[0]]
  expect(twice.getTime() - once.getTime()).toBe(6000)
})

test('a network of IPv6 that is used up takes nothing from its site', async () => {
  await begin('2001:db8:1:1::1')
  const rows = await server.db.throttle.findMany({ orderBy: { arrivalAt: 'asc' } })
  expect(rows).toHaveLength(2)
  // The network's step is the longer one.
  const [site, network] = rows
  await server.db.throttle.update({
    where: { key: network!.key },
    data: { arrivalAt: new Date(Date.now() + 500 * 6000) },
  })
  expect((await begin('2001:db8:1:1::2')).status).toBe(429)
  expect(await server.db.throttle.findUnique({ where: { key: site!.key } })).toEqual(site)
  expect((await begin('2001:db8:1:2::1')).status).toBe(303)
})

test('a site of IPv6 has ten times as many', async () => {
  await begin('2001:db8:2:1::1')
  const [site] = await server.db.throttle.findMany({ orderBy: { arrivalAt: 'asc' } })
  await server.db.throttle.update({ where: { key: site!.key }, data: { arrivalAt: new Date(Date.now() + 3_000_000) } })
  const refused = await begin('2001:db8:2:2::1')
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
})

test('many at once wait for nobody in a circle, and are all counted', async () => {
  const answers = await Promise.all(Array.from({ length: 40 }, () => begin('192.0.2.9')))
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 40 }, () => 303))
  const [arrival] = await arrivals()
  expect((arrival?.getTime() ?? 0) - Date.now()).toBeGreaterThan(38 * 6000)
})

test('it takes no statement of its own', async () => {
  server.statements()
  await begin('192.0.2.1')
  const writes = server.statements().filter((text) => text.includes('throttles'))
  expect(writes).toHaveLength(1)
  expect(writes[0]).toContain('INSERT INTO interactions')
})
