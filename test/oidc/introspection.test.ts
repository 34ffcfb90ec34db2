/** What a client learns of a token (RFC 7662): of its own, and of those of resources that an administrator lists for it. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { tokensFor, type Tokens } from '../support/flow.ts'
import { addClient, exportsIdentifier, reportsIdentifier, type TestClient } from '../support/server.ts'
import { introspect, post, tokenRequest } from './endpoints.ts'
import { browserMetadata, openStage, type Stage } from './stage.ts'

const machine = { grant_types: ['client_credentials'], redirect_uris: undefined } as const

let stage: Stage
let tokens: Record<'reports' | 'exports' | 'identity', Tokens>
let stranger: TestClient
/** The two APIs themselves. */
let services: Record<'reports' | 'exports', TestClient>
beforeAll(async () => {
  stage = await openStage()
  const { server, client, person } = stage
  const { tokens: reports, agent } = await tokensFor(server, client, person, { scope: 'openid reports:read' })
  const { tokens: exports } = await tokensFor(server, client, person, { scope: 'openid exports:run' }, agent)
  const { tokens: identity } = await tokensFor(server, client, person, { scope: 'openid' }, agent)
  tokens = { reports, exports, identity }
  stranger = await addClient(server)
  services = {
    reports: await addClient(server, machine, { introspects: [reportsIdentifier] }),
    exports: await addClient(server, machine, { introspects: [exportsIdentifier] }),
  }
})
afterAll(() => stage[Symbol.asyncDispose]())
afterEach(() => void vi.useRealTimers())

const ask = async (client: TestClient, token: string | undefined, parameters: Record<string, string> = {}) =>
  (await introspect(stage.server, client, token, parameters)).body

test('a JWT is told like an opaque token: whose, for what, for whom and until when', async () => {
  const { server, client, person } = stage
  const about = { active: true, client_id: client.id, sub: person.id, iss: server.url, token_type: 'Bearer' }
  const jwt = await ask(client, tokens.reports.access_token)
  expect(jwt).toMatchObject({ ...about, aud: reportsIdentifier, scope: 'reports:read' })
  const opaque = await ask(client, tokens.exports.access_token)
  expect(opaque).toMatchObject({ ...about, aud: exportsIdentifier, scope: 'exports:run' })
  for (const { iat, exp } of [jwt, opaque]) expect(Number(exp) - Number(iat)).toBeGreaterThan(0)
})

test('what is told of a token holds nothing that is only ours', async () => {
  for (const token of [tokens.reports.access_token, tokens.exports.access_token, tokens.identity.access_token]) {
    const told = await ask(stage.client, token)
    expect(Object.keys(told)).not.toContain('fam')
    expect(JSON.stringify(told)).not.toMatch(/fam_|grantId|kgat_|kgrt_/)
  }
})

test('a refresh token is told to its own client', async () => {
  const told = await ask(stage.client, tokens.reports.refresh_token)
  expect(told).toMatchObject({ active: true, client_id: stage.client.id, sub: stage.person.id })
})

test.for(['access_token', 'refresh_token', 'something_else'])('a hint of %s is only a hint', async (hint) => {
  for (const token of [tokens.reports.access_token, tokens.exports.access_token, tokens.reports.refresh_token]) {
    expect(await ask(stage.client, token, { token_type_hint: hint })).toMatchObject({ active: true })
  }
})

test('a service learns of the tokens of the resources in its list, and of no others', async () => {
  expect(await ask(services.reports, tokens.reports.access_token)).toMatchObject({ active: true, sub: stage.person.id })
  expect(await ask(services.exports, tokens.exports.access_token)).toMatchObject({ active: true, sub: stage.person.id })
  expect(await ask(services.reports, tokens.exports.access_token)).toEqual({ active: false })
  expect(await ask(services.exports, tokens.reports.access_token)).toEqual({ active: false })
  for (const service of Object.values(services)) {
    expect(await ask(service, tokens.identity.access_token)).toEqual({ active: false })
    expect(await ask(service, tokens.reports.refresh_token)).toEqual({ active: false })
  }
})

test('a client learns nothing of another’s tokens, and not whether they are tokens', async () => {
  for (const token of [
    tokens.reports.access_token,
    tokens.exports.access_token,
    tokens.reports.refresh_token,
    'nothing',
    'eyJ.e.e',
  ]) {
    expect(await ask(stranger, token)).toEqual({ active: false })
  }
})

test('a public client learns of its own tokens only, whatever is in its list', async () => {
  const { server, person } = stage
  const own = await addClient(server, browserMetadata)
  const { tokens: its } = await tokensFor(server, own, person)
  await server.db.client.update({
    where: { id: own.id },
    data: { introspects: [reportsIdentifier, exportsIdentifier] },
  })
  expect(await ask(own, its.access_token)).toMatchObject({ active: true })
  expect(await ask(own, tokens.reports.access_token)).toEqual({ active: false })
  expect(await ask(own, tokens.exports.access_token)).toEqual({ active: false })
})

test('a client’s own tokens are told, JWT and opaque', async () => {
  const { server } = stage
  for (const scope of ['reports:read', 'exports:run']) {
    const { body } = await tokenRequest(server, services.reports, { grant_type: 'client_credentials', scope })
    const told = await ask(services.reports, body['access_token'] as string)
    expect(told).toMatchObject({ active: true, client_id: services.reports.id, scope })
    expect(await ask(stranger, body['access_token'] as string)).toEqual({ active: false })
  }
})

test('an ID token never passes for an access token', async () => {
  for (const client of [stage.client, services.reports]) {
    expect(await ask(client, tokens.reports.id_token)).toEqual({ active: false })
  }
  const url = `${stage.server.url}/oauth2/userinfo`
  const response = await fetch(url, { headers: { authorization: `Bearer ${tokens.identity.id_token}` } })
  expect(response.status).toBe(401)
})

test('a JWT that was changed, re-signed or stripped of its signature is no token', async () => {
  const [header = '', payload = '', signature = ''] = tokens.reports.access_token.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
  const other = Buffer.from(JSON.stringify({ ...claims, scope: 'reports:read reports:purge' })).toString('base64url')
  const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')
  for (const forged of [
    `${header}.${other}.${signature}`,
    `${none}.${payload}.`,
    `${header}.${payload}.`,
    `${none}.${other}.${signature}`,
  ]) {
    expect(await ask(stage.client, forged)).toEqual({ active: false })
  }
})

test('an expired token is no token', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 16 * 60_000 })
  for (const token of [tokens.reports.access_token, tokens.exports.access_token, tokens.identity.access_token]) {
    expect(await ask(stage.client, token)).toEqual({ active: false })
  }
})

test('nobody learns anything without proving who they are, also of a JWT', async () => {
  const { server, client } = stage
  for (const token of [tokens.reports.access_token, tokens.exports.access_token]) {
    const wrong = await introspect(server, { id: client.id, secret: 'kgcs_wrong' }, token)
    expect(wrong).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    expect(wrong.body).not.toHaveProperty('active')
    const nameless = await post(server, '/oauth2/introspect', { token, client_id: client.id })
    expect(nameless).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    expect((await post(server, '/oauth2/introspect', { token })).status).toBe(400)
  }
})

test('a request without a token is a fault, and the answer is never stored', async () => {
  const answer = await introspect(stage.server, stage.client, undefined)
  expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  for (const token of [tokens.reports.access_token, tokens.exports.access_token, 'nothing']) {
    expect((await introspect(stage.server, stage.client, token)).headers.get('cache-control')).toBe('no-store')
  }
})
