/** The last step to the client, where the provider's own would be a blank page or a redirect that a browser stops. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAgent } from '../support/agent.ts'
import { onConsent, openApp, signIn, startFlow } from '../support/flow.ts'
import { addClient, addPerson, startTestServer, type TestClient, type TestServer } from '../support/server.ts'

let server: TestServer
let client: TestClient

beforeAll(async () => {
  server = await startTestServer()
  client = await addClient(server, { post_logout_redirect_uris: ['https://app.example.com/left'] })
})
afterAll(() => server[Symbol.asyncDispose]())

test('a sign-out with nobody there leads straight to the client, with its state and nothing to press', async () => {
  const parameters = new URLSearchParams({
    client_id: client.id,
    post_logout_redirect_uri: 'https://app.example.com/left',
    state: 'a b&c',
  })
  const answer = await createAgent(server.url).get(`/oauth2/logout?${parameters}`)
  expect(answer.status).toBe(303)
  expect(answer.location).toBe('https://app.example.com/left?state=a+b%26c')
})

test('no redirect to a client follows a form of ours: a page navigates there', async () => {
  const person = await addPerson(server)
  const app = await openApp(server, client)
  const agent = createAgent(server.url)
  const page = await signIn(agent, await agent.get((await startFlow(app)).url.href), person)
  expect(onConsent(page)).toBe(true)
  const resumed = await agent.submit('/consent', { scope: [] })
  const last = await agent.get(resumed.location ?? '')
  expect(last.status).toBe(200)
  expect(last.location).toBe(null)
  expect(last.html).toMatch(/<meta http-equiv="refresh" content="0;url=https:\/\/app\.example\.com\/callback\?code=/)
})
