/** A token is for one audience (RFC 8707): which one, and how an app says so. */
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAgent } from '../support/agent.ts'
import { authorize, openApp, startFlow, tokensFor } from '../support/flow.ts'
import { addClient, addPerson, exportsIdentifier, reportsIdentifier, type TestClient } from '../support/server.ts'
import { introspect, refresh, tokenRequest, userinfo, type EndpointAnswer } from './endpoints.ts'
import { openStage, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

/** Authorizes and exchanges by hand, with what the token endpoint is to be asked. */
async function exchanged(
  asked: Record<string, string>,
  atToken: Record<string, string> = {},
  { client, resources = [] }: { client?: TestClient; resources?: string[] } = {},
): Promise<EndpointAnswer> {
  const { server } = stage
  const by = client ?? (await addClient(server))
  const started = await startFlow(await openApp(server, by), asked)
  for (const resource of resources) started.url.searchParams.append('resource', resource)
  const callback = await authorize(createAgent(server.url), started, stage.person)
  return tokenRequest(server, by, {
    grant_type: 'authorization_code',
    code: callback.searchParams.get('code') ?? undefined,
    code_verifier: started.verifier,
    redirect_uri: by.client.redirectUris[0],
    ...atToken,
  })
}

const audienceOf = (answer: EndpointAnswer): unknown => decodeJwt(answer.body['access_token'] as string).aud

test('a named resource gives a token for it', async () => {
  const answer = await exchanged({ scope: 'openid reports:read', resource: reportsIdentifier })
  expect(answer.body).toMatchObject({ scope: 'reports:read' })
  expect(audienceOf(answer)).toBe(reportsIdentifier)
})

test('scopes alone are enough: the resource that they belong to is meant', async () => {
  expect(audienceOf(await exchanged({ scope: 'openid reports:read' }))).toBe(reportsIdentifier)
})

test('a resource with opaque tokens gives one that only its own service reads', async () => {
  const { server } = stage
  const client = await addClient(server)
  const service = await addClient(
    server,
    { grant_types: ['client_credentials'], redirect_uris: undefined },
    { introspects: [exportsIdentifier] },
  )
  const answer = await exchanged({ scope: 'openid exports:run' }, {}, { client })
  expect(answer.body).toMatchObject({ expires_in: 600, scope: 'exports:run' })
  const seen = await introspect(server, service, answer.body['access_token'] as string)
  expect(seen.body).toMatchObject({ active: true, aud: exportsIdentifier, sub: stage.person.id, client_id: client.id })
})

test('two resources give one token each, by `resource` at the token endpoint', async () => {
  const { server } = stage
  const client = await addClient(server)
  const scope = 'openid reports:read exports:run'
  const resources = [reportsIdentifier, exportsIdentifier]
  const first = await exchanged({ scope }, { resource: reportsIdentifier }, { client, resources })
  expect(first.body).toMatchObject({ scope: 'reports:read' })
  expect(audienceOf(first)).toBe(reportsIdentifier)
  const second = await refresh(server, client, first.body['refresh_token'] as string, { resource: exportsIdentifier })
  expect(second.body).toMatchObject({ access_token: expect.stringMatching(/^kgat_/) as string, scope: 'exports:run' })
  expect((await introspect(server, client, second.body['access_token'] as string)).body['aud']).toBe(exportsIdentifier)
})

test('scopes of two resources give one token each as well', async () => {
  const { server } = stage
  const client = await addClient(server)
  const scope = 'openid reports:read exports:run'
  const first = await exchanged({ scope }, { resource: exportsIdentifier }, { client })
  expect(first.body).toMatchObject({ scope: 'exports:run' })
  const second = await refresh(server, client, first.body['refresh_token'] as string, { scope: 'reports:read' })
  expect(audienceOf(second)).toBe(reportsIdentifier)
})

test('with two resources and none named the token endpoint asks which', async () => {
  const answer = await exchanged({ scope: 'openid reports:read exports:run' })
  expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_target' } })
})

test('a resource that was not authorized is refused at the token endpoint', async () => {
  const answer = await exchanged({ scope: 'openid reports:read' }, { resource: exportsIdentifier })
  expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_target' } })
})

test.for([
  'https://unknown.example/',
  'not a uri',
  'https://api.example.com/reports#part',
  'https://api.example.com/reports/',
])('an authorization for resource=%s is refused', async (resource) => {
  const { server, client } = stage
  const { url } = await startFlow(await openApp(server, client), { scope: 'openid reports:read', resource })
  const { location } = await createAgent(server.url).get(url.href)
  expect(new URL(location ?? '').searchParams.get('error')).toBe('invalid_target')
})

test('a refresh for identity alone gives a token for userinfo, and the next one the resource’s again', async () => {
  const { server } = stage
  const client = await addClient(server)
  const { tokens } = await tokensFor(server, client, stage.person, { scope: 'openid email reports:read' })
  const identity = await refresh(server, client, tokens.refresh_token, { scope: 'openid email' })
  expect(identity.body).toMatchObject({
    access_token: expect.stringMatching(/^kgat_/) as string,
    scope: 'openid email',
  })
  const told = await userinfo(server, identity.body['access_token'] as string)
  expect(told).toMatchObject({ status: 200, body: { sub: stage.person.id, email: stage.person.email } })
  expect(audienceOf(await refresh(server, client, identity.body['refresh_token'] as string))).toBe(reportsIdentifier)
})

test('a refresh may ask for less and not for more', async () => {
  const { server } = stage
  const client = await addClient(server)
  const { tokens } = await tokensFor(server, client, stage.person, { scope: 'openid reports:read reports:write' })
  const less = await refresh(server, client, tokens.refresh_token, { scope: 'reports:read' })
  expect(less.body).toMatchObject({ scope: 'reports:read' })
  const more = await refresh(server, client, less.body['refresh_token'] as string, {
    scope: 'reports:read exports:run',
  })
  expect(more).toMatchObject({ status: 400, body: { error: 'invalid_scope' } })
  // Asking for less was for one token: the next has everything again (RFC 6749, 6).
  const all = await refresh(server, client, less.body['refresh_token'] as string)
  expect(all.body['scope']).toBe('reports:read reports:write')
})

test('a scope that nobody registered is left out, and the answer says what was given', async () => {
  const { server } = stage
  const person = await addPerson(server)
  const { tokens } = await tokensFor(server, await addClient(server), person, { scope: 'openid email nothing:such' })
  expect(tokens.scope).toBe('openid email')
})

test('a client that is registered for certain scopes cannot ask for others', async () => {
  const { server } = stage
  const narrow = await addClient(server, { scope: 'openid reports:read' })
  const { tokens } = await tokensFor(server, narrow, stage.person, { scope: 'openid reports:read' })
  expect(tokens.scope).toBe('reports:read')
  for (const scope of ['openid email', 'openid reports:read reports:write', 'openid exports:run']) {
    const { url } = await startFlow(await openApp(server, narrow), { scope })
    const { location } = await createAgent(server.url).get(url.href)
    expect(new URL(location ?? '').searchParams.get('error')).toBe('invalid_scope')
  }
})
