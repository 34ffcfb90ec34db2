/** Access tokens at the SDK: JWTs by their signature and by what was heard of them, opaque ones by asking once. */
import { decodeJwt, type JWTPayload } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Decide, Verifier } from '../../packages/verify/src/index.ts'
import { systemContext } from '../../src/audit/record.ts'
import { cutOff } from '../../src/grants/cut-off.ts'
import { endAccess } from '../../src/oidc/sessions/end-access.ts'
import { rotateSigningKeys } from '../../src/oidc/signing-keys/signing-keys.ts'
import { disableUser } from '../../src/users/disable.ts'
import { revoke } from '../oidc/endpoints.ts'
import { openStage, tokensAgain, type Stage } from '../oidc/stage.ts'
import { addAdministratorKey, call } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { openApp, tokensFor } from '../support/flow.ts'
import { addClient, addPerson, exportsIdentifier, reportsIdentifier } from '../support/server.ts'
import { signToken } from '../support/sign-token.ts'
import { codeOf, jumpingClock, knowsResource, openVerifiers, openWire } from './stage.ts'
import { disableClient } from '../clients/disable.ts'

const clock = jumpingClock()

let stage: Stage
const wire = openWire()
let reports: Verifier
let exported: Verifier
let needs: { jwt: Decide; opaque: Decide }
beforeAll(async () => {
  stage = await openStage({ clock })
  const { key } = await addAdministratorKey(stage.server)
  await knowsResource(stage.server, key, exportsIdentifier)
  clock.jump()
  const open = await openVerifiers(stage.server)
  const options = { fetch: wire.fetch, now: () => clock.now().getTime() }
  reports = await open({ resource: reportsIdentifier, ...options })
  exported = await open({ resource: exportsIdentifier, ...options })
  needs = { jwt: reports.requireScope('reports:read'), opaque: exported.requireScope('exports:run') }
})
afterAll(async () => {
  await reports.close()
  await exported.close()
  await stage[Symbol.asyncDispose]()
})

/** How many questions were asked since the test began, tellings aside. */
const asked = () => wire.verifies.flatMap(({ requests }) => requests).filter(({ cost }) => cost !== undefined).length
beforeEach(() => void wire.verifies.splice(0))

const sign = (claims: JWTPayload, header?: object) => signToken(stage.server, claims, header)

async function bothTokens() {
  const { server } = stage
  const [person, client] = [await addPerson(server), await addClient(server)]
  const jwt = await tokensFor(server, client, person, { scope: 'openid reports:read' })
  const opaque = await tokensFor(server, client, person, { scope: 'openid exports:run' }, jwt.agent)
  const app = await openApp(server, client)
  const another = async () => {
    const tokens = await tokensAgain(app, jwt.agent, { scope: 'openid reports:read', resource: reportsIdentifier })
    return tokens.access_token
  }
  return { person, client, jwt: jwt.tokens.access_token, opaque: opaque.tokens.access_token, another }
}

const verdictOf = async (decide: Decide, token: string) => codeOf(await decide({ credential: token }))

test('the first of a client and its person asks; the next of them is decided by its signature alone', async () => {
  const { person, client, jwt, another } = await bothTokens()
  const second = await another()
  expect(await needs.jwt({ credential: jwt })).toMatchObject({
    allowed: true,
    identity: {
      kind: 'access_token',
      subject: person.id,
      clientId: client.id,
      tier: 'free',
      scopes: ['reports:read'],
    },
  })
  expect(asked()).toBe(1)
  const first = await needs.jwt({ credential: jwt })
  expect(await needs.jwt({ credential: second })).toMatchObject({
    allowed: true,
    identity: first.allowed ? first.identity : null,
  })
  // From memory: at once.
  expect(needs.jwt({ credential: second })).toMatchObject({ allowed: true })
  expect(asked()).toBe(1)
})

test('one that was issued soon after something was heard of its client is asked about', async () => {
  const { client, jwt, another } = await bothTokens()
  expect(await verdictOf(needs.jwt, jwt)).toBe('valid')
  const told = JSON.stringify({ kind: 'client', id: client.id })
  await stage.server.db.$executeRaw`SELECT pg_notify('keygrant_changes', ${told})`
  await eventually(async () => {
    await needs.jwt({ credential: jwt })
    expect(asked()).toBe(2)
  })
  expect(await verdictOf(needs.jwt, await another())).toBe('valid')
  expect(asked()).toBe(3)
})

describe('it agrees with a check', () => {
  let jwt: string
  beforeAll(async () => {
    jwt = (await bothTokens()).jwt
  })

  test.each<[string, JWTPayload, object]>([
    ['as it was issued', {}, {}],
    ['as a plain JWT', {}, { typ: 'JWT' }],
    ['of another issuer', { iss: 'https://evil.example' }, {}],
    ['of another audience', { aud: exportsIdentifier }, {}],
    ['past its end', { exp: 1_000_000_000 }, {}],
    ['without an end', { exp: undefined as never }, {}],
    ['of a person without a family', { fam: undefined }, {}],
    ['of a client that never was', { client_id: 'cli_nobody' }, {}],
    ['bound to a key', { cnf: { jkt: 'x' } }, {}],
    ['without the scope', { scope: 'openid' }, {}],
  ])('%s', async (_, claims, header) => {
    const query = `?resource=${encodeURIComponent(reportsIdentifier)}&scope=reports:read`
    const token = await sign({ ...decodeJwt(jwt), ...claims }, header)
    const { headers } = await call(stage.server.url, 'GET', `/v1/check${query}`, { key: token })
    for (const _again of [1, 2]) expect(await verdictOf(needs.jwt, token)).toBe(headers['x-auth-code'])
  })

  test('of a signature that is another', async () => {
    const [header = '', payload = '', signature = ''] = jwt.split('.')
    const flipped = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`
    expect(await verdictOf(needs.jwt, `${header}.${payload}.${flipped}`)).toBe('not_found')
    // Nobody was asked for that, and the next time it is known.
    expect(needs.jwt({ credential: `${header}.${payload}.${flipped}` })).toMatchObject({ code: 'not_found' })
    expect(asked()).toBe(0)
  })
})

describe('dies within a second, in memory and when it is seen for the first time, when', () => {
  const context = () => systemContext(clock)

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
  ])('%s', async (_, end, codes) => {
    const tokens = await bothTokens()
    const [held, unseen] = [await tokens.another(), await tokens.another()]
    for (const jwt of [tokens.jwt, held]) expect(await verdictOf(needs.jwt, jwt)).toBe('valid')
    expect(await verdictOf(needs.opaque, tokens.opaque)).toBe('valid')
    expect(asked()).toBe(2)
    await end(tokens)
    await eventually(async () => expect(codes).toContain(await verdictOf(needs.jwt, held)))
    await eventually(async () => expect(codes).toContain(await verdictOf(needs.opaque, tokens.opaque)))
    for (const jwt of [tokens.jwt, unseen]) expect(codes).toContain(await verdictOf(needs.jwt, jwt))
  })

  test('its client revokes it', async () => {
    const { client, jwt, opaque, another } = await bothTokens()
    const other = await another()
    for (const token of [jwt, other]) expect(await verdictOf(needs.jwt, token)).toBe('valid')
    expect(await verdictOf(needs.opaque, opaque)).toBe('valid')
    await revoke(stage.server, client, other)
    await revoke(stage.server, client, opaque)
    await eventually(async () => expect(await verdictOf(needs.jwt, other)).toBe('revoked'))
    await eventually(async () => expect(['revoked', 'not_found']).toContain(await verdictOf(needs.opaque, opaque)))
  })

  test('the key that signed it is taken out at once, as after a theft; and tokens of the next one pass', async () => {
    const { server } = stage
    const { jwt } = await bothTokens()
    expect(await verdictOf(needs.jwt, jwt)).toBe('valid')
    await rotateSigningKeys(
      { db: server.db, secrets: server.secrets, clock },
      { immediately: true, context: context() },
    )
    await eventually(async () => expect(await verdictOf(needs.jwt, jwt)).toBe('not_found'))
    expect(await verdictOf(needs.jwt, (await bothTokens()).jwt)).toBe('valid')
  })
})
