/** What the demo takes from nobody: foreign answers, forged forms, other browsers' flows. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createAgent, type Agent } from '../../support/agent.ts'
import { allow, signIn } from '../../support/flow.ts'
import { addPerson, startTestServer, type TestPerson, type TestServer } from '../../support/server.ts'
import { comeBack, getTokens, press, wordsOf } from './walk.ts'

let server: TestServer
let person: TestPerson

beforeAll(async () => {
  server = await startTestServer()
  person = await addPerson(server)
})
afterEach(() => void vi.useRealTimers())
afterAll(() => server[Symbol.asyncDispose]())

const callback = (parameters: Record<string, string>) => `/demo/callback?${new URLSearchParams(parameters).toString()}`

/** The token of one form of a page. */
function formToken(html: string, action: string): string {
  return html.split(`action="${action}"`)[1]?.match(/name="_csrf" value="([^"]+)"/)?.[1] ?? ''
}

/** A flow that waits for its answer, and its state. */
async function begin(): Promise<{ agent: Agent; request: URL }> {
  const agent = createAgent(server.url)
  await agent.get('/demo')
  const { location } = await agent.submit('/demo/start')
  return { agent, request: new URL(location ?? '') }
}

test.each([
  ['another browser’s state', { state: 'AAAAAAAAAAAAAAAAAAAAAA' }],
  ['no state', {}],
])('refuses an answer with %s, and keeps the flow that waits', async (_, parameters) => {
  const { agent, request } = await begin()
  const refused = await agent.get(callback({ code: 'stolen', iss: server.url, ...parameters }))
  expect(refused.status).toBe(400)
  expect(wordsOf(refused)).toContain('This answer belongs to somebody else')
  expect(refused.html).not.toContain('stolen')
  const page = await signIn(agent, await agent.get(request.href), person)
  expect(wordsOf(await allow(agent, page))).toContain('Your browser came back with a code')
})

test('refuses an answer in a browser that asked for nothing', async () => {
  const { request } = await begin()
  const state = request.searchParams.get('state') ?? ''
  const refused = await createAgent(server.url).get(callback({ code: 'stolen', iss: server.url, state }))
  expect(refused.status).toBe(400)
  expect(refused.html).not.toContain('stolen')
})

test.each([
  ['of another issuer', { iss: 'https://evil.example' }],
  ['that names no issuer', {}],
])('does not take the code of an answer %s', async (_, parameters) => {
  const { agent, request } = await begin()
  const state = request.searchParams.get('state') ?? ''
  const page = await agent.follow(await agent.get(callback({ code: 'mixed-up', state, ...parameters })))
  expect(wordsOf(page)).toContain('The answer is from somebody else')
  expect(page.html).not.toContain('action="/demo/exchange"')
})

test('takes an answer once: a second one with the same state changes nothing', async () => {
  const { agent, words } = await comeBack(server, person)
  const state = /state=([\w-]{22})/.exec(words)?.[1] ?? ''
  const page = await agent.follow(await agent.get(callback({ code: 'other-code', iss: server.url, state })))
  expect(page.status).toBe(200)
  expect(page.html).not.toContain('other-code')
})

test('refuses a forged form, and begins nothing', async () => {
  const agent = createAgent(server.url)
  await agent.get('/demo')
  const body = new URLSearchParams({ _csrf: 'forged' })
  const buttons = ['start', 'exchange', 'refresh', 'userinfo', 'introspect', 'revoke', 'replay', 'reset']
  const answers = await Promise.all(buttons.map((name) => agent.fetch(`/demo/${name}`, { method: 'POST', body })))
  expect(answers.map(({ status }) => status)).toEqual(buttons.map(() => 403))
  expect(agent.cookies.has('keygrant-demo')).toBe(false)
})

test('shows no browser the flow of another, nor one whose cookie was tampered with', async () => {
  const { agent, words } = await getTokens(server, person)
  const [token = ''] = words.match(/kgrt_[\w-]{43}/) ?? []
  expect(token).not.toBe('')
  expect((await createAgent(server.url).get('/demo')).html).not.toContain(token)
  const cookie = `keygrant-demo=${agent.cookies.get('keygrant-demo')}`
  const unsigned = await fetch(`${server.url}/demo`, { headers: { cookie } })
  expect(await unsigned.text()).not.toContain(token)
})

test('does nothing out of turn', async () => {
  const { agent, answer } = await getTokens(server, person)
  const body = new URLSearchParams({ _csrf: formToken(answer.html, '/demo/refresh') })
  await press(agent, 'reset')
  await agent.submit('/demo/start')
  // The flow has no tokens yet; the button is one of a page from before.
  const late = await agent.fetch('/demo/refresh', { method: 'POST', body })
  expect(late.headers.get('location')).toBe('/demo#now')
  const words = wordsOf(await agent.get('/demo'))
  expect(words).toContain('Your browser hasn’t come back with an answer yet')
  expect(words).not.toContain('Refreshed')
})

test('sends a code once, though the button is pressed twice at a time', async () => {
  const { agent, answer } = await comeBack(server, person)
  const body = () => new URLSearchParams({ _csrf: formToken(answer.html, '/demo/exchange') })
  await Promise.all([0, 1].map(() => agent.fetch('/demo/exchange', { method: 'POST', body: body() })))
  await agent.get('/demo')
  expect((await press(agent, 'introspect')).words).toContain('The access token holds')
})

test('forgets a flow after an hour, and says so', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  const { agent } = await getTokens(server, person)
  vi.setSystemTime(Date.now() + 3_601_000)
  const { words } = await press(agent, 'refresh')
  expect(words).toContain('The app has forgotten this flow')
  expect(words).not.toContain('kgrt_')
})
