/** Tokens of clients themselves (RFC 6749, 4.4), and grant types that a client may not use. */
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addClient, exportsIdentifier, reportsIdentifier, type TestClient } from '../support/server.ts'
import { introspect, tokenRequest, userinfo } from './endpoints.ts'
import { openStage, type Stage } from './stage.ts'

const machine = { grant_types: ['client_credentials'], redirect_uris: undefined } as const

let stage: Stage
let client: TestClient
beforeAll(async () => {
  stage = await openStage()
  client = await addClient(stage.server, machine)
})
afterAll(() => stage[Symbol.asyncDispose]())

const ask = (by: TestClient, parameters: Record<string, string | readonly string[]>) =>
  tokenRequest(stage.server, by, { grant_type: 'client_credentials', ...parameters })

test('a scope of a resource with JWTs gives a JWT that speaks for the client alone', async () => {
  const { status, body } = await ask(client, { scope: 'reports:read' })
  expect({ status, body }).toMatchObject({
    status: 200,
    body: { token_type: 'Bearer', expires_in: 900, scope: 'reports:read' },
  })
  expect(body).not.toHaveProperty('refresh_token')
  expect(body).not.toHaveProperty('id_token')
  const token = body['access_token'] as string
  expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'ES256', typ: 'at+jwt' })
  const claims = decodeJwt(token)
  expect(claims).toMatchObject({ sub: client.id, client_id: client.id, aud: reportsIdentifier, scope: 'reports:read' })
  expect(claims).not.toHaveProperty('fam')
})

test('a scope of a resource with opaque tokens gives an opaque one, with that resource’s life', async () => {
  const { body } = await ask(client, { scope: 'exports:run' })
  expect(body).toMatchObject({
    access_token: expect.stringMatching(/^kgat_/) as string,
    expires_in: 600,
    scope: 'exports:run',
  })
  const answer = await introspect(stage.server, client, body['access_token'] as string)
  expect(answer.body).toMatchObject({
    active: true,
    client_id: client.id,
    aud: exportsIdentifier,
    scope: 'exports:run',
  })
  expect(answer.body).not.toHaveProperty('sub', stage.person.id)
})

test('no scope and no resource give an opaque token that is for nothing', async () => {
  const { body } = await ask(client, {})
  expect(body['access_token']).toMatch(/^kgat_/)
  expect((await introspect(stage.server, client, body['access_token'] as string)).body).toMatchObject({ active: true })
})

test('a resource may be named, and gives the scopes that are its own', async () => {
  const { body } = await ask(client, { resource: reportsIdentifier, scope: 'reports:read exports:run' })
  expect(body).toMatchObject({ scope: 'reports:read' })
  expect(decodeJwt(body['access_token'] as string)).toMatchObject({ aud: reportsIdentifier, scope: 'reports:read' })
})

test('a token is for one resource: two are refused', async () => {
  expect(await ask(client, { scope: 'reports:read exports:run' })).toMatchObject({
    status: 400,
    body: { error: 'invalid_target' },
  })
  const both = { resource: [reportsIdentifier, exportsIdentifier] }
  expect(await ask(client, both)).toMatchObject({ status: 400, body: { error: 'invalid_target' } })
})

test('a resource that nobody registered is refused', async () => {
  const answer = await ask(client, { resource: 'https://unknown.example/' })
  expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_target' } })
})

test('a scope that nobody registered is not given', async () => {
  const { body } = await ask(client, { scope: 'reports:read nothing:such' })
  expect(body['scope']).toBe('reports:read')
  const alone = await ask(client, { scope: 'nothing:such' })
  expect(alone.body['scope'] ?? '').not.toContain('nothing:such')
})

test('scopes that an organization’s admin or an administrator must give need a registration for them', async () => {
  const asked = { scope: 'reports:read reports:audit reports:purge' }
  expect((await ask(client, asked)).body['scope']).toBe('reports:read')
  const registered = await addClient(stage.server, { ...machine, scope: 'reports:read reports:audit reports:purge' })
  expect((await ask(registered, asked)).body['scope']).toBe('reports:read reports:audit reports:purge')
})

test('a client that registered itself gets no administrator’s scope, whatever it registered for', async () => {
  const metadata = { ...machine, scope: 'reports:read reports:audit reports:purge' }
  const own = await addClient(stage.server, metadata, {}, 'self_registered')
  expect((await ask(own, { scope: 'reports:read reports:audit reports:purge' })).body['scope']).toBe('reports:read')
})

test('a client gets no more than it is registered for', async () => {
  const narrow = await addClient(stage.server, { ...machine, scope: 'exports:run' })
  for (const resource of [{}, { resource: reportsIdentifier }]) {
    const answer = await ask(narrow, { ...resource, scope: 'reports:read' })
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_scope' } })
    expect(answer.body).not.toHaveProperty('access_token')
  }
})

test('a client’s own token tells of no person', async () => {
  const { body } = await ask(client, { scope: 'openid' })
  const answer = await userinfo(stage.server, (body['access_token'] as string | undefined) ?? 'kgat_none')
  expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_token' } })
})

test('a grant type that the client may not use is unauthorized_client (RFC 6749, 5.2)', async () => {
  const codeOnly = await addClient(stage.server, { grant_types: ['authorization_code'] })
  for (const parameters of [
    { grant_type: 'client_credentials' },
    { grant_type: 'refresh_token', refresh_token: 'kgrt_none' },
  ]) {
    const answer = await tokenRequest(stage.server, codeOnly, parameters)
    expect(answer).toMatchObject({ status: 400, body: { error: 'unauthorized_client' } })
  }
  const code = { grant_type: 'authorization_code', code: 'x', redirect_uri: 'https://app.example.com/callback' }
  expect((await tokenRequest(stage.server, client, code)).body['error']).toBe('unauthorized_client')
})

test.for([
  'password',
  'implicit',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:ietf:params:oauth:grant-type:token-exchange',
  '',
])('grant_type=%s is not offered', async (grantType) => {
  const answer = await tokenRequest(stage.server, client, { grant_type: grantType, username: 'a', password: 'b' })
  expect(answer.status).toBe(400)
  expect(answer.body['error']).toBe(grantType === '' ? 'invalid_request' : 'unsupported_grant_type')
})

test('a client without redirects cannot begin an authorization', async () => {
  const url = `${stage.server.url}/oauth2/authorize?client_id=${client.id}&response_type=code&scope=openid`
  const response = await fetch(url, { redirect: 'manual', headers: { accept: 'text/html' } })
  expect(response.status).toBe(400)
  expect(response.headers.get('location')).toBeNull()
})
