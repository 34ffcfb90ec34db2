/** A consent form is only what it was when it was shown, to the one it was shown to. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { openStage, signInAt, type Stage } from '../oidc/stage.ts'
import { createAgent, type Agent, type Answer } from '../support/agent.ts'
import { allow, exchange, onConsent, openApp, signIn, startFlow, type Started } from '../support/flow.ts'
import { addClient, addPerson, type TestClient, type TestPerson } from '../support/server.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage[Symbol.asyncDispose]())
afterEach(() => void vi.useRealTimers())

interface Waiting {
  client: TestClient
  person: TestPerson
  agent: Agent
  started: Started
  page: Answer
  /** `/interaction/<uid>` */
  path: string
}

/** Somebody who is looking at a consent page. */
async function waiting(scope = 'openid email reports:read', agent = createAgent(stage.server.url)): Promise<Waiting> {
  const { server } = stage
  const [client, person] = [await addClient(server), await addPerson(server)]
  const started = await startFlow(await openApp(server, client), { scope })
  const page = await signIn(agent, await agent.get(started.url.href), person)
  if (!onConsent(page)) throw new Error(`no consent was asked: ${page.url} ${page.status}`)
  return { client, person, agent, started, page, path: new URL(page.url).pathname }
}

const tokenOf = ({ html }: Answer, action: string): string =>
  new RegExp(`action="[^"]*${action}"[^>]*>[\\s\\S]*?name="_csrf" value="([^"]+)"`).exec(html)?.[1] ?? ''

const post = (agent: Agent, path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  agent.fetch(path, { method: 'POST', body: new URLSearchParams(fields), headers })

const grants = ({ client }: Waiting): Promise<number> => stage.server.db.grant.count({ where: { clientId: client.id } })

test('what may not be left out cannot be dropped by a forged form', async () => {
  const one = await waiting('openid email reports:read reports:write')
  const { location } = await allow(one.agent, one.page, ['nothing'])
  const tokens = await exchange(await openApp(stage.server, one.client), new URL(location ?? ''), one.started)
  expect(tokens.scope).toBe('reports:read')
  expect(tokens.claims()?.sub).toBe(one.person.id)
})

test('what was not asked for cannot be added by a forged form', async () => {
  const one = await waiting('openid reports:read')
  const added = ['email', 'profile', 'offline_access', 'reports:write', 'reports:purge', 'exports:run']
  const { location } = await allow(one.agent, one.page, added)
  const tokens = await exchange(await openApp(stage.server, one.client), new URL(location ?? ''), one.started)
  expect(tokens.scope).toBe('reports:read')
  expect(await stage.server.db.grant.findFirstOrThrow({ where: { clientId: one.client.id } })).toMatchObject({
    oidcScopes: ['openid'],
    resourceScopes: { 'https://api.example.com/reports': ['reports:read'] },
  })
})

test('a form without its token, with a wrong one or with another form’s is refused (CSRF)', async () => {
  const one = await waiting()
  for (const action of ['consent', 'cancel', 'switch']) {
    const other = tokenOf(one.page, action === 'consent' ? '/cancel' : '/consent')
    expect(other).not.toBe('')
    for (const fields of [{}, { _csrf: '' }, { _csrf: 'x'.repeat(43) }, { _csrf: other }]) {
      const response = await post(one.agent, `${one.path}/${action}`, fields)
      expect(response.status).toBe(403)
      expect(await response.text()).toContain(response.headers.get('x-request-id') ?? 'none')
    }
  }
  expect(await grants(one)).toBe(0)
})

test('a form that the browser says comes from another site is refused, whatever it carries', async () => {
  const one = await waiting()
  const fields = { _csrf: tokenOf(one.page, '/consent') }
  for (const site of ['cross-site', 'same-site']) {
    expect((await post(one.agent, `${one.path}/consent`, fields, { 'sec-fetch-site': site })).status).toBe(403)
  }
  expect(await grants(one)).toBe(0)
  expect((await post(one.agent, `${one.path}/consent`, fields, { 'sec-fetch-site': 'same-origin' })).status).toBe(303)
})

test('the form of another session is refused: shown to one person, sent as another', async () => {
  const one = await waiting()
  const token = tokenOf(one.page, '/consent')
  await signInAt(one.agent, await addPerson(stage.server))
  expect((await post(one.agent, `${one.path}/consent`, { _csrf: token })).status).toBe(403)
  expect(await grants(one)).toBe(0)
})

test('the token of one person’s form is worth nothing in the browser of another', async () => {
  const [mine, theirs] = [await waiting(), await waiting()]
  const answer = await post(theirs.agent, `${theirs.path}/consent`, { _csrf: tokenOf(mine.page, '/consent') })
  expect(answer.status).toBe(403)
  expect(await grants(theirs)).toBe(0)
})

test('a request that began in another browser cannot be looked at or answered, also by who knows its address', async () => {
  const one = await waiting()
  const stranger = createAgent(stage.server.url)
  await signInAt(stranger, one.person)
  expect((await stranger.get(one.path)).status).toBe(400)
  for (const action of ['consent', 'cancel', 'switch']) {
    const response = await post(stranger, `${one.path}/${action}`, { _csrf: tokenOf(one.page, '/consent') })
    expect(response.status).toBeGreaterThanOrEqual(400)
  }
  expect((await stranger.get(`/oauth2/authorize/${one.path.split('/').at(-1)}`)).status).toBe(400)
  expect(await grants(one)).toBe(0)
  // And the one whose it is goes on undisturbed.
  expect(new URL((await allow(one.agent, one.page)).location ?? '').searchParams.has('code')).toBe(true)
})

test('the cookie of one request is none for another of the same browser', async () => {
  const first = await waiting()
  const second = await waiting('openid', first.agent)
  const cookie = [...first.agent.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const stolen = cookie.replace(/keygrant-interaction=[^;]+/, `keygrant-interaction=${second.path.split('/').at(-1)}`)
  const response = await fetch(`${stage.server.url}${first.path}`, {
    headers: { cookie: stolen, accept: 'text/html' },
    redirect: 'manual',
  })
  expect(response.status).toBe(400)
})

test('a request that has expired says so, and where to begin again', async () => {
  const one = await waiting()
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61 * 60_000 })
  for (const path of [one.path, `/oauth2/authorize/${one.path.split('/').at(-1)}`]) {
    const page = await one.agent.get(path)
    expect(page.status).toBe(400)
    expect(page.html).toContain(page.headers.get('x-request-id') ?? 'none')
    expect(page.html).toMatch(/expired|start again|begin again/i)
  }
  const late = await post(one.agent, `${one.path}/consent`, { _csrf: tokenOf(one.page, '/consent') })
  expect(late.status).toBeGreaterThanOrEqual(400)
  expect(await grants(one)).toBe(0)
})

test('a request that was answered is over: its pages cannot be answered again', async () => {
  const one = await waiting()
  await allow(one.agent, one.page)
  expect((await one.agent.get(one.path)).status).toBe(400)
  expect((await one.agent.get(`/oauth2/authorize/${one.path.split('/').at(-1)}`)).status).toBe(400)
  expect((await post(one.agent, `${one.path}/cancel`, { _csrf: tokenOf(one.page, '/cancel') })).status).toBe(400)
})

test('a consent that waits for a sign-in is not given by its form alone', async () => {
  const one = await waiting()
  await one.agent.get('/account/connected-apps')
  await one.agent.submit('/sign-out')
  const response = await post(one.agent, `${one.path}/consent`, { _csrf: tokenOf(one.page, '/consent') })
  expect([303, 403]).toContain(response.status)
  expect(response.headers.get('location') ?? '/sign-in').toContain('/sign-in')
  expect(await grants(one)).toBe(0)
})

test.for([
  '/interaction/x',
  '/interaction/%00',
  '/interaction/%ff',
  '/interaction/../account',
  '/interaction/' + 'a'.repeat(5000),
])('%s is no request of anybody’s', async (path) => {
  const { status } = await createAgent(stage.server.url).get(path)
  expect([303, 400, 404]).toContain(status)
})
