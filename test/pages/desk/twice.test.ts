/** Forms of keys that are sent twice, by a reload or an impatient finger, or late, where that would do harm. */
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

async function addOwner(columns: Parameters<typeof addApiKey>[1]) {
  const person = await addPerson(server)
  const agent = createAgent(server.url)
  await signIn(agent, await agent.get('/sign-in'), person)
  const organizationId = await addOrganization(server)
  await addMember(server, organizationId, person.id, 'member')
  return { agent, ...(await addApiKey(server, { ...columns, organizationId, userId: person.id })) }
}

test('a rotation that is sent twice rotates once, shows the same secret, and leaves the old one its grace', async () => {
  const { agent, id, key } = await addOwner({ scopes: ['keys:read'] })
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

test('a form that lay open brings nothing back that was stopped or narrowed meanwhile', async () => {
  const allowedIps = ['192.0.2.0/24', '198.51.100.7/32']
  const { agent, id } = await addOwner({ scopes: ['keys:read', 'keys:write'], allowedIps })
  const path = `/account/keys/${id}/edit`
  await agent.get(path)
  const narrow = { disabledAt: server.clock.now(), scopes: ['keys:read'], allowedIps: ['192.0.2.0/24'] }
  await server.db.apiKey.update({ where: { id }, data: narrow })
  const asShown = { scopes: ['keys:read', 'keys:write'], allowed_ips: allowedIps.join('\n') }
  expect((await agent.submit(path, { ...asShown, name: 'Renamed' })).status).toBe(303)
  expect(await server.db.apiKey.findUnique({ where: { id } })).toMatchObject({ ...narrow, name: 'Renamed' })

  await agent.get(path)
  const wanted = { name: 'Renamed', scopes: ['usage:read'], allowed_ips: '203.0.113.0/24', disabled: '' }
  expect((await agent.submit(path, wanted)).status).toBe(303)
  const changed = { disabledAt: null, scopes: ['usage:read'], allowedIps: ['203.0.113.0/24'] }
  expect(await server.db.apiKey.findUnique({ where: { id } })).toMatchObject(changed)
})

test('a form of what has changed meanwhile is refused, and never read as something else', async () => {
  const { agent, id, organizationId } = await addOwner({ scopes: ['keys:read'] })
  await agent.get(`/account/keys/${id}/rotate`)
  await server.db.apiKey.update({ where: { id }, data: { scopes: ['usage:read'] } })
  const expires_in = new Date(server.clock.now().getTime() + 20 * 86_400_000).toISOString().slice(0, 10)
  const rotated = await agent.submit(`/account/keys/${id}/rotate`, { scopes: 'keys:read', expires_in })
  expect(rotated.status).toBe(422)
  await agent.get('/account/keys/new')
  const owner = `${organizationId}/svc_gone`
  const made = await agent.submit('/account/keys/new', { name: 'Gone', scopes: 'keys:read', expires_in, owner })
  expect(made.status).toBe(404)
  expect(await server.db.apiKey.count({ where: { name: 'Gone' } })).toBe(0)
})
