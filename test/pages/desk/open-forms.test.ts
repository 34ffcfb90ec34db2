/** Forms that lay open while somebody else saved the same one: each person's changes come to be, and nothing comes back. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAgent, type Agent } from '../../support/agent.ts'
import {
  addAdministratorKey,
  addApiKey,
  addMember,
  addOrganization,
  addResource,
  addServiceAccount,
  call,
} from '../../support/api.ts'
import { eventually } from '../../support/eventually.ts'
import { signIn } from '../../support/flow.ts'
import { addClient, addPerson, startTestServer, type TestServer } from '../../support/server.ts'
import { filled } from './filled.ts'

type Fields = Record<string, string[]>

let server: TestServer
let platform: string
let agents: readonly [mine: Agent, theirs: Agent]
beforeAll(async () => {
  server = await startTestServer()
  platform = (await addAdministratorKey(server)).key
  await addResource(server, 'reports', { 'reports:read': 'anyone', 'reports:write': 'anyone', 'reports:run': 'anyone' })
  agents = [await administrator(), await administrator()]
  await eventually(async () => {
    const { html } = await agents[0].get('/admin/keys/new')
    if (!html.includes('reports:run')) throw new Error('the scopes are not known yet')
  })
})
afterAll(() => server[Symbol.asyncDispose]())

async function administrator(): Promise<Agent> {
  const person = await addPerson(server, { administrator: true })
  const agent = createAgent(server.url)
  await signIn(agent, await agent.get('/sign-in'), person)
  return agent
}

async function ask(method: string, path: string, body?: unknown): Promise<{ id: string }> {
  const reply = await call(server.url, method, path, { key: platform, body })
  if (reply.status > 299) throw new Error(JSON.stringify(reply.body))
  return reply.body as { id: string }
}

const resourceId = async () => (await server.db.resource.findFirstOrThrow({ where: { name: 'reports' } })).id

interface OpenForm {
  /** Of the form, whose thing it makes. */
  path(): Promise<string>
  theirs: Fields
  mine: Fields
  /** Where it isn't what both have typed: of a list, what one took out and another put in. */
  after?: Fields
}

const forms: Record<string, OpenForm> = {
  'a webhook': {
    async path() {
      const { id } = await ask('POST', '/v1/webhooks', {
        name: 'Ours',
        url: `${server.url}/one`,
        types: ['client.created', 'grant.created'],
      })
      return `/admin/webhooks/${id}/edit`
    },
    theirs: { url: ['https://hooks.example.com/theirs'], types: ['client.created'] },
    mine: { name: ['Mine'], types: ['client.created', 'grant.created', 'user.created'] },
    after: { types: ['client.created', 'user.created'] },
  },
  'a client': {
    async path() {
      const { id } = await addClient(server, {
        redirect_uris: ['https://one.example.com/', 'https://two.example.com/'],
        scope: 'openid reports:read reports:write',
      })
      return `/admin/clients/${id}/edit`
    },
    theirs: { redirect_uris: ['https://one.example.com/'], scope: ['openid', 'reports:read'] },
    mine: {
      client_name: ['Mine'],
      redirect_uris: ['https://one.example.com/\r\nhttps://two.example.com/\r\nhttps://new.example.com/'],
      policy_uri: ['https://one.example.com/policy'],
    },
    after: { redirect_uris: ['https://one.example.com/\nhttps://new.example.com/'] },
  },
  'a client’s rights': {
    async path() {
      const given = { verified: true, grantable_scopes: ['reports:read', 'reports:write'], limit_per: 'client' }
      const { id } = await addClient(server, { grant_types: ['authorization_code'] }, given)
      return `/admin/clients/${id}/rights`
    },
    theirs: { verified: [], grantable_scopes: ['reports:read'], tier: ['free'] },
    mine: { slug: ['mine'], grantable_scopes: ['reports:read', 'reports:write', 'reports:run'] },
    after: { grantable_scopes: ['reports:read', 'reports:run'] },
  },
  'a tier': {
    async path() {
      await ask('PUT', '/v1/tiers/open', { hour: 5000, burst: { size: 500 }, limit_per: 'key' })
      return '/admin/tiers/open/edit'
    },
    theirs: { hour: ['10'], 'organization_limits.hour': ['20'], 'organization_limits.burst.size': ['5'] },
    mine: { 'burst.size': ['7'] },
  },
  'a policy': {
    async path() {
      await ask('PUT', '/v1/policies/reports', {
        mode: 'observe',
        routes: [{ match: 'GET /all', scopes: ['reports:write', 'reports:read'], cost: 2 }],
      })
      return '/admin/policies/reports/edit'
    },
    theirs: { mode: ['enforce'], 'routes.0.scopes': ['reports:read'] },
    mine: { nginx: ['on'] },
  },
  'an organization': {
    path: async () => `/admin/organizations/${await addOrganization(server, { tier: 'enterprise' })}/edit`,
    theirs: { tier: ['free'] },
    mine: { name: ['Mine'], metadata: ['{"mine": true}'] },
    after: { metadata: ['{\n  "mine": true\n}'] },
  },
  'a member': {
    async path() {
      const [organizationId, { id }] = [await addOrganization(server), await addPerson(server)]
      await addMember(server, organizationId, id, 'admin')
      return `/admin/organizations/${organizationId}/members/${id}`
    },
    theirs: { role: ['member'] },
    mine: {},
  },
  'a service account': {
    async path() {
      const organizationId = await addOrganization(server)
      const id = await addServiceAccount(server, organizationId, { description: 'One\nTwo' })
      return `/admin/organizations/${organizationId}/service-accounts/${id}/edit`
    },
    theirs: { description: ['Theirs\r\nNow'] },
    mine: { name: ['mine'] },
  },
  'a person': {
    path: async () => `/admin/people/${(await addPerson(server)).id}/edit`,
    theirs: { name: ['Theirs'] },
    mine: {},
  },
  'an API': {
    path: async () => `/admin/resources/${await resourceId()}/edit`,
    theirs: { 'access_token.lifetime': ['300'] },
    mine: { title: ['Mine'], 'access_token.format': ['opaque'] },
  },
  'a scope': {
    path: async () => `/admin/resources/${await resourceId()}/scopes/reports%3Arun`,
    theirs: { grantable_by: ['administrator'], sensitive: ['on'] },
    mine: { title: ['Mine'], position: ['0'] },
  },
  settings: {
    path: () => Promise.resolve('/admin/settings/keys'),
    theirs: { key_lifetime_max: ['30'] },
    mine: { keys_per_organization: ['50'] },
  },
  'a key': {
    async path() {
      const { id } = await addApiKey(server, {
        scopes: ['reports:read', 'reports:write'],
        allowedIps: ['192.0.2.1', '192.0.2.2'],
      })
      return `/admin/keys/${id}/edit`
    },
    theirs: { scopes: ['reports:read'], allowed_ips: ['192.0.2.1'], disabled: ['on'], 'limits.hour': ['10'] },
    mine: { name: ['Mine'], allowed_ips: ['192.0.2.1, 192.0.2.2, 192.0.2.3'], 'limits.burst.size': ['3'] },
    after: { allowed_ips: ['192.0.2.1\n192.0.2.3'] },
  },
}

const sorted = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, some]) => (some.length > 0 ? [[name, some.toSorted()]] : [])),
  )

describe('the form of', () => {
  test.for(Object.keys(forms))('%s saves what each has changed', async (name) => {
    const { path, theirs, mine, after = {} } = forms[name] as OpenForm
    const action = await path()
    const [before] = await Promise.all(agents.map(async (agent) => filled(await agent.get(action), action)))
    for (const [index, changes] of [theirs, mine].entries()) {
      const answer = await (agents[1 - index] as Agent).submit(action, { ...before, ...changes })
      expect(answer.status, answer.html).toBe(303)
    }
    const now = filled(await agents[0].get(action), action)
    expect(sorted(now)).toEqual(sorted({ ...before, ...theirs, ...mine, ...after }))
  })

  test('a policy tells who changes routes that somebody else has changed, and then takes theirs', async () => {
    const action = await (forms['a policy'] as OpenForm).path()
    const [before] = await Promise.all(agents.map(async (agent) => filled(await agent.get(action), action)))
    expect((await agents[1].submit(action, { ...before, 'routes.0.match': ['/theirs'] })).status).toBe(303)
    const mine = { ...before, 'routes.0.cost': ['9'] }
    const told = await agents[0].submit(action, mine)
    expect(told.status).toBe(422)
    expect(told.html).toContain('Somebody else has changed this')
    expect(filled(await agents[1].get(action), action)).toMatchObject({ 'routes.0.match': ['/theirs'] })
    expect((await agents[0].submit(action, mine)).status).toBe(303)
    expect(filled(await agents[1].get(action), action)).toMatchObject(mine)
  })

  test('a client never comes to have any scope because two people took out its last ones', async () => {
    const { id } = await addClient(server, { scope: 'reports:read reports:write' })
    const action = `/admin/clients/${id}/edit`
    const [before] = await Promise.all(agents.map(async (agent) => filled(await agent.get(action), action)))
    expect((await agents[1].submit(action, { ...before, scope: ['reports:read'] })).status).toBe(303)
    expect((await agents[0].submit(action, { ...before, scope: ['reports:write'] })).status).toBe(422)
    expect(await ask('GET', `/v1/clients/${id}`)).toMatchObject({ scope: 'reports:read' })
  })
})
