/** What a person allows is what an app gets: no more, also when something is left out, and it is remembered either way. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isActive } from '../oidc/endpoints.ts'
import { openStage, type Stage } from '../oidc/stage.ts'
import { createAgent, type Agent, type Answer } from '../support/agent.ts'
import { allow, exchange, onConsent, openApp, signIn, startFlow, type App, type Tokens } from '../support/flow.ts'
import { addClient, addPerson, reportsIdentifier, type TestClient, type TestPerson } from '../support/server.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

interface Play {
  client: TestClient
  person: TestPerson
  app: App
  agent: Agent
}

/** A client and a person who have never met. */
async function strangers(): Promise<Play> {
  const { server } = stage
  const client = await addClient(server)
  return { client, person: await addPerson(server), app: await openApp(server, client), agent: createAgent(server.url) }
}

/** Begins an authorization; the person signs in if need be. */
async function begin({ app, agent, person }: Play, parameters: Record<string, string>) {
  const started = await startFlow(app, parameters)
  const page = await signIn(agent, await agent.get(started.url.href), person)
  const finish = (answer: Answer): Promise<Tokens> => exchange(app, new URL(answer.location ?? ''), started)
  return { page, finish }
}

const reports = { scope: 'openid email reports:read reports:write' }
const grantOf = ({ client, person }: Play) =>
  stage.server.db.grant.findUniqueOrThrow({ where: { userId_clientId: { userId: person.id, clientId: client.id } } })

test('what is left out is not granted, is reported in `scope`, and does not loop', async () => {
  const play = await strangers()
  const { page, finish } = await begin(play, reports)
  expect(onConsent(page)).toBe(true)
  const answer = await allow(play.agent, page, [])
  expect(onConsent(answer)).toBe(false)
  const tokens = await finish(answer)
  expect(tokens.scope).toBe('reports:read')
  expect(tokens.claims()).not.toHaveProperty('email')
})

test('what was left out is remembered as refused and not asked again', async () => {
  const play = await strangers()
  const { page } = await begin(play, reports)
  await allow(play.agent, page, ['email'])
  const again = await begin(play, reports)
  expect(onConsent(again.page)).toBe(false)
  expect((await again.finish(again.page)).scope).toBe('reports:read')
  expect(await grantOf(play)).toMatchObject({
    oidcScopes: ['openid', 'email'],
    refusedOidcScopes: [],
    resourceScopes: { [reportsIdentifier]: ['reports:read'] },
    refusedResourceScopes: { [reportsIdentifier]: ['reports:write'] },
  })
})

test('what was left out can be added later with prompt=consent, and what was allowed can be taken away', async () => {
  const play = await strangers()
  await allow(play.agent, (await begin(play, reports)).page, ['email'])
  const again = await begin(play, { ...reports, prompt: 'consent' })
  expect(onConsent(again.page)).toBe(true)
  const answer = await allow(play.agent, again.page, ['reports:write'])
  expect((await again.finish(answer)).scope).toBe('reports:read reports:write')
  expect(await grantOf(play)).toMatchObject({
    oidcScopes: ['openid'],
    refusedOidcScopes: ['email'],
    resourceScopes: { [reportsIdentifier]: ['reports:read', 'reports:write'] },
    refusedResourceScopes: {},
  })
})

test('a remembered consent is not asked again unless more is asked, and then everything is shown', async () => {
  const play = await strangers()
  await allow(play.agent, (await begin(play, { scope: 'openid reports:read' })).page)
  expect(onConsent((await begin(play, { scope: 'openid reports:read' })).page)).toBe(false)
  expect(onConsent((await begin(play, { scope: 'openid' })).page)).toBe(false)
  const { page } = await begin(play, { scope: 'openid reports:read reports:write' })
  expect(onConsent(page)).toBe(true)
  expect(page.html).toContain('See your reports')
  expect(page.html).toContain('Change your reports')
})

test('what was allowed holds in every browser of the person, and for nobody else', async () => {
  const play = await strangers()
  await allow(play.agent, (await begin(play, { scope: 'openid' })).page)
  const elsewhere = { ...play, agent: createAgent(stage.server.url) }
  expect(onConsent((await begin(elsewhere, { scope: 'openid' })).page)).toBe(false)
  const other = { ...play, agent: createAgent(stage.server.url), person: await addPerson(stage.server) }
  expect(onConsent((await begin(other, { scope: 'openid' })).page)).toBe(true)
})

test('asking for less later takes nothing away', async () => {
  const play = await strangers()
  await allow(play.agent, (await begin(play, { scope: 'openid email reports:read' })).page)
  const less = await begin(play, { scope: 'openid', prompt: 'consent' })
  await allow(play.agent, less.page)
  const all = await begin(play, { scope: 'openid email reports:read' })
  expect(onConsent(all.page)).toBe(false)
})

test('refusing returns access_denied with state and issuer, and leaves nothing behind', async () => {
  const play = await strangers()
  const { page } = await begin(play, reports)
  const answer = await play.agent.follow(await play.agent.submit('/cancel'))
  const told = new URL(answer.location ?? '').searchParams
  expect(told.get('error')).toBe('access_denied')
  expect(told.get('iss')).toBe(stage.server.url)
  expect(told.has('state')).toBe(true)
  expect(told.has('code')).toBe(false)
  expect(onConsent(page)).toBe(true)
  expect(await stage.server.db.grant.count({ where: { clientId: play.client.id } })).toBe(0)
  expect(onConsent((await begin(play, reports)).page)).toBe(true)
})

test('refusing more later leaves what was allowed before', async () => {
  const play = await strangers()
  const first = await begin(play, { scope: 'openid reports:read' })
  const tokens = await first.finish(await allow(play.agent, first.page))
  await begin(play, { scope: 'openid reports:read exports:run' })
  await play.agent.follow(await play.agent.submit('/cancel'))
  expect(await isActive(stage.server, play.client, tokens.access_token)).toBe(true)
  expect(onConsent((await begin(play, { scope: 'openid reports:read' })).page)).toBe(false)
})

test('a grant is one readable row for person and client, noted and told with its change', async () => {
  const play = await strangers()
  await allow(play.agent, (await begin(play, { scope: 'openid reports:read' })).page)
  await allow(play.agent, (await begin(play, { scope: 'openid reports:read exports:run' })).page)
  const { id } = await grantOf(play)
  const { db } = stage.server
  const noted = await db.auditEvent.findMany({ where: { targetId: id }, orderBy: { id: 'asc' } })
  expect(noted.map(({ type, actorId }) => [type, actorId])).toEqual([
    ['grant.created', play.person.id],
    ['grant.updated', play.person.id],
  ])
  const told = await db.outboxEvent.findMany({ where: { data: { path: ['id'], equals: id } } })
  expect(told.map(({ type }) => type)).toEqual(['grant.created'])
})

test('connected apps say what an app may do and what was left out', async () => {
  const play = await strangers()
  await allow(play.agent, (await begin(play, reports)).page, [])
  const { html } = await play.agent.get('/account/connected-apps')
  expect(html).toContain('ACME Dashboard')
  expect(html).toContain('See your reports')
  expect(html).toContain('Change your reports')
})
