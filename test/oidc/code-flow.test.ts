/** The code flow by the book, with a real client library. */
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import * as oidc from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAgent } from '../support/agent.ts'
import { authorize, exchange, openApp, startFlow, tokensFor } from '../support/flow.ts'
import { addClient, addPerson, reportsIdentifier } from '../support/server.ts'
import { introspect, userinfo } from './endpoints.ts'
import { browserMetadata, openStage, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

test('a person signs in, consents, and the app gets its tokens', async () => {
  const { server, client, person } = stage
  const { tokens, app, callback, started } = await tokensFor(server, client, person, { scope: 'openid profile email' })
  expect(callback.searchParams.get('iss')).toBe(server.url)
  expect(callback.searchParams.get('state')).toBe(started.state)
  expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 900, scope: 'openid profile email' })
  expect(tokens.claims()).toMatchObject({ sub: person.id, iss: server.url, aud: client.id, nonce: started.nonce })
  const info = await oidc.fetchUserInfo(app.configuration, tokens.access_token, person.id)
  expect(info).toMatchObject({ sub: person.id, email: person.email, email_verified: true, name: 'Ann Example' })
})

test('scopes of a resource give a JWT for that resource alone', async () => {
  const { server, client, person } = stage
  const { tokens } = await tokensFor(server, client, person, { scope: 'openid reports:read' })
  expect(tokens.scope).toBe('reports:read')
  const claims = {
    aud: reportsIdentifier,
    sub: person.id,
    client_id: client.id,
    scope: 'reports:read',
    iss: server.url,
  }
  expect(decodeJwt(tokens.access_token)).toMatchObject(claims)
})

test('a JWT access token is an at+jwt that verifies under the published keys (RFC 9068)', async () => {
  const { server, client, person } = stage
  const { tokens } = await tokensFor(server, client, person, { scope: 'openid reports:read' })
  const keys = createRemoteJWKSet(new URL(`${server.url}/oauth2/jwks`))
  const { payload, protectedHeader } = await jwtVerify(tokens.access_token, keys, {
    issuer: server.url,
    audience: reportsIdentifier,
    typ: 'at+jwt',
    algorithms: ['ES256'],
  })
  expect(protectedHeader.kid).toMatch(/^sgk_/)
  expect(payload.exp).toBe((payload.iat ?? 0) + 900)
  expect(payload).toMatchObject({
    jti: expect.any(String) as string,
    auth_time: expect.any(Number) as number,
    amr: ['pwd'],
  })
  // How we find what it hangs on when it comes back; without it a revocation could not reach it.
  expect(payload['fam']).toMatch(/^fam_/)
})

test('an ID token says who, for whom and when, and nothing else unless asked', async () => {
  const { server, client, person } = stage
  const { tokens, started } = await tokensFor(server, client, person, { scope: 'openid profile email' })
  expect(decodeProtectedHeader(tokens.id_token ?? '')).toMatchObject({
    alg: 'RS256',
    kid: expect.stringMatching(/^sgk_/) as string,
  })
  const { iat = 0, exp, at_hash: _, ...claims } = decodeJwt(tokens.id_token ?? '')
  expect(claims).toEqual({ iss: server.url, aud: client.id, sub: person.id, nonce: started.nonce })
  expect(exp).toBe(iat + 3600)
})

test('userinfo answers GET and POST alike, with what the scopes allow', async () => {
  const { server, client } = stage
  const person = await addPerson(server)
  const { tokens } = await tokensFor(server, client, person, { scope: 'openid email' })
  const url = `${server.url}/oauth2/userinfo`
  const authorization = `Bearer ${tokens.access_token}`
  const answers = await Promise.all([
    fetch(url, { headers: { authorization } }),
    fetch(url, { method: 'POST', headers: { authorization } }),
    fetch(url, { method: 'POST', body: new URLSearchParams({ access_token: tokens.access_token }) }),
  ])
  for (const answer of answers) {
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await answer.json()).toEqual({ sub: person.id, email: person.email, email_verified: true })
  }
})

test('userinfo refuses a missing, a wrong and a resource’s token with a challenge', async () => {
  const { server, client, person } = stage
  const bare = await fetch(`${server.url}/oauth2/userinfo`)
  expect(bare.status).toBe(401)
  // RFC 6750, 3.1: nothing was shown, so nothing is said of what is wrong with it.
  expect(bare.headers.get('www-authenticate')).toMatch(/^Bearer realm="[^"]+"$/)
  const wrong = await userinfo(server, 'kgat_nothing-of-ours')
  expect(wrong).toMatchObject({ status: 401, body: { error: 'invalid_token' } })
  expect(wrong.headers.get('www-authenticate')).toContain('error="invalid_token"')
  const { tokens } = await tokensFor(server, client, person, { scope: 'openid exports:run' })
  expect((await userinfo(server, tokens.access_token)).body['error']).toBe('insufficient_scope')
})

test('an authorization without openid gives no ID token and no userinfo', async () => {
  const { server, client, person } = stage
  const app = await openApp(server, client)
  const started = await startFlow(app, { scope: 'reports:read' })
  started.url.searchParams.delete('nonce')
  const tokens = await exchange(app, await authorize(createAgent(server.url), started, person), started)
  expect(tokens.id_token).toBeUndefined()
  expect(tokens.scope).toBe('reports:read')
})

test('a public client at an https address goes through with PKCE and no secret', async () => {
  const { server, person } = stage
  const client = await addClient(server, browserMetadata)
  const { tokens } = await tokensFor(server, client, person)
  expect(client.secret).toBeNull()
  expect(tokens.claims()?.sub).toBe(person.id)
  expect((await introspect(server, client, tokens.access_token)).body['active']).toBe(true)
})

test('the answer carries the state and the issuer also when it is a refusal (RFC 9207)', async () => {
  const { server, client } = stage
  const app = await openApp(server, client)
  const { url, state } = await startFlow(app, { prompt: 'none' })
  const { location } = await createAgent(server.url).get(url.href)
  const answer = new URL(location ?? '').searchParams
  expect(Object.fromEntries(answer)).toMatchObject({ error: 'login_required', state, iss: server.url })
  expect(answer.has('code')).toBe(false)
})

test('a posted authorization request is sent on to the same request as a GET, and goes through', async () => {
  const { server, client, person } = stage
  const app = await openApp(server, client)
  const started = await startFlow(app)
  const agent = createAgent(server.url)
  const response = await agent.fetch('/oauth2/authorize', { method: 'POST', body: started.url.searchParams })
  expect(response.status).toBe(303)
  const target = new URL(response.headers.get('location') ?? '', server.url)
  expect(target.pathname).toBe('/oauth2/authorize')
  expect([...target.searchParams]).toEqual([...started.url.searchParams])
  const callback = await authorize(agent, { ...started, url: target }, person)
  expect((await exchange(app, callback, started)).claims()?.sub).toBe(person.id)
})

test('a posted authorization request of more than 8 KiB is refused, not cut', async () => {
  const { server, client } = stage
  const { url } = await startFlow(await openApp(server, client), { login_hint: 'x'.repeat(9 * 1024) })
  const response = await fetch(`${server.url}/oauth2/authorize`, {
    method: 'POST',
    body: url.searchParams,
    headers: { accept: 'text/html' },
    redirect: 'manual',
  })
  expect(response.status).toBe(413)
  expect(await response.text()).toContain('too long')
})

test('two values of a parameter that may come once are a fault of the request', async () => {
  const { server, client } = stage
  const { url } = await startFlow(await openApp(server, client))
  url.searchParams.append('state', 'another')
  const { location } = await createAgent(server.url).get(url.href)
  expect(new URL(location ?? '').searchParams.get('error')).toBe('invalid_request')
})
