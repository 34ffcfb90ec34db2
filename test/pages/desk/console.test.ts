/** The console, asked without a browser: what it costs, what it refuses, and the lists that it is made of. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  addAdministratorKey,
  addApiKey,
  addMember,
  addOrganization,
  addServiceAccount,
  call,
  type TestKey,
} from '../../support/api.ts'
import { createAgent, type Agent } from '../../support/agent.ts'
import { eventually } from '../../support/eventually.ts'
import { signIn } from '../../support/flow.ts'
import {
  addClient,
  addPerson,
  startTestServer,
  testPassword,
  type TestPerson,
  type TestServer,
} from '../../support/server.ts'

let server: TestServer
let platform: TestKey
let person: TestPerson
let administrator: Agent
beforeAll(async () => {
  server = await startTestServer()
  platform = await addAdministratorKey(server)
  person = await addPerson(server, { administrator: true })
  administrator = createAgent(server.url)
  await signIn(administrator, await administrator.get('/sign-in'), person)
})
afterAll(() => server[Symbol.asyncDispose]())

const listed = async (path: string, { key } = platform): Promise<string[]> => {
  const { status, body } = await call(server.url, 'GET', path, { key })
  expect(status, path).toBe(200)
  return (body as { data: { id: string }[] }).data.map(({ id }) => id)
}

test('the first page costs as many statements with many keys as with few', async () => {
  const cost = async () => {
    server.statements()
    expect((await administrator.get('/admin')).status).toBe(200)
    return server.statements().filter((text) => /FROM|WITH/.test(text)).length
  }
  await cost()
  const few = await cost()
  const now = server.clock.now().getTime()
  for (let index = 0; index < 12; index++) {
    await addApiKey(server, {
      name: `Key ${index}`,
      expiresAt: new Date(now + 5 * 86_400_000),
      secret: { lastUsedAt: new Date(now - 3_600_000) },
    })
  }
  const many = await cost()
  // The names of their organizations are one more.
  expect(many - few).toBeLessThanOrEqual(1)
  expect(many).toBeLessThan(30)
})

test('keys of service accounts are listed with the accounts’ names, which cost nothing more', async () => {
  const search = async (q: string) => {
    server.statements()
    const { html } = await administrator.get(`/admin/keys?q=${q}`)
    return { html, cost: server.statements().filter((text) => /FROM|WITH/.test(text)).length }
  }
  for (const name of ['Nightly', 'Billing', 'Sync']) {
    const organizationId = await addOrganization(server)
    const serviceAccountId = await addServiceAccount(server, organizationId, { name: `${name} robot` })
    await addApiKey(server, { organizationId, serviceAccountId, name: name === 'Sync' ? 'Alone' : 'Together' })
  }
  await search('Alone')
  const [one, two] = [await search('Alone'), await search('Together')]
  for (const name of ['Nightly', 'Billing']) expect(two.html).toContain(`${name} robot`)
  expect(two.html).not.toContain('svc_')
  expect(two.cost).toBe(one.cost)
})

test('the page of health says how much waits to be sent, and since when', async () => {
  const { html: before } = await administrator.get('/admin/health')
  expect(before).not.toContain('Waiting for more than ten minutes')
  const [createdAt, dueAt] = [-7_200_000, 3_600_000].map((ms) => new Date(server.clock.now().getTime() + ms)) as [
    Date,
    Date,
  ]
  const mail = { userId: person.id, kind: 'key-created', bundle: 'daily', about: 'x', data: {}, createdAt, dueAt }
  await server.db.queuedMail.create({ data: { ...mail, diesAt: dueAt, attempts: 2 } })
  const { html } = await administrator.get('/admin/health')
  expect(html).toContain('Waiting for more than ten minutes')
  expect(html).toMatch(/\d+ waits?\b/)
  expect(html).toContain('2 hours ago')
})

test('a tier or a client that is called “new” has its page, and the forms for new ones have theirs', async () => {
  const { key } = platform
  const limits = { hour: 10, burst: { size: 10 }, limit_per: 'key' }
  expect((await call(server.url, 'PUT', '/v1/tiers/new', { key, body: limits })).status).toBe(200)
  const row = { client_id: 'new', client_name: 'Old one', redirect_uris: ['https://app.example.com/callback'] }
  const body = { dry_run: false, rows: [{ ...row, token_endpoint_auth_method: 'none' }] }
  expect((await call(server.url, 'POST', '/v1/clients/import', { key, body })).body).toMatchObject({
    counts: { created: 1 },
  })
  for (const [list, named] of [
    ['/admin/tiers', '<title>new ·'],
    ['/admin/clients', '<title>Old one ·'],
  ] as const) {
    expect((await administrator.get(`${list}/new`)).html).toContain(named)
    const create = /href="([^"]*\/new\/form)"/.exec((await administrator.get(list)).html)?.[1] ?? ''
    const form = await administrator.get(create)
    expect([form.status, form.html.includes(`action="${create}"`)]).toEqual([200, true])
  }
  await call(server.url, 'DELETE', '/v1/tiers/new', { key })
})

test('somebody who was brought along with es-MX reads pages and an administrator’s mail in Spanish', async () => {
  const { id, email } = await addPerson(server)
  await server.db.user.update({ where: { id }, data: { locale: 'es-MX' } })
  const agent = createAgent(server.url)
  await signIn(agent, await agent.get('/sign-in'), { id, email, password: testPassword })
  expect((await agent.get('/account')).html).toContain('<html lang="es">')
  await administrator.get(`/admin/people/${id}/reset-password`)
  expect((await administrator.submit('/reset-password')).location).toContain('done=reset-mailed')
  await eventually(() => {
    const mails = server.running.inside.mail.captured().filter(({ to }) => to === email)
    expect(mails.map(({ subject }) => subject)).toContainEqual(expect.stringContaining('contraseña'))
  })
})

test('an address with a slash or a percent sign in it is of nothing, and no other page', async () => {
  for (const path of ['/admin/people/a%2Fb', '/admin/keys/%25zz', '/admin/clients/..%2Fusers']) {
    expect((await administrator.get(path)).status, path).toBe(404)
  }
})

test('the first steps say as JSON whether they have come further, and stay put away', async () => {
  const come = await administrator.fetch('/admin/first-steps/come?step=gateway')
  expect([come.headers.get('content-type'), await come.json()]).toEqual([
    'application/json; charset=utf-8',
    { come: false },
  ])
  await administrator.get('/admin')
  const ended = await administrator.submit('/admin/first-steps/end')
  expect(ended.location).toContain('/admin?done=first-steps-ended')
  expect((await administrator.get('/admin')).html).not.toContain('first-steps/end')
  expect((await administrator.get('/admin/first-steps')).status).toBe(200)
})

test('who signed in long ago stops nobody, and the last administrator can’t be stopped', async () => {
  const other = await addPerson(server)
  const path = `/admin/people/${other.id}/disable`
  await administrator.get(path)
  const before = { signedInAt: new Date(server.clock.now().getTime() - 601_000) }
  await server.db.session.updateMany({ where: { userId: person.id }, data: before })
  const answer = await administrator.submit(path)
  expect(answer.location).toContain('/sign-in?notice=sign-in-again')
  expect((await administrator.get(path)).location).toContain(encodeURIComponent(path))
  expect(await server.db.user.findUniqueOrThrow({ where: { id: other.id } })).toMatchObject({ disabledAt: null })

  await server.db.session.updateMany({ where: { userId: person.id }, data: { signedInAt: server.clock.now() } })
  await administrator.get(`/admin/people/${person.id}/disable`)
  const last = await administrator.submit(`/admin/people/${person.id}/disable`)
  expect([last.status, last.html.includes('Nobody else administers the platform')]).toEqual([409, true])
})

describe('lists', () => {
  test('are asked for by ids, and show nobody what they don’t reach', async () => {
    const [one, two] = [await addOrganization(server), await addOrganization(server)]
    const ann = await addPerson(server)
    await addMember(server, one, ann.id, 'owner')
    const scopes = ['organizations:read', 'users:read', 'clients:read', 'keys:read']
    const key = await addApiKey(server, { organizationId: one, userId: ann.id, scopes })
    const clients = [
      (await addClient(server, {}, { organization_id: one })).id,
      (await addClient(server, {}, { organization_id: two })).id,
    ]
    expect(new Set(await listed(`/v1/organizations?ids=${one},${two},org_x`))).toEqual(new Set([one, two]))
    expect(await listed(`/v1/organizations?ids=${one},${two}`, key)).toEqual([one])
    expect(new Set(await listed(`/v1/users?ids=${ann.id},${person.id}`))).toEqual(new Set([ann.id, person.id]))
    expect(await listed(`/v1/users?ids=${ann.id},${person.id}`, key)).toEqual([ann.id])
    expect(new Set(await listed(`/v1/clients?ids=${clients.join(',')}`))).toEqual(new Set(clients))
    expect(await listed(`/v1/clients?ids=${clients.join(',')}`, key)).toEqual([clients[0]])
    expect(await listed(`/v1/organizations?user_id=${ann.id}`, key)).toEqual([one])
    expect(await listed(`/v1/organizations?ids=`)).toEqual([])
    const many = Array.from({ length: 201 }, (_, index) => `o${index}`).join(',')
    expect((await call(server.url, 'GET', `/v1/users?ids=${many}`, { key: platform.key })).status).toBe(400)
  })

  test('of keys are narrowed by their person and their last use, of clients by name, of webhooks by their state', async () => {
    const now = server.clock.now().getTime()
    const ann = await addPerson(server)
    const organizationId = await addOrganization(server)
    await addMember(server, organizationId, ann.id)
    const at = (days: number) => new Date(now - days * 86_400_000)
    const theirs = { organizationId, userId: ann.id }
    const used = await addApiKey(server, { ...theirs, secret: { lastUsedAt: at(1) } })
    const unused = await addApiKey(server, { ...theirs, secret: { lastUsedAt: at(30) } })
    expect(new Set(await listed(`/v1/keys?user_id=${ann.id}`))).toEqual(new Set([used.id, unused.id]))
    expect(await listed(`/v1/keys?user_id=${ann.id}&used_since=${at(7).toISOString()}`)).toEqual([used.id])

    const { id } = await addClient(server, { client_name: '100% Calendar' })
    await addClient(server, { client_name: '1000 Calendars' })
    expect(await listed(`/v1/clients?q=${encodeURIComponent('100% cal')}`)).toEqual([id])
    expect(await listed(`/v1/clients?q=${id}`)).toEqual([id])

    const endpoint = { organizationId, url: 'https://hooks.example.com/', secretSealed: Buffer.from('x') }
    await server.db.webhookEndpoint.createMany({
      data: [
        { ...endpoint, id: 'whk_working', name: 'a' },
        { ...endpoint, id: 'whk_failing', name: 'b', failingSince: at(1) },
        {
          ...endpoint,
          id: 'whk_disabled',
          name: 'c',
          failingSince: at(6),
          disabledAt: at(1),
          disabledReason: 'failing',
        },
      ],
    })
    for (const status of ['working', 'failing', 'disabled']) {
      expect(await listed(`/v1/webhooks?status=${status}`)).toEqual([`whk_${status}`])
    }
  })

  test('of usage are one row for each interval where everything is counted together', async () => {
    const hour = new Date('2026-03-01T05:00:00Z')
    const row = { hour, kind: 'key', allowed: 3, limited: 2, denied: 1, cost: 4 }
    await server.db.usage.createMany({
      data: ['key_1', 'key_2'].map((credentialId) => ({ ...row, credentialId, organizationId: credentialId })),
    })
    const path = '/v1/usage?group_by=total&interval=day&from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z'
    const { body } = await call(server.url, 'GET', path, { key: platform.key })
    expect(body).toEqual({
      data: [{ time: '2026-03-01T00:00:00.000Z', allowed: 6, limited: 4, denied: 2, cost: 8 }],
      next_cursor: null,
    })
  })
})

test('the example of a service gets a token as it is', async () => {
  const resources = `/v1/resources`
  const resource = { name: 'notes', identifier: 'https://api.example.com/notes', title: 'Notes' }
  const scopes = [{ name: 'notes:read', title: 'Read notes' }]
  await call(server.url, 'POST', resources, { key: platform.key, body: { ...resource, scopes } })
  const metadata = { client_name: 'Sync', grant_types: ['client_credentials'], scope: 'notes:read' }
  const { body } = await call(server.url, 'POST', '/v1/clients', { key: platform.key, body: metadata })
  const { html } = await administrator.get(`/admin/clients/${body.id}`)
  const said = /<code id="[^"]+">(curl[^<]+)<\/code>/.exec(html)?.[1] ?? ''
  const fields = [...said.matchAll(/-d (?<name>\w+)=(?:&#39;)?(?<value>[^\s&]+)/g)].map(({ groups }) => [
    groups?.['name'] ?? '',
    groups?.['value'] ?? '',
  ])
  expect(Object.fromEntries(fields)).toMatchObject({ grant_type: 'client_credentials', scope: 'notes:read' })
  const answer = await fetch(`${server.url}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${body.id}:${body.secret}`).toString('base64')}` },
    body: new URLSearchParams(fields),
  })
  expect(await answer.json()).toMatchObject({ token_type: 'Bearer', scope: 'notes:read' })
})

test('who is stopped is whom the address of the page names, whatever anybody’s mail address says', async () => {
  const [named, other] = [await addPerson(server), await addPerson(server)]
  // As if the address had changed hands between two looks.
  await server.db.user.update({ where: { id: named.id }, data: { email: other.email } })
  const stopped = async () => {
    const rows = await server.db.user.findMany({
      where: { id: { in: [named.id, other.id] }, disabledAt: { not: null } },
    })
    return rows.map(({ id }) => id)
  }
  for (const [verb, expected] of [
    ['disable', [named.id]],
    ['enable', []],
  ] as const) {
    const path = `/admin/people/${named.id}/${verb}`
    await administrator.get(path)
    expect((await administrator.submit(path)).status).toBe(303)
    expect(await stopped()).toEqual(expected)
  }
})
