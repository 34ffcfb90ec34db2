/** Whose organizations and webhooks the pages show: strangers see nothing of them, plain members what is theirs. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addMember, addOrganization, addServiceAccount } from '../../support/api.ts'
import { createAgent, type Agent } from '../../support/agent.ts'
import { signIn } from '../../support/flow.ts'
import { addPerson, startTestServer, type TestServer } from '../../support/server.ts'

let server: TestServer
let acme: string
let account: string
let webhook: string
const agents = new Map<'owner' | 'admin' | 'member' | 'stranger' | 'platform', Agent>()

beforeAll(async () => {
  server = await startTestServer()
  acme = await addOrganization(server, { name: 'Acme' })
  account = await addServiceAccount(server, acme, { name: 'Nightly export' })
  for (const who of ['owner', 'admin', 'member', 'stranger', 'platform'] as const) {
    const person = await addPerson(server, { name: `The ${who}`, administrator: who === 'platform' })
    if (who === 'owner' || who === 'admin' || who === 'member') await addMember(server, acme, person.id, who)
    const agent = createAgent(server.url)
    await signIn(agent, await agent.get('/sign-in'), person)
    agents.set(who, agent)
  }
  const owner = as('owner')
  await owner.get('/account/webhooks/new')
  const fields = { name: 'Chat', url: 'http://127.0.0.1:9/hook', organization_id: acme }
  webhook = /\/account\/webhooks\/(whk_\w+)/.exec((await owner.submit('/account/webhooks/new', fields)).html)?.[1] ?? ''
})
afterAll(() => server[Symbol.asyncDispose]())

const as = (who: 'owner' | 'admin' | 'member' | 'stranger' | 'platform') => agents.get(who) as Agent
const status = async (who: Parameters<typeof as>[0], path: string) => (await as(who).get(path)).status

test('pages of an organization answer by what somebody is in it', async () => {
  const of = (base: string) => `${base}/organizations/${acme}`
  const table: [path: string, owner: number, admin: number, member: number, stranger: number][] = [
    [of('/account'), 200, 200, 200, 404],
    [`${of('/account')}/members`, 200, 200, 200, 404],
    [`${of('/account')}/edit`, 200, 200, 404, 404],
    [`${of('/account')}/invite`, 200, 200, 404, 404],
    [`${of('/account')}/service-accounts/${account}`, 200, 200, 200, 404],
    [`${of('/account')}/service-accounts/${account}/edit`, 200, 200, 404, 404],
    [`${of('/account')}/service-accounts/new`, 200, 200, 404, 404],
    [`/account/usage?organization=${acme}`, 200, 200, 200, 404],
    [`/account/webhooks/${webhook}`, 200, 200, 403, 404],
    [`/account/webhooks/${webhook}/deliveries`, 200, 200, 403, 404],
    [of('/admin'), 404, 404, 404, 404],
    [`/admin/webhooks/${webhook}`, 404, 404, 404, 404],
  ]
  const found = []
  for (const [path] of table) {
    const answers = []
    for (const who of ['owner', 'admin', 'member', 'stranger'] as const) answers.push(await status(who, path))
    found.push([path, ...answers])
  }
  expect(found).toEqual(table)
})

test('a form that somebody may not send is refused with what it would have changed left as it was', async () => {
  const admin = as('admin')
  await admin.get(`/account/organizations/${acme}/invite`)
  const refused = await admin.submit('/invite', { email: 'zoe@example.com', role: 'owner' })
  expect(refused.status).toBe(422)
  expect(refused.html).toContain('Only owners of the organization invite owners')
  expect(await server.db.link.count({ where: { organizationId: acme } })).toBe(0)

  // A page that was open while the role was taken away.
  const owner = as('owner')
  await owner.get(`/account/organizations/${acme}/service-accounts/${account}`)
  await server.db.membership.updateMany({ where: { organizationId: acme, role: 'owner' }, data: { role: 'member' } })
  expect((await owner.submit('/disable')).status).toBe(409)
  expect(await server.db.serviceAccount.count({ where: { id: account, disabledAt: null } })).toBe(1)
})

test('in the console a webhook hears everybody, or the organization that was named', async () => {
  const platform = as('platform')
  const fields = { name: 'Platform', url: 'http://127.0.0.1:9/hook' }
  await platform.get('/admin/webhooks/new')
  expect((await platform.submit('/new', { ...fields, organization_id: 'Nobody' })).status).toBe(422)
  expect((await platform.submit('/new', { ...fields, organization_id: 'Acm' })).status).toBe(200)
  await platform.get('/admin/webhooks/new')
  expect((await platform.submit('/new', fields)).status).toBe(200)
  const made = await server.db.webhookEndpoint.findMany({ where: { name: 'Platform' }, orderBy: { createdAt: 'asc' } })
  expect(made.map(({ organizationId }) => organizationId)).toEqual([acme, null])
})

test('in the console somebody with an account becomes a member by their address, and anybody else can be invited', async () => {
  const platform = as('platform')
  const home = await addOrganization(server, { name: 'Navy' })
  const path = `/admin/organizations/${home}`
  const person = await addPerson(server)
  expect((await platform.get(`${path}/members`)).html).toContain(`href="${path}/add-member"`)

  await platform.get(`${path}/add-member`)
  const unknown = await platform.submit('/add-member', { email: 'zoe+navy@example.com', role: 'admin' })
  expect(unknown.status).toBe(422)
  expect(unknown.html).toContain('Nobody has an account with this address')
  const invitation = `${path}/invite?email=zoe%2Bnavy%40example.com&amp;role=admin`
  expect(unknown.html).toContain(`href="${invitation}"`)
  const invite = await platform.get(invitation.replace('&amp;', '&'))
  expect(invite.html).toContain('value="zoe+navy@example.com"')

  await platform.get(`${path}/add-member`)
  const added = await platform.submit('/add-member', { email: person.email.toUpperCase(), role: 'admin' })
  expect(added.location).toContain(`${path}/members?done=member-added`)
  expect(await server.db.membership.findMany({ where: { organizationId: home } })).toMatchObject([
    { userId: person.id, role: 'admin' },
  ])
  await platform.get(`${path}/add-member`)
  const again = await platform.submit('/add-member', { email: person.email, role: 'owner' })
  expect([again.status, again.html.includes('is a member already')]).toEqual([422, true])

  for (const who of ['owner', 'platform'] as const) {
    expect(await status(who, `/account/organizations/${acme}/add-member`)).toBe(404)
  }
})
