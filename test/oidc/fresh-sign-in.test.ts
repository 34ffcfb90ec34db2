/** What is graver than a credential that could leak: an administrator who has just signed in does it, and signing keys are the example. */
import * as oidc from 'openid-client'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { demandFreshSignIn } from '../../src/http/api/fresh-sign-in.ts'
import { operatorPrincipal } from '../../src/http/api/operator.ts'
import type { Principal } from '../../src/http/api/principal.ts'
import type { Problem } from '../../src/http/problem.ts'
import { addAdministratorKey, addApiKey, addMember, addOrganization, call } from '../support/api.ts'
import { createAgent, type Agent } from '../support/agent.ts'
import { eventually } from '../support/eventually.ts'
import { authorize, exchange, onConsent, signIn, startFlow, tokensFor } from '../support/flow.ts'
import { addClient, addPerson, startTestServer, type TestPerson, type TestServer } from '../support/server.ts'
import { refresh, tokenRequest } from './endpoints.ts'

let server: TestServer
let administrator: TestPerson
beforeAll(async () => {
  server = await startTestServer()
  administrator = await addPerson(server, { administrator: true })
})
afterAll(() => server[Symbol.asyncDispose]())
afterEach(() => void vi.useRealTimers())

const scope = 'openid offline_access admin:signing-keys:read admin:signing-keys:write'
const asked = () => ({ scope, resource: `${server.url}/v1` })

const later = (seconds: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 })

const rotate = (key: string, headers: Record<string, string> = {}) =>
  call(server.url, 'POST', '/v1/signing-keys/rotate', { key, body: {}, headers })

const kids = async () => (await server.db.signingKey.findMany({ select: { id: true } })).map(({ id }) => id)

/** An app in which the administrator has just signed in. */
async function openConsole(person = administrator, agent: Agent = createAgent(server.url)) {
  const client = await addClient(server, { grant_types: ['authorization_code', 'refresh_token'] })
  return { client, ...(await tokensFor(server, client, person, { ...asked(), prompt: 'consent' }, agent)) }
}

describe('who may', () => {
  const now = new Date('2026-05-01T12:00:00Z')
  const clock = { now: () => now }
  const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000)
  const token = { ...operatorPrincipal, kind: 'access_token', subjectKind: 'user' } as const satisfies Principal
  const key = { ...token, kind: 'api_key' } as const

  test.each([
    ['whoever sits at the host', operatorPrincipal, 'everything', null],
    ['a token of a sign-in this moment', { ...token, authenticatedAt: now }, 'everything', null],
    ['a token of one ten minutes ago', { ...token, authenticatedAt: ago(600) }, 'everything', null],
    [
      'a token of one a second older',
      { ...token, authenticatedAt: ago(601) },
      'everything',
      'insufficient_user_authentication',
    ],
    ['a token that doesn’t say', token, 'everything', 'insufficient_user_authentication'],
    ['a key of an administrator', key, 'everything', 'fresh_sign_in_required'],
    ['a key that says it', { ...key, authenticatedAt: now }, 'everything', 'fresh_sign_in_required'],
    [
      'a service account’s key',
      { ...key, subjectKind: 'service_account' } as const,
      'everything',
      'fresh_sign_in_required',
    ],
    ['a client by itself', { ...token, subjectKind: 'client' } as const, 'everything', 'fresh_sign_in_required'],
    ['a person who just signed in, without the admin: scope', { ...token, authenticatedAt: now }, 'own', 'forbidden'],
    ['a key without it', key, 'own', 'forbidden'],
    ['nobody', undefined, undefined, 'forbidden'],
  ] as const)('%s', (_, principal: Principal | undefined, reach, code) => {
    const attempt = () => demandFreshSignIn(principal, reach, clock)
    if (code === null) expect(attempt).not.toThrow()
    else expect(attempt).toThrow(expect.objectContaining({ code }) as Problem)
  })
})

test('an administrator who has just signed in rotates the signing keys; a member and whoever has left don’t', async () => {
  const before = await kids()
  const { tokens } = await openConsole()
  const { status, body, headers } = await rotate(tokens.access_token)
  expect([status, headers['cache-control']]).toEqual([200, 'no-store'])
  const published = body.published as { kid: string; stage: string; algorithm: string }[]
  expect(published.map(({ algorithm }) => algorithm).toSorted()).toEqual(['ES256', 'RS256'])
  expect(published.every(({ kid, stage: at }) => at === 'published' && !before.includes(kid))).toBe(true)
  const { data } = await server.db.auditEvent
    .findMany({ where: { targetId: published[0]?.kid ?? '' } })
    .then((rows) => ({ data: rows.map(({ type, actorId }) => [type, actorId]) }))
  expect(data).toEqual([['signing_key.published', administrator.id]])

  const member = await openConsole(await addPerson(server))
  expect(await rotate(member.tokens.access_token)).toMatchObject({ status: 403, body: { code: 'insufficient_scope' } })

  const other = await addPerson(server, { administrator: true })
  const leaving = (await openConsole(other)).tokens.access_token
  await server.db.user.update({ where: { id: other.id }, data: { disabledAt: new Date() } })
  const change = JSON.stringify({ kind: 'user', id: other.id })
  await server.db.$executeRaw`SELECT pg_notify('keygrant_changes', ${change})`
  await eventually(async () => expect(await rotate(leaving)).toMatchObject({ status: 401, body: { code: 'disabled' } }))
})

test('the same Idempotency-Key rotates once', async () => {
  const { tokens } = await openConsole()
  const headers = { 'idempotency-key': 'once' }
  const first = await rotate(tokens.access_token, headers)
  const again = await rotate(tokens.access_token, headers)
  expect(again.body).toEqual(first.body)
  later(601)
  // What it may no longer do, it is not given again either.
  expect(await rotate(tokens.access_token, headers)).toMatchObject({ status: 401 })
})

test('signing keys are listed with the stage that each is in, and never with their private half', async () => {
  const { key } = await addAdministratorKey(server)
  const { status, body } = await call(server.url, 'GET', '/v1/signing-keys?limit=200', { key })
  expect(status).toBe(200)
  const listed = body.data as { kid: string; stage: string; public_jwk: Record<string, unknown> }[]
  expect(listed.map(({ kid }) => kid).toSorted()).toEqual((await kids()).toSorted())
  expect(listed.filter(({ stage: at }) => at === 'used')).toHaveLength(2)
  const jwks = (await (await fetch(`${server.url}/oauth2/jwks`)).json()) as { keys: { kid: string }[] }
  for (const { kid, public_jwk: jwk } of listed) {
    expect(Object.keys(jwk).filter((name) => ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'].includes(name))).toEqual([])
    if (jwks.keys.some((one) => one.kid === kid)) expect(jwk).toMatchObject({ kid })
  }
})

test('no key and no client by itself does it, whatever scopes it has', async () => {
  const before = await kids()
  const own = await addApiKey(server, { scopes: ['signing-keys:write'] })
  const { key } = await addAdministratorKey(server)
  const organizationId = await addOrganization(server)
  await addMember(server, organizationId, administrator.id, 'owner')
  const held = ['signing-keys:write', 'admin:signing-keys:write']
  const persons = await addApiKey(server, { organizationId, userId: administrator.id, scopes: held })
  const wanted = 'admin:signing-keys:write'
  const client = await addClient(server, {
    grant_types: ['client_credentials'],
    redirect_uris: undefined,
    scope: wanted,
  })
  const parameters = { grant_type: 'client_credentials', scope: wanted, resource: `${server.url}/v1` }
  const { body: granted } = await tokenRequest(server, client, parameters)
  const answers = [key, persons.key, granted['access_token'] as string, own.key].map((credential) => rotate(credential))
  expect((await Promise.all(answers)).map(({ status, body }) => [status, body.code as string])).toEqual([
    [403, 'fresh_sign_in_required'],
    [403, 'fresh_sign_in_required'],
    [403, 'fresh_sign_in_required'],
    [403, 'forbidden'],
  ])
  expect(await kids()).toEqual(before)
})

test('after ten minutes the app is told to ask for a new sign-in, asks for it, and goes on (RFC 9470)', async () => {
  const { client, app, agent, tokens } = await openConsole()
  const url = new URL(`${server.url}/v1/signing-keys/rotate`)
  const attempt = (token: string) => oidc.fetchProtectedResource(app.configuration, token, url, 'POST')
  const challengeOf = async (token: string) =>
    attempt(token).then(
      () => null,
      (error: unknown) => (error as oidc.WWWAuthenticateChallengeError).cause[0]?.parameters ?? null,
    )
  expect((await attempt(tokens.access_token)).status).toBe(200)

  later(601)
  const challenge = await challengeOf(tokens.access_token)
  expect(challenge).toMatchObject({ error: 'insufficient_user_authentication', max_age: '600' })
  expect(await rotate(tokens.access_token)).toMatchObject({
    status: 401,
    body: { code: 'insufficient_user_authentication', help_url: `${server.url}/docs/troubleshooting` },
  })
  // For all else it is as good as before.
  const { status } = await call(server.url, 'GET', '/v1/signing-keys', { key: tokens.access_token })
  expect(status).toBe(200)
  // A refreshed token comes from the same sign-in.
  const { body: refreshed } = await refresh(server, client, tokens.refresh_token)
  expect(await challengeOf(refreshed['access_token'] as string)).toMatchObject({ max_age: '600' })

  const started = await startFlow(app, { ...asked(), max_age: challenge?.max_age ?? '' })
  const page = await agent.follow(await agent.get(started.url.href))
  expect(new URL(page.url).pathname).toBe('/sign-in')
  const answer = await signIn(agent, page, administrator)
  expect(onConsent(answer)).toBe(false)
  const fresh = await exchange(app, new URL(answer.location ?? ''), started)
  expect((await attempt(fresh.access_token)).status).toBe(200)

  // Whoever took the older token gains nothing by the person's new sign-in.
  expect(await challengeOf(tokens.access_token)).toMatchObject({ max_age: '600' })
})

test('a person who is already signed in is not asked again within ten minutes', async () => {
  const { app, agent } = await openConsole()
  later(300)
  const started = await startFlow(app, { ...asked(), max_age: '600' })
  const { access_token: token } = await exchange(app, await authorize(agent, started, administrator), started)
  expect(await rotate(token)).toMatchObject({ status: 200 })
})
