/** The browser's session: made anew at each sign-in, shared by every app, not written when nothing changed, and ended whole. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createAgent, type Agent } from '../support/agent.ts'
import { openApp, startFlow, tokensFor } from '../support/flow.ts'
import { addClient, addPerson } from '../support/server.ts'
import { isActive, refresh } from './endpoints.ts'
import { openStage, signedInAgent, signInAt, silently, tokensAgain, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage[Symbol.asyncDispose]())
afterEach(() => void vi.useRealTimers())

const cookieOf = (agent: Agent): string => agent.cookies.get('keygrant-session') ?? ''

/** A request with these cookies, as somebody would send them who stole or planted them. */
async function whoIs(cookies: ReadonlyMap<string, string>): Promise<string> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const response = await fetch(`${stage.server.url}/account/connected-apps`, {
    headers: { cookie },
    redirect: 'manual',
  })
  return response.status === 200 ? 'somebody' : 'nobody'
}

test('one sign-in serves every app and the account', async () => {
  const { server, client, person } = stage
  const { agent } = await tokensFor(server, client, person)
  expect((await agent.get('/account/connected-apps')).status).toBe(200)
  const other = await openApp(server, await addClient(server))
  const started = await startFlow(other)
  const page = await agent.follow(await agent.get(started.url.href))
  expect(page.html).toContain('/consent"')
})

test('the identifier changes at the sign-in, and the one before it is worth nothing (session fixation)', async () => {
  const { person } = stage
  const agent = await signedInAgent(stage.server, person)
  const before = new Map(agent.cookies)
  await signInAt(agent, person)
  expect(cookieOf(agent)).not.toBe(before.get('keygrant-session'))
  expect(await whoIs(before)).toBe('nobody')
  expect(await whoIs(agent.cookies)).toBe('somebody')
})

test('an identifier that an attacker planted before the sign-in gives the attacker nothing', async () => {
  const { server, person } = stage
  const attacker = await signedInAgent(server, await addPerson(server))
  // The victim's browser begins with the attacker's session, and signs in as itself.
  const victim = createAgent(server.url)
  victim.plant(attacker.cookies)
  await signInAt(victim, person)
  expect(cookieOf(victim)).not.toBe(cookieOf(attacker))
  expect(await whoIs(victim.cookies)).toBe('somebody')
  expect(await whoIs(attacker.cookies)).toBe('nobody')
})

test('a cookie that was made up or signed by somebody else is no session', async () => {
  const agent = await signedInAgent(stage.server, stage.person)
  const own = new Map(agent.cookies)
  const { digest, uid } = await stage.server.db.session.findFirstOrThrow({ where: { userId: stage.person.id } })
  const forged: string[] = ['x'.repeat(43), uid, Buffer.from(digest).toString('base64url'), '', '\u0001']
  for (const value of forged)
    expect(await whoIs(new Map([...own, ['keygrant-session', encodeURIComponent(value)]]))).toBe('nobody')
  expect(await whoIs(new Map([...own, ['keygrant-session.sig', 'c2lnbmF0dXJl']]))).toBe('nobody')
  expect(await whoIs(own)).toBe('somebody')
})

test('a sign-in as somebody else ends the session of the one before', async () => {
  const { server, client } = stage
  const person = await addPerson(server)
  const { agent, tokens } = await tokensFor(server, client, person, { scope: 'openid reports:read' })
  const before = new Map(agent.cookies)
  const { uid: old } = await server.db.session.findFirstOrThrow({ where: { userId: person.id } })
  await signInAt(agent, await addPerson(server))
  expect(await whoIs(before)).toBe('nobody')
  expect(await server.db.session.count({ where: { uid: old } })).toBe(0)
  expect(await isActive(server, client, tokens.access_token)).toBe(false)
  expect((await refresh(server, client, tokens.refresh_token)).status).toBe(400)
})

test('a session in which nothing changed is not written', async () => {
  const { server, client, person } = stage
  const { agent, app } = await tokensFor(server, client, person)
  await tokensAgain(app, agent)
  const before = await server.db.session.findMany({ where: { userId: person.id } })
  server.statements()
  await silently(app, agent)
  const written = server
    .statements()
    .filter((text) => /\b(INSERT INTO|UPDATE|DELETE FROM) (sessions|session_clients)\b/.test(text))
  expect(written).toEqual([])
  expect(await server.db.session.findMany({ where: { userId: person.id } })).toEqual(before)
})

test('a page that only looks at the session writes nothing', async () => {
  const { server, person } = stage
  const agent = await signedInAgent(server, person)
  server.statements()
  await agent.get('/account/connected-apps')
  expect(server.statements().filter((text) => !/^\s*(WITH .*)?SELECT/s.test(text))).toEqual([])
})

test('a session that is used moves its end on, a day at a time, and ends after 14 days without use', async () => {
  const { server, client, person } = stage
  const { agent, app } = await tokensFor(server, client, person)
  const now = Date.now()
  vi.useFakeTimers({ toFake: ['Date'], now })
  for (const days of [10, 20, 30]) {
    vi.setSystemTime(now + days * 86_400_000)
    await silently(app, agent)
  }
  vi.setSystemTime(now + 43 * 86_400_000)
  expect((await agent.get('/account/connected-apps')).status).toBe(200)
  vi.setSystemTime(now + 45 * 86_400_000)
  expect((await agent.get('/account/connected-apps')).status).toBe(303)
})

test('signing out ends the session on the server, not only in the browser', async () => {
  const agent = await signedInAgent(stage.server, stage.person)
  const before = new Map(agent.cookies)
  await agent.get('/account/connected-apps')
  await agent.submit('/sign-out')
  expect(await whoIs(before)).toBe('nobody')
  expect(cookieOf(agent)).toBe('')
})

test('a sign-out is noted in the audit trail, with who, which session and in which request', async () => {
  const { server } = stage
  const person = await addPerson(server)
  const agent = await signedInAgent(server, person)
  const { id } = await server.db.session.findFirstOrThrow({ where: { userId: person.id } })
  await agent.get('/account/connected-apps')
  const done = await agent.submit('/sign-out')
  const noted = await server.db.auditEvent.findMany({ where: { type: 'user.signed_out', targetId: person.id } })
  const requestId = done.headers.get('x-request-id')
  expect(noted).toMatchObject([{ actorKind: 'user', actorId: person.id, requestId, data: { session_id: id } }])
})
