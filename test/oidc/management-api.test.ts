/** Tokens for the management API: asked for and consented to like those for any other, the administrators' scopes apart. */
import { decodeJwt, decodeProtectedHeader } from 'jose'
import * as oidc from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call } from '../support/api.ts'
import { createAgent } from '../support/agent.ts'
import { eventually } from '../support/eventually.ts'
import { allow, exchange, onConsent, openApp, signIn, startFlow, tokensFor } from '../support/flow.ts'
import { addClient, addPerson, type TestClient, type TestPerson } from '../support/server.ts'
import { refresh, tokenRequest } from './endpoints.ts'
import { openStage, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

const audience = () => `${stage.server.url}/v1`
const both = 'keys:read admin:keys:read'

/** Asks for these scopes of the management API, and allows what is offered. */
async function consentTo(client: TestClient, person: TestPerson, scope: string) {
  const agent = createAgent(stage.server.url)
  const app = await openApp(stage.server, client)
  const started = await startFlow(app, { scope: `openid ${scope}`, resource: audience() })
  const page = await signIn(agent, await agent.get(started.url.href), person)
  const answer = onConsent(page) ? await allow(agent, page) : page
  const callback = new URL(answer.location ?? '')
  return { page, callback, tokens: () => exchange(app, callback, started) }
}

const asAdministrator = async () => addPerson(stage.server, { administrator: true })

test('a person consents to it in its words, and the app gets a JWT for it that lives a quarter of an hour', async () => {
  const { page, tokens } = await consentTo(stage.client, stage.person, 'keys:read')
  expect(page.html).toContain('Keygrant API')
  expect(page.html).toContain(audience())
  expect(page.html).toContain('See API keys of your organizations')
  const { access_token: token, scope, expires_in: expiresIn } = await tokens()
  expect([scope, expiresIn]).toEqual(['keys:read', 900])
  expect(decodeProtectedHeader(token)).toMatchObject({ typ: 'at+jwt', alg: 'ES256' })
  expect(decodeJwt(token)).toMatchObject({ aud: audience(), sub: stage.person.id, scope: 'keys:read' })
})

test('its scopes are known by their names alone, as those of any resource', async () => {
  const { tokens } = await tokensFor(stage.server, stage.client, stage.person, { scope: 'openid keys:read' })
  expect(decodeJwt(tokens.access_token).aud).toBe(audience())
})

test('the token calls the API for the person', async () => {
  const scope = 'resources:read grants:read'
  const { tokens } = await consentTo(stage.client, stage.person, scope)
  const { access_token: key } = await tokens()
  const resources = await call(stage.server.url, 'GET', '/v1/resources', { key })
  expect(resources).toMatchObject({ status: 200, body: { data: [{ identifier: audience() }] } })
  const denied = await call(stage.server.url, 'GET', '/v1/clients', { key })
  expect(denied).toMatchObject({ status: 403, body: { code: 'insufficient_scope' } })
})

test('a client gets its token by itself, for what it is registered for', async () => {
  const client = await addClient(stage.server, { grant_types: ['client_credentials'], scope: 'keys:read keys:verify' })
  const { configuration } = await openApp(stage.server, client, '')
  const token = await oidc.clientCredentialsGrant(configuration, { scope: 'keys:read', resource: audience() })
  expect(decodeJwt(token.access_token)).toMatchObject({ aud: audience(), scope: 'keys:read', sub: client.id })
  const parameters = { grant_type: 'client_credentials', scope: 'keys:write', resource: audience() }
  expect(await tokenRequest(stage.server, client, parameters)).toMatchObject({
    status: 400,
    body: { error: 'invalid_scope' },
  })
})

describe('administrators’ scopes', () => {
  test('go from an administrator to an administrator’s client', async () => {
    const { page, tokens } = await consentTo(await addClient(stage.server), await asAdministrator(), both)
    expect(page.html).toContain('See API keys of everybody')
    expect((await tokens()).scope).toBe(both)
  })

  test('go from nobody else', async () => {
    const { page, tokens } = await consentTo(await addClient(stage.server), stage.person, both)
    expect(page.html).not.toContain('of everybody')
    expect((await tokens()).scope).toBe('keys:read')
  })

  test('go to no client that registered itself', async () => {
    const client = await addClient(stage.server, {}, {}, 'self_registered')
    expect((await (await consentTo(client, await asAdministrator(), both)).tokens()).scope).toBe('keys:read')
  })

  test('go to no client that is registered for others', async () => {
    const client = await addClient(stage.server, { scope: 'openid keys:read' })
    const agent = createAgent(stage.server.url)
    const started = await startFlow(await openApp(stage.server, client), {
      scope: `openid ${both}`,
      resource: audience(),
    })
    const { location } = await agent.get(started.url.href)
    expect(new URL(location ?? '').searchParams.get('error')).toBe('invalid_scope')
  })

  test('go to no client by itself that an administrator hasn’t registered for them', async () => {
    const grant_types = ['client_credentials']
    const parameters = { grant_type: 'client_credentials', scope: 'admin:keys:read', resource: audience() }
    const ask = async (metadata: object, origin?: 'self_registered') => {
      const client = await addClient(stage.server, { grant_types, ...metadata }, {}, origin)
      return (await tokenRequest(stage.server, client, parameters)).body['scope'] ?? ''
    }
    expect(await ask({ scope: 'admin:keys:read' })).toBe('admin:keys:read')
    expect(await ask({})).toBe('')
    expect(await ask({ scope: 'admin:keys:read' }, 'self_registered')).toBe('')
  })

  test('are gone at the next refresh of somebody who is no administrator any more', async () => {
    const { server } = stage
    const person = await asAdministrator()
    const client = await addClient(server)
    const { tokens } = await consentTo(client, person, both)
    const { refresh_token: refreshToken, access_token: key } = await tokens()
    await server.db.user.update({ where: { id: person.id }, data: { administrator: false } })
    const { body } = await refresh(server, client, refreshToken)
    expect(body['scope']).toBe('keys:read')
    // And what was issued before reaches everything no longer.
    await server.db
      .$executeRaw`SELECT pg_notify('keygrant_changes', ${JSON.stringify({ kind: 'user', id: person.id })})`
    await eventually(async () => {
      const { status } = await call(server.url, 'GET', '/v1/keys', { key })
      const foreign = await call(server.url, 'GET', `/v1/clients/${client.id}`, { key })
      expect([status, foreign.status]).toEqual([200, 403])
    })
  })
})
