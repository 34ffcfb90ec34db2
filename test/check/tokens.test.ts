/** Access tokens at a check: judged like keys, and dead when anything that they hang on has ended. */
import { decodeJwt, decodeProtectedHeader, type JWTPayload } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemContext } from '../../src/audit/record.ts'
import { cutOff } from '../../src/grants/cut-off.ts'
import { rotateSigningKeys } from '../../src/oidc/signing-keys/signing-keys.ts'
import { endAccess } from '../../src/oidc/sessions/end-access.ts'
import { disableUser } from '../../src/users/disable.ts'
import { revoke, tokenRequest } from '../oidc/endpoints.ts'
import { openStage, type Stage } from '../oidc/stage.ts'
import { addOrganization, call, type Reply } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { tokensFor } from '../support/flow.ts'
import { signToken } from '../support/sign-token.ts'
import { addClient, addPerson, exportsIdentifier, reportsIdentifier } from '../support/server.ts'
import { disableClient } from '../clients/disable.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

const reports = `?resource=${encodeURIComponent(reportsIdentifier)}`
const exported = `?resource=${encodeURIComponent(exportsIdentifier)}`

const check = (query: string, token: string, headers: Record<string, string> = {}): Promise<Reply> =>
  call(stage.server.url, 'GET', `/v1/check${query}`, { key: token, headers })
const codeOf = async (query: string, token: string) => (await check(query, token)).headers['x-auth-code']

/** A JWT and an opaque token of one person and app. */
async function bothTokens() {
  const { server } = stage
  const [person, client] = [await addPerson(server), await addClient(server)]
  const jwt = await tokensFor(server, client, person, { scope: 'openid reports:read' })
  const opaque = await tokensFor(server, client, person, { scope: 'openid exports:run' }, jwt.agent)
  return {
    person,
    client,
    agent: jwt.agent,
    jwt: jwt.tokens.access_token,
    opaque: opaque.tokens.access_token,
    jwtAnswer: jwt.tokens,
  }
}

describe('a live token', () => {
  test('of a person passes, JWT and opaque, and says whose it is', async () => {
    const { person, client, jwt, opaque } = await bothTokens()
    for (const [query, token] of [
      [`${reports}&scope=reports:read`, jwt],
      [`${exported}&scope=exports:run`, opaque],
    ] as const) {
      expect(await check(query, token)).toMatchObject({
        status: 200,
        headers: {
          'x-auth-subject': person.id,
          'x-auth-kind': 'access_token',
          'x-auth-key-id': '-',
          'x-auth-client-id': client.id,
          'x-auth-environment': '-',
          'x-auth-organization': '-',
          'x-auth-tier': 'free',
        },
      })
    }
  })

  test("of a client's own says the client, its organization and its tier", async () => {
    const { server } = stage
    const organizationId = await addOrganization(server, { externalId: 'cus_7', tier: 'pro' })
    const client = await addClient(
      server,
      { grant_types: ['client_credentials'], redirect_uris: undefined },
      { organization_id: organizationId },
    )
    const own = { grant_type: 'client_credentials', scope: 'reports:read', resource: reportsIdentifier }
    const token = (await tokenRequest(server, client, own)).body['access_token'] as string
    expect((await check(reports, token)).headers).toMatchObject({
      'x-auth-code': 'valid',
      'x-auth-subject': client.id,
      'x-auth-organization': organizationId,
      'x-auth-external-id': 'cus_7',
      'x-auth-tier': 'pro',
      ratelimit: expect.stringContaining('"hour";r=9999') as string,
    })
  })

  test('has limits of its client, for all of its people together', async () => {
    const { client, jwt } = await bothTokens()
    const another = await tokensFor(stage.server, client, await addPerson(stage.server), {
      scope: 'openid reports:read',
    })
    await check(reports, jwt)
    expect((await check(reports, another.tokens.access_token)).headers.ratelimit).toContain('"hour";r=998')
  })

  test('has limits for each of its people, where the client is counted so', async () => {
    const { client, jwt } = await bothTokens()
    await stage.server.db.client.update({ where: { id: client.id }, data: { limitPer: 'client_and_subject' } })
    await stage.server.db
      .$executeRaw`SELECT pg_notify('keygrant_changes', ${JSON.stringify({ kind: 'client', id: client.id })})`
    const another = await tokensFor(stage.server, client, await addPerson(stage.server), {
      scope: 'openid reports:read',
    })
    await check(reports, jwt)
    expect((await check(reports, another.tokens.access_token)).headers.ratelimit).toContain('"hour";r=999')
  })
})

describe('is refused', () => {
  test('for another audience, and for the default one', async () => {
    const { jwt, opaque } = await bothTokens()
    expect(await codeOf(exported, jwt)).toBe('wrong_resource')
    expect(await codeOf(reports, opaque)).toBe('wrong_resource')
    expect(await codeOf('', jwt)).toBe('wrong_resource')
  })

  test('without the scope', async () => {
    const { jwt } = await bothTokens()
    expect(await codeOf(`${reports}&scope=reports:write`, jwt)).toBe('insufficient_scope')
  })

  test('an ID token', async () => {
    const { jwtAnswer } = await bothTokens()
    expect(await codeOf(reports, jwtAnswer.id_token ?? '')).toBe('not_found')
  })

  test('an identity-only access token, for any resource', async () => {
    const { server } = stage
    const { tokens } = await tokensFor(server, await addClient(server), await addPerson(server), { scope: 'openid' })
    for (const query of ['', reports, exported]) expect(await codeOf(query, tokens.access_token)).toBe('wrong_resource')
  })

  test('a refresh token', async () => {
    const { jwtAnswer } = await bothTokens()
    expect((await check(reports, jwtAnswer.refresh_token ?? '')).status).toBe(401)
  })

  test('under DPoP, since proofs are not taken yet', async () => {
    const { jwt } = await bothTokens()
    const answer = await call(stage.server.url, 'GET', `/v1/check${reports}`, {
      headers: { authorization: `DPoP ${jwt}` },
    })
    expect(answer).toMatchObject({ status: 401, headers: { 'x-auth-code': 'proof_required' } })
  })
})

const sign = (claims: JWTPayload, header?: object) => signToken(stage.server, claims, header)

describe('only an access token of ours passes', () => {
  test.each<[string, JWTPayload, object, string]>([
    ['as it was issued', {}, {}, 'valid'],
    ['as a plain JWT', {}, { typ: 'JWT' }, 'not_found'],
    ['of another issuer', { iss: 'https://evil.example' }, {}, 'not_found'],
    ['of another audience', { aud: exportsIdentifier }, {}, 'wrong_resource'],
    ['past its end', { exp: 1_000_000_000 }, {}, 'expired'],
    ['without an end', { exp: undefined as never }, {}, 'not_found'],
    ['of a family that never was', { fam: 'fam_01h455vb4pex5vsknk084sn02q' }, {}, 'revoked'],
    ['of a person without a family', { fam: undefined }, {}, 'revoked'],
    ['of a client that never was', { client_id: 'cli_nobody' }, {}, 'not_found'],
    ['bound to a key', { cnf: { jkt: 'x' } }, {}, 'proof_required'],
  ])('%s: %s', async (_, claims, header, code) => {
    const { jwt } = await bothTokens()
    const token = await sign({ ...decodeJwt(jwt), ...claims }, header)
    expect(await codeOf(reports, token)).toBe(code)
  })

  test('the signature of one that is over is checked once, and not at each call of a flood', async () => {
    const { jwt } = await bothTokens()
    const token = await sign({ ...decodeJwt(jwt), exp: 1_000_000_000 })
    const { holders } = stage.server.running.inside
    const find = () => holders.find({ text: token, dpop: false }, '192.0.2.1')
    expect(await find()).toMatchObject({ code: 'expired' })
    // At once: a signature takes a while.
    expect(find()).toMatchObject({ code: 'expired' })
  })

  test('not with another signature', async () => {
    const { jwt } = await bothTokens()
    const [header = '', payload = '', signature = ''] = jwt.split('.')
    const flipped = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`
    expect(await codeOf(reports, `${header}.${payload}.${flipped}`)).toBe('not_found')
    const none = Buffer.from(JSON.stringify({ ...decodeProtectedHeader(jwt), alg: 'none' })).toString('base64url')
    expect(await codeOf(reports, `${none}.${payload}.AAAA`)).toBe('not_found')
  })
})

describe('a warm token dies within a second, when', () => {
  const context = () => systemContext(stage.server.clock)

  test.each<[string, (tokens: Awaited<ReturnType<typeof bothTokens>>) => Promise<unknown>, string[]]>([
    [
      'its person cuts the app off',
      async ({ person, client }) => {
        const { db } = stage.server
        const grant = await db.grant.findFirstOrThrow({ where: { userId: person.id, clientId: client.id } })
        await cutOff(db, { grantId: grant.id, userId: person.id, organizationId: null }, context())
      },
      ['revoked'],
    ],
    ['its client is disabled', ({ client }) => disableClient(stage.server, client.id, context()), ['disabled']],
    [
      'its person is disabled',
      ({ person }) => disableUser({ ...stage.server, endAccess }, { email: person.email }, context()),
      ['disabled', 'revoked'],
    ],
    [
      "its person's sessions are ended",
      ({ person }) =>
        stage.server.db.$transaction((tx) =>
          endAccess(tx, person.id, { reason: 'credentials_changed', families: true }, context()),
        ),
      ['revoked'],
    ],
    [
      'its client revokes it',
      async ({ client, jwt, opaque }) => {
        await revoke(stage.server, client, jwt)
        await revoke(stage.server, client, opaque)
      },
      ['revoked', 'not_found'],
    ],
  ])('%s', async (_, end, codes) => {
    const tokens = await bothTokens()
    expect(await codeOf(reports, tokens.jwt)).toBe('valid')
    expect(await codeOf(exported, tokens.opaque)).toBe('valid')
    await end(tokens)
    await eventually(async () => expect(codes).toContain(await codeOf(reports, tokens.jwt)))
    await eventually(async () => expect(codes).toContain(await codeOf(exported, tokens.opaque)))
  })

  test('the person signs out', async () => {
    const { agent, jwt } = await bothTokens()
    expect(await codeOf(reports, jwt)).toBe('valid')
    await agent.get('/oauth2/logout')
    await agent.follow(await agent.submit('/oauth2/logout/confirm'))
    await eventually(async () => expect(await codeOf(reports, jwt)).toBe('revoked'))
  })

  test("a client's own is revoked by itself", async () => {
    const { server } = stage
    const client = await addClient(server, { grant_types: ['client_credentials'], redirect_uris: undefined })
    const own = { grant_type: 'client_credentials', scope: 'reports:read', resource: reportsIdentifier }
    const token = (await tokenRequest(server, client, own)).body['access_token'] as string
    expect(await codeOf(reports, token)).toBe('valid')
    await revoke(server, client, token)
    await eventually(async () => expect(await codeOf(reports, token)).toBe('revoked'))
  })

  test('the key that signed it is taken out at once, as after a theft', async () => {
    const { server } = stage
    const { jwt } = await bothTokens()
    const [clock, at] = [server.clock, context()]
    expect(await codeOf(reports, jwt)).toBe('valid')
    await rotateSigningKeys({ db: server.db, secrets: server.secrets, clock }, { immediately: true, context: at })
    await eventually(async () => expect(await codeOf(reports, jwt)).toBe('not_found'))
    expect(await codeOf(reports, (await bothTokens()).jwt)).toBe('valid')
  })
})
