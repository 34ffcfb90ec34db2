/** Taking tokens back (RFC 7009): opaque ones, JWTs and refresh tokens, by the client that they were given to. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tokensFor, type Tokens } from '../support/flow.ts'
import { addClient, type TestClient } from '../support/server.ts'
import { isActive, post, refresh, revoke, tokenRequest, userinfo } from './endpoints.ts'
import { browserMetadata, openStage, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

const kinds = { JWT: 'openid reports:read', opaque: 'openid exports:run', userinfo: 'openid' } as const

async function begin(
  scope: string,
  metadata: Record<string, unknown> = {},
): Promise<{ client: TestClient; tokens: Tokens }> {
  const { server, person } = stage
  const client = await addClient(server, metadata)
  const { tokens } = await tokensFor(server, client, person, { scope })
  return { client, tokens }
}

const refused = { status: 400, body: { error: 'invalid_grant' } }

test.for(Object.entries(kinds))(
  'a revoked access token is dead, and what it came from with it: %s',
  async ([, scope]) => {
    const { server } = stage
    const { client, tokens } = await begin(scope)
    expect(await isActive(server, client, tokens.access_token)).toBe(true)
    const answer = await revoke(server, client, tokens.access_token)
    expect(answer.status).toBe(200)
    expect(await isActive(server, client, tokens.access_token)).toBe(false)
    expect(await refresh(server, client, tokens.refresh_token)).toMatchObject(refused)
  },
)

test('a revoked userinfo token tells nothing any more', async () => {
  const { client, tokens } = await begin('openid')
  expect((await userinfo(stage.server, tokens.access_token)).status).toBe(200)
  await revoke(stage.server, client, tokens.access_token)
  expect((await userinfo(stage.server, tokens.access_token)).status).toBe(401)
})

test.for(Object.entries(kinds))('a revoked refresh token takes its access tokens with it: %s', async ([, scope]) => {
  const { server } = stage
  const { client, tokens } = await begin(scope)
  const refreshed = await refresh(server, client, tokens.refresh_token)
  expect((await revoke(server, client, refreshed.body['refresh_token'] as string)).status).toBe(200)
  expect(await isActive(server, client, tokens.access_token)).toBe(false)
  expect(await isActive(server, client, refreshed.body['access_token'] as string)).toBe(false)
  expect(await refresh(server, client, refreshed.body['refresh_token'] as string)).toMatchObject(refused)
})

test.for(['access_token', 'refresh_token', 'something_else'])('a hint of %s is only a hint', async (hint) => {
  for (const scope of Object.values(kinds)) {
    const { client, tokens } = await begin(scope)
    await revoke(stage.server, client, tokens.access_token, { token_type_hint: hint })
    expect(await isActive(stage.server, client, tokens.access_token)).toBe(false)
  }
})

test('a revocation ends that family and no other', async () => {
  const { server, person } = stage
  const { client, tokens } = await begin(kinds.JWT)
  const other = await tokensFor(server, client, person, { scope: kinds.JWT })
  await revoke(server, client, tokens.access_token)
  expect(await isActive(server, client, other.tokens.access_token)).toBe(true)
  expect(await refresh(server, client, other.tokens.refresh_token)).toMatchObject({ status: 200 })
})

test('what the person has allowed stays allowed, and a new flow asks nothing', async () => {
  const { server, person } = stage
  const client = await addClient(server)
  const first = await tokensFor(server, client, person, { scope: kinds.JWT })
  await revoke(server, client, first.tokens.refresh_token)
  const again = await tokensFor(server, client, person, { scope: kinds.JWT }, first.agent)
  expect(await isActive(server, client, again.tokens.access_token)).toBe(true)
  expect(await server.db.grant.count({ where: { clientId: client.id } })).toBe(1)
})

test('another client’s tokens are not revoked, and the answer does not tell that they exist', async () => {
  const { server } = stage
  const stranger = await addClient(server)
  for (const scope of Object.values(kinds)) {
    const { client, tokens } = await begin(scope)
    for (const token of [tokens.access_token, tokens.refresh_token]) {
      const answer = await revoke(server, stranger, token)
      const unknown = await revoke(server, stranger, 'nothing-of-ours')
      expect([answer.status, answer.body]).toEqual([unknown.status, unknown.body])
    }
    expect(await isActive(server, client, tokens.access_token)).toBe(true)
    expect(await refresh(server, client, tokens.refresh_token)).toMatchObject({ status: 200 })
  }
})

test('what is no token, or an ID token, is answered as if it were done (RFC 7009, 2.2)', async () => {
  const { server } = stage
  const { client, tokens } = await begin(kinds.JWT)
  for (const token of ['nothing', 'kgat_nothing', 'eyJhbGciOiJIUzI1NiJ9.e30.x', tokens.id_token, '\u0000']) {
    expect((await revoke(server, client, token)).status).toBe(200)
  }
  expect(await isActive(server, client, tokens.access_token)).toBe(true)
})

test('revoking twice is no fault', async () => {
  const { client, tokens } = await begin(kinds.JWT)
  expect((await revoke(stage.server, client, tokens.access_token)).status).toBe(200)
  expect((await revoke(stage.server, client, tokens.access_token)).status).toBe(200)
})

test('nobody revokes without proving who they are, also not a JWT', async () => {
  const { server } = stage
  for (const scope of Object.values(kinds)) {
    const { client, tokens } = await begin(scope)
    const wrong = await revoke(server, { id: client.id, secret: 'kgcs_wrong' }, tokens.access_token)
    expect(wrong).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    const nameless = await post(server, '/oauth2/revoke', { token: tokens.access_token, client_id: client.id })
    expect(nameless).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    expect(await isActive(server, client, tokens.access_token)).toBe(true)
  }
})

test('a public client revokes its own', async () => {
  const { client, tokens } = await begin(kinds.JWT, browserMetadata)
  expect((await revoke(stage.server, client, tokens.refresh_token)).status).toBe(200)
  expect(await isActive(stage.server, client, tokens.access_token)).toBe(false)
})

test('a client’s own token is revoked alone', async () => {
  const { server } = stage
  const client = await addClient(server, { grant_types: ['client_credentials'], redirect_uris: undefined })
  for (const scope of ['reports:read', 'exports:run']) {
    const ask = () => tokenRequest(server, client, { grant_type: 'client_credentials', scope })
    const [one, two] = [(await ask()).body['access_token'] as string, (await ask()).body['access_token'] as string]
    await revoke(server, client, one)
    expect(await isActive(server, client, one)).toBe(false)
    expect(await isActive(server, client, two)).toBe(true)
  }
})

test('a revocation is noted in the audit trail', async () => {
  const { server, person } = stage
  const { client, tokens } = await begin(kinds.opaque)
  await revoke(server, client, tokens.refresh_token)
  const family = await server.db.tokenFamily.findFirstOrThrow({ where: { clientId: client.id } })
  const noted = await server.db.auditEvent.findMany({ where: { targetId: family.id } })
  const data = { client_id: client.id, user_id: person.id, reason: 'revoked' }
  expect(noted).toMatchObject([{ type: 'family.revoked', data }])
})
