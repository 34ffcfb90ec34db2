/** The pages of keys, for people who may do less than the keys that they see. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAgent } from '../../support/agent.ts'
import { addApiKey, addMember, addOrganization, addResource, addServiceAccount } from '../../support/api.ts'
import { eventually } from '../../support/eventually.ts'
import { signIn } from '../../support/flow.ts'
import { addPerson, startTestServer, type TestServer } from '../../support/server.ts'
import { filled } from './filled.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

async function signedIn() {
  const person = await addPerson(server)
  const agent = createAgent(server.url)
  await signIn(agent, await agent.get('/sign-in'), person)
  return { agent, person }
}

const inDays = (days: number) => new Date(server.clock.now().getTime() + days * 86_400_000).toISOString().slice(0, 10)

test('whoever administers an organization may end a platform administrator’s key, and is never shown what acts for one', async () => {
  const { agent, person } = await signedIn()
  const organizationId = await addOrganization(server)
  await addMember(server, organizationId, person.id, 'owner')
  const administrator = await addPerson(server, { administrator: true })
  await addMember(server, organizationId, administrator.id)
  const serviceAccountId = await addServiceAccount(server, organizationId, { administrator: true })
  const { id } = await addApiKey(server, { organizationId, userId: administrator.id })

  await agent.get(`/account/keys/${id}/rotate`)
  const refused = await agent.submit(`/account/keys/${id}/rotate`, { expires_in: inDays(20) })
  expect([refused.status, /kg_live_\w+/.test(refused.html)]).toEqual([422, false])
  expect(refused.html).toContain('acts for somebody who may do more than you')
  expect(refused.html).toContain(`href="/account/keys/${id}/revoke"`)
  await agent.get(`/account/keys/${id}/revoke`)
  expect((await agent.submit(`/account/keys/${id}/revoke`)).status).toBe(303)

  const { html } = await agent.get('/account/keys/new')
  expect(html).not.toContain(serviceAccountId)
  const made = {
    name: 'Theirs',
    scopes: 'keys:read',
    expires_in: inDays(20),
    owner: `${organizationId}/${serviceAccountId}`,
  }
  expect((await agent.submit('/account/keys/new', made)).status).toBe(404)
  expect(await server.db.apiKey.count({ where: { serviceAccountId } })).toBe(0)
})

test('a key keeps what this person couldn’t give it, and what is no scope any more, until they take it away', async () => {
  const { agent, person } = await signedIn()
  const organizationId = await addOrganization(server)
  await addMember(server, organizationId, person.id, 'admin')
  await addResource(server, 'reports', { 'reports:read': 'anyone', 'reports:purge': 'administrator' })
  const scopes = ['reports:read', 'reports:purge', 'reports:gone']
  const { id } = await addApiKey(server, { organizationId, scopes })
  const kept = async () => (await server.db.apiKey.findUniqueOrThrow({ where: { id } })).scopes.toSorted()
  const action = `/account/keys/${id}/edit`
  const open = async () => filled(await agent.get(action), action)
  await eventually(async () => expect((await agent.get(action)).html).toContain('value="reports:read"'))

  const shown = await open()
  expect(shown['scopes']?.toSorted()).toEqual(scopes.toSorted())
  expect((await agent.submit(action, { ...shown, name: ['Renamed'] })).status).toBe(303)
  expect(await kept()).toEqual(scopes.toSorted())
  await open()
  expect((await agent.submit(action, { ...shown, scopes: ['reports:read', 'reports:gone'] })).status).toBe(303)
  expect(await kept()).toEqual(['reports:gone', 'reports:read'])
  const { html } = await agent.get(action)
  expect(html).not.toContain('value="reports:purge"')

  const rotate = `/account/keys/${id}/rotate`
  const rotation = filled(await agent.get(rotate), rotate)
  expect(rotation['scopes']?.toSorted()).toEqual(['reports:gone', 'reports:read'])
})

test('a new key’s form costs as many statements with forty organizations as with three, and offers the accounts of each', async () => {
  const { agent, person } = await signedIn()
  const cost = async () => {
    server.statements()
    expect((await agent.get('/account/keys/new')).status).toBe(200)
    return server.statements().length
  }
  const accounts: string[] = []
  const join = async (count: number) => {
    for (let index = 0; index < count; index++) {
      const id = await addOrganization(server)
      await addMember(server, id, person.id, 'owner')
      accounts.push(`${id}/${await addServiceAccount(server, id)}`)
    }
  }
  await join(3)
  await cost()
  const few = await cost()
  expect((await agent.get('/account/keys/new')).html).toContain(`value="${accounts[2]}"`)
  await join(37)
  expect(await cost()).toBeLessThanOrEqual(few)

  const owner = accounts[30] ?? ''
  const { html } = await agent.get(`/account/keys/new?organization=${owner.split('/')[0]}`)
  expect(accounts.filter((one) => html.includes(`value="${one}"`))).toEqual([owner])
  const made = { name: 'Theirs', scopes: 'keys:read', expires_in: inDays(20), owner }
  expect((await agent.submit('/account/keys/new', made)).status).toBe(200)
  expect(await server.db.apiKey.count({ where: { serviceAccountId: owner.split('/')[1] ?? '' } })).toBe(1)
})
