/** What forms may hold: flat names and texts, in any number, and never a fault of ours. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAgent } from '../support/agent.ts'
import { allow, exchange, openApp, signIn, startFlow } from '../support/flow.ts'
import { addClient, addPerson, addResources, startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const type = { 'content-type': 'application/x-www-form-urlencoded' }

test.for([
  'email[0][a]=b&password=x',
  'email=ann@example.com&password[0][a]=x',
  'email.a=b&password.length=1',
  'email=&password=&return_to[0][a]=1',
  '__proto__[a]=1&constructor=2&email=%00&password=x',
])('a field is its text, whatever its name looks like: %s', async (fields) => {
  const agent = createAgent(server.url)
  const token = /name="_csrf" value="([^"]+)"/.exec((await agent.get('/sign-in')).html)?.[1] ?? ''
  const body = `${fields}&${new URLSearchParams({ _csrf: token })}`
  expect((await agent.fetch('/sign-in', { method: 'POST', body, headers: type })).status).toBe(422)
})

test('a token of another shape is a wrong one', async () => {
  const agent = createAgent(server.url)
  await agent.get('/sign-in')
  const send = (body: string) => agent.fetch('/sign-in', { method: 'POST', body, headers: type })
  for (const body of ['_csrf[0][a]=1', '_csrf[]=1', '_csrf=', '']) expect((await send(body)).status).toBe(403)
})

test.for(['/sign-in', '/oauth2/authorize', '/oauth2/logout'])('%s answers a body that is too long', async (path) => {
  const response = await fetch(server.url + path, { method: 'POST', body: `a=${'b'.repeat(70_000)}`, headers: type })
  expect(response.status).toBe(413)
})

test('a consent with very many choices keeps every one of them', async () => {
  const names = Array.from({ length: 60 }, (_, index) => `bulk:read-${index}`)
  const scopes = names.map((name) => `      ${name}: { title: See ${name}, optional: true, grantable_by: anyone }`)
  const identifier = 'https://api.example.com/bulk'
  const file = ['version: 1', 'resources:', '  bulk:', `    identifier: ${identifier}`, '    scopes:', ...scopes]
  await addResources(server, file.join('\n'))
  const [client, person, agent] = [await addClient(server), await addPerson(server), createAgent(server.url)]
  const app = await openApp(server, client)
  const started = await startFlow(app, { scope: `openid ${names.join(' ')}` })
  const page = await signIn(agent, await agent.get(started.url.href), person)
  const answer = await allow(agent, page, names.slice(1))
  const tokens = await exchange(app, new URL(answer.location ?? ''), started)
  expect(tokens.scope?.split(' ').filter((name) => name.startsWith('bulk:'))).toEqual(names.slice(1))
})
