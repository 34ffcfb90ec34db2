/** Where a page may send somebody on to: one of our own paths, and nothing that a browser could read as another host. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { returnPath } from '../../src/http/return-path.ts'
import { createAgent } from '../support/agent.ts'
import { addPerson, startTestServer, type TestPerson, type TestServer } from '../support/server.ts'

const attempts = [
  'https://evil.example/',
  '//evil.example/',
  '/\\evil.example/',
  '\\\\evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '/account//evil.example/../..\\',
  '/account/../../evil',
  '/account?next=https://evil.example',
  '/account?//evil.example',
  '/account?\\evil.example',
  '/account?a=1\r\nSet-Cookie:%20a=b',
  '//evil.example/account?q=1',
  '/evil?q=1',
  '/account#https://evil.example',
  '/%2f%2fevil.example',
  '/%5cevil.example',
  'account',
  'javascript:alert(1)',
  'data:text/html,x',
  '/interaction/x/../../evil',
  '/interaction/',
  '/oauth2/authorize?client_id=x',
  '/oauth2/logout/confirm',
  '/sign-out',
  ' /account',
  '/account ',
  '/account\r\nSet-Cookie: a=b',
  '',
]

test.for(attempts)('%j leads to the account instead', (text) => {
  expect(returnPath(text)).toBe('/account')
})

test.for(['/', '/account', '/account/connected-apps', '/interaction/Y__tA7su80l3kaX6lANz3', '/demo'])(
  '%s is ours',
  (path) => {
    expect(returnPath(path)).toBe(path)
  },
)

test.for([
  ['/admin/keys?q=a%20b&status=expiring', '/admin/keys?q=a+b&status=expiring'],
  ['/account/usage?organization=org_1&done=saved', '/account/usage?organization=org_1'],
  ['/account?done=saved', '/account'],
  ['/admin/people?q=https://evil.example', '/admin/people'],
  ['/admin/people?q=ann%40example.com', '/admin/people?q=ann%40example.com'],
  ['/interaction/Y__tA7su80l3kaX6lANz3?q=1', '/interaction/Y__tA7su80l3kaX6lANz3'],
])('of %s a list keeps what it was filtered by', ([text, kept]) => {
  expect(returnPath(text)).toBe(kept)
})

describe('at the sign-in', () => {
  let server: TestServer
  let person: TestPerson
  beforeAll(async () => {
    server = await startTestServer()
    person = await addPerson(server)
  })
  afterAll(() => server[Symbol.asyncDispose]())

  test('nobody is led elsewhere, by the address or by the form', async () => {
    const agent = createAgent(server.url)
    for (const text of attempts.slice(0, 17)) {
      await agent.get(`/sign-in?notice=sign-in-again&return_to=${encodeURIComponent(text)}`)
      const answer = await agent.submit('/sign-in', { email: person.email, password: person.password, return_to: text })
      expect(answer.status).toBe(303)
      expect(answer.location).toBe(`${server.url}/account`)
      const waiting = await agent.get(`/sign-in?return_to=${encodeURIComponent(text)}`)
      expect(waiting.location).toBe(`${server.url}/account`)
    }
  })

  test('who must sign in again goes on where they were, with what they had filtered by', async () => {
    const administrator = await addPerson(server, { administrator: true })
    const agent = createAgent(server.url)
    const wanted = '/admin/settings/keys?q=a+b'
    const credentials = { email: administrator.email, password: administrator.password }
    const waiting = await agent.get(wanted)
    await agent.get(waiting.location ?? '')
    expect((await agent.submit('/sign-in', credentials)).location).toBe(`${server.url}${wanted}`)

    const long = new Date(server.clock.now().getTime() - 601_000)
    await server.db.session.updateMany({ where: { userId: administrator.id }, data: { signedInAt: long } })
    const again = await agent.get(wanted)
    expect(again.location).toContain('notice=sign-in-again')
    await agent.get(again.location ?? '')
    expect((await agent.submit('/sign-in', credentials)).location).toBe(`${server.url}${wanted}`)
  })
})
