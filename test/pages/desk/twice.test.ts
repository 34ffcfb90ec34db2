/** A form that is sent twice, by a reload or an impatient finger, where the second time would do harm. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAgent } from '../../support/agent.ts'
import { addApiKey, addMember, addOrganization } from '../../support/api.ts'
import { signIn } from '../../support/flow.ts'
import { addPerson, startTestServer, type TestServer } from '../../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

test('a rotation that is sent twice rotates once, shows the same secret, and leaves the old one its grace', async () => {
  const person = await addPerson(server)
  const agent = createAgent(server.url)
  await signIn(agent, await agent.get('/sign-in'), person)
  const organizationId = await addOrganization(server)
  await addMember(server, organizationId, person.id, 'member')
  const { id, key } = await addApiKey(server, { organizationId, userId: person.id, scopes: ['keys:read'] })
  const path = `/account/keys/${id}/rotate`
  const { html } = await agent.get(path)
  const form = html.slice(html.indexOf(`action="${path}"`))
  const hidden = [...form.matchAll(/name="(_csrf|_once)" value="([^"]+)"/g)].map(([, name = '', value = '']) => [
    name,
    value,
  ])
  expect(hidden).toHaveLength(2)
  const days = new Date(server.clock.now().getTime() + 20 * 86_400_000).toISOString().slice(0, 10)
  const body = () =>
    new URLSearchParams([...hidden, ['scopes', 'keys:read'], ['grace_period', '86400'], ['expires_in', days]])
  const secrets: (string | undefined)[] = []
  for (let time = 0; time < 2; time++) {
    const answer = await agent.fetch(path, { method: 'POST', body: body() })
    expect(answer.status).toBe(200)
    secrets.push(/kg_live_\w{36}/.exec(await answer.text())?.[0])
  }
  expect(secrets[0]).toBeDefined()
  expect(secrets[1]).toBe(secrets[0])
  expect(await server.db.apiKeySecret.count({ where: { apiKeyId: id } })).toBe(2)
  const old = await fetch(`${server.url}/v1/keys/self`, { headers: { authorization: `Bearer ${key}` } })
  expect(old.status).toBe(200)
})
