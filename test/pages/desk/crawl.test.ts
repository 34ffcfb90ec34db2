/** Every page of the account and the console, followed link by link from the first one, with something of everything to show. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAgent, type Agent, type Answer } from '../../support/agent.ts'
import { addAdministratorKey, addMember, addOrganization, call } from '../../support/api.ts'
import { signIn, tokensFor } from '../../support/flow.ts'
import { addClient, addPerson, addResources, startTestServer, type TestServer } from '../../support/server.ts'
import { htmlFaults } from '../../support/valid-html.ts'

let server: TestServer
let agent: Agent
beforeAll(async () => {
  server = await startTestServer({ settings: { WEBHOOK_ALLOWED_HOSTS: 'hooks.example.com' } })
  await addResources(server)
  const person = await addPerson(server, { administrator: true })
  const organizationId = await addOrganization(server, { name: 'Fabrikam' })
  await addMember(server, organizationId, person.id, 'owner')
  await fill(organizationId, person.id)
  const client = await addClient(server, { client_name: 'Reports App' }, { organization_id: organizationId })
  await tokensFor(server, client, person, { scope: 'openid' })
  agent = createAgent(server.url)
  await signIn(agent, await agent.get('/sign-in'), person)
  // They have a page of their own from then on.
  await agent.get('/admin')
  await agent.submit('/admin/first-steps/end')
})
afterAll(() => server[Symbol.asyncDispose]())

/** As an administrator's program would: something of everything that has a page of its own. */
async function fill(organization_id: string, user_id: string): Promise<void> {
  const { key } = await addAdministratorKey(server)
  const make = async (method: string, path: string, body: unknown): Promise<{ id: string }> => {
    const answer = await call(server.url, method, path, { key, body })
    expect([path, answer.status, answer.status < 300 ? '' : answer.body]).toEqual([path, answer.status, ''])
    return answer.body as { id: string }
  }
  const account = await make('POST', `/v1/organizations/${organization_id}/service-accounts`, { name: 'Nightly' })
  await make('POST', `/v1/organizations/${organization_id}/invitations`, { email: 'bob@example.com', role: 'member' })
  await addMember(server, organization_id, (await addPerson(server)).id)
  const carol = await make('POST', '/v1/users', { email: 'carol@example.com', name: 'Carol' })
  await server.db.user.update({ where: { id: carol.id }, data: { disabledAt: server.clock.now() } })
  const scopes = ['reports:read', 'reports:write']
  const one = await make('POST', '/v1/keys', { name: 'Export', scopes, organization_id, user_id })
  await make('POST', `/v1/keys/${one.id}/rotate`, {})
  const other = { name: 'Nightly', scopes, organization_id, service_account_id: account.id }
  await make('POST', `/v1/keys/${(await make('POST', '/v1/keys', other)).id}/revoke`, {})
  await make('PUT', '/v1/policies/reports', { routes: [{ match: 'GET /**', scopes: ['reports:read'] }] })
  const webhook = { name: 'Ours', url: 'https://hooks.example.com/keygrant', organization_id }
  const { id } = await make('POST', '/v1/webhooks', webhook)
  await make('POST', `/v1/webhooks/${id}/test`, {})
}

const parameter = /:[a-z_]+/gi
const ours = /^\/(account|admin)(\/|$)/

interface Found {
  path: string
  from: string
  answer: Answer
}

/** Each page once; of those that differ in an id alone, a few. */
async function crawl(): Promise<Found[]> {
  // A search is begun by its form.
  const waiting = ['/account', '/admin', '/admin/search?q=reports'].map((path) => ({ path, from: 'the beginning' }))
  const seen = new Set(waiting.map(({ path }) => path))
  const found: Found[] = []
  const ofKind = new Map<string, number>()
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const kind = routeOf(next.path) ?? next.path
    const before = ofKind.get(kind) ?? 0
    ofKind.set(kind, before + 1)
    if (before >= pagesOfAKind) continue
    const answer = await agent.get(next.path)
    found.push({ ...next, answer })
    for (const [, href = ''] of answer.html.matchAll(/<a [^>]*href="(\/[^"#]*)/g)) {
      const path = href.replaceAll('&amp;', '&')
      if (!ours.test(path.split('?', 1)[0] ?? '') || seen.has(path)) continue
      seen.add(path)
      waiting.push({ path, from: next.path })
    }
  }
  return found
}

const pagesOfAKind = 3

function routeOf(path: string): string | undefined {
  const plain = path.split('?', 1)[0] ?? ''
  const fits = getPages().filter((route) =>
    new RegExp(`^${route.replaceAll('.', '\\.').replaceAll(parameter, '[^/]+')}$`).test(plain),
  )
  // What is named beats what stands for anything.
  return fits.toSorted((a, b) => (a.match(parameter)?.length ?? 0) - (b.match(parameter)?.length ?? 0))[0]
}

const getPages = (): string[] =>
  server.running.inside.pages.filter(({ method, path }) => method === 'GET' && ours.test(path)).map(({ path }) => path)

/** What a script asks, for what has come meanwhile. */
const byScripts = new Set([
  '/admin/first-steps/come',
  '/account/webhooks/:id/deliveries/:delivery/news',
  '/admin/webhooks/:id/deliveries/:delivery/news',
])

test('a link leads to each page, none leads nowhere, and each is valid HTML with one main heading', async () => {
  const found = await crawl()
  const broken = found.filter(({ answer }) => answer.status !== 200)
  expect(broken.map(({ path, from, answer }) => `${from} leads to ${path}: ${answer.status}`)).toEqual([])

  const reached = new Set(found.map(({ path }) => routeOf(path)))
  expect(getPages().filter((route) => !reached.has(route) && !byScripts.has(route))).toEqual([])

  const looked = new Map(found.map((page) => [routeOf(page.path), page]))
  for (const { path, answer } of looked.values()) {
    if (!answer.headers.get('content-type')?.startsWith('text/html')) continue
    expect([path, await htmlFaults(answer.html)]).toEqual([path, []])
    expect([path, answer.html.match(/<h1[\s>]/g)?.length]).toEqual([path, 1])
  }
})
