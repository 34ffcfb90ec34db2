/** Who may give which scope to which client: at consent, at issue and at refresh. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { refresh } from '../oidc/endpoints.ts'
import { browserMetadata, openStage, type Stage } from '../oidc/stage.ts'
import { createAgent, type Agent } from '../support/agent.ts'
import { allow, exchange, onConsent, openApp, signIn, startFlow, tokensFor } from '../support/flow.ts'
import { addClient, addPerson, type TestClient, type TestPerson } from '../support/server.ts'
import { systemContext } from '../../src/audit/record.ts'
import { joinOrganization } from '../../src/organizations/join.ts'
import { newId } from '../../src/platform/ids.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

/** A customer's organization in which the person is a plain member, an administrator or the owner. */
async function join(person: TestPerson, role: 'member' | 'admin' | 'owner'): Promise<string> {
  const { db, clock } = stage.server
  const id = newId('org', clock)
  await db.$transaction(async (tx) => {
    await tx.organization.create({ data: { id, name: 'A customer', updatedAt: clock.now() } })
    await joinOrganization(tx, { organizationId: id, userId: person.id, role }, systemContext(clock))
  })
  return id
}

async function scopesGiven(
  client: TestClient,
  person: TestPerson,
  scope: string,
  agent: Agent = createAgent(stage.server.url),
) {
  const started = await startFlow(await openApp(stage.server, client), { scope })
  const page = await signIn(agent, await agent.get(started.url.href), person)
  const answer = onConsent(page) ? await allow(agent, page) : page
  const tokens = await exchange(await openApp(stage.server, client), new URL(answer.location ?? ''), started)
  return { shown: page.html, scope: tokens.scope, tokens, agent }
}

const purge = 'openid reports:read reports:purge'
const audit = 'openid reports:read reports:audit'

test('an administrator’s scope goes from an administrator to an administrator’s client', async () => {
  const administrator = await addPerson(stage.server, { administrator: true })
  const { shown, scope } = await scopesGiven(await addClient(stage.server), administrator, purge)
  expect(shown).toContain('Delete everybody&#39;s reports')
  expect(scope).toBe('reports:read reports:purge')
})

test('somebody else is not even asked for it, and the app is told what it got', async () => {
  const { shown, scope } = await scopesGiven(await addClient(stage.server), await addPerson(stage.server), purge)
  expect(shown).not.toContain('Delete everybody')
  expect(scope).toBe('reports:read')
})

test('a client that registered itself gets none of it, also from an administrator', async () => {
  const administrator = await addPerson(stage.server, { administrator: true })
  for (const metadata of [{}, browserMetadata, { scope: purge }]) {
    const client = await addClient(stage.server, metadata, {}, 'self_registered')
    const { shown, scope } = await scopesGiven(client, administrator, purge)
    expect(shown).not.toContain('Delete everybody')
    expect(scope).toBe('reports:read')
  }
})

test('an authorization for nothing but what may not be given is refused', async () => {
  const client = await addClient(stage.server)
  const person = await addPerson(stage.server)
  const started = await startFlow(await openApp(stage.server, client), { scope: 'reports:purge' })
  started.url.searchParams.delete('nonce')
  const agent = createAgent(stage.server.url)
  const page = await signIn(agent, await agent.get(started.url.href), person)
  const answer = onConsent(page) ? await allow(agent, page) : page
  const told = new URL(answer.location ?? '').searchParams
  expect(told.has('code')).toBe(false)
  expect(told.get('error')).toMatch(/^(access_denied|invalid_scope)$/)
})

test('an administrator who is none any more gives it no longer: the next refresh is without', async () => {
  const { server } = stage
  const administrator = await addPerson(server, { administrator: true })
  const client = await addClient(server)
  const { tokens } = await scopesGiven(client, administrator, purge)
  await server.db.user.update({ where: { id: administrator.id }, data: { administrator: false } })
  const { body } = await refresh(server, client, tokens.refresh_token)
  expect(body['scope']).toBe('reports:read')
  const again = await refresh(server, client, body['refresh_token'] as string, { scope: 'reports:purge' })
  expect(again.body['scope'] ?? '').not.toContain('reports:purge')
})

test('what an organization’s admin gives, somebody with none but their own gives, too', async () => {
  const { scope } = await scopesGiven(await addClient(stage.server), await addPerson(stage.server), audit)
  expect(scope).toBe('reports:read reports:audit')
})

test.for([
  ['member', 'reports:read'],
  ['admin', 'reports:read reports:audit'],
  ['owner', 'reports:read reports:audit'],
] as const)('a %s of an organization gives %s', async ([role, given]) => {
  const person = await addPerson(stage.server)
  await join(person, role)
  const { shown, scope } = await scopesGiven(await addClient(stage.server), person, audit)
  expect(scope).toBe(given)
  expect(shown.includes('See who read your reports')).toBe(given.includes('audit'))
})

test('a member who is made a plain one gives it no longer: the next refresh is without', async () => {
  const { server } = stage
  const person = await addPerson(server)
  const organizationId = await join(person, 'admin')
  const client = await addClient(server)
  const { tokens } = await scopesGiven(client, person, audit)
  await server.db.membership.updateMany({ where: { organizationId, userId: person.id }, data: { role: 'member' } })
  expect((await refresh(server, client, tokens.refresh_token)).body['scope']).toBe('reports:read')
})

test('a platform’s administrator gives what an organization’s admin gives, whatever their role in one', async () => {
  const administrator = await addPerson(stage.server, { administrator: true })
  await join(administrator, 'member')
  const { scope } = await scopesGiven(await addClient(stage.server), administrator, audit)
  expect(scope).toBe('reports:read reports:audit')
})

test('a scope that was taken away from the person’s grant is in no later token', async () => {
  const { server } = stage
  const person = await addPerson(server)
  const client = await addClient(server)
  const wide = await tokensFor(server, client, person, { scope: 'openid reports:read reports:write' })
  const started = await startFlow(wide.app, { scope: 'openid reports:read reports:write', prompt: 'consent' })
  const page = await wide.agent.follow(await wide.agent.get(started.url.href))
  await allow(wide.agent, page, [])
  expect((await refresh(server, client, wide.tokens.refresh_token)).body['scope']).toBe('reports:read')
})
