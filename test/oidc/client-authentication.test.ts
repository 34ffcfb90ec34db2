/** How a client proves itself at the token endpoint, and everything that doesn't prove it. */
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import * as oidc from 'openid-client'
import { systemContext } from '../../src/audit/record.ts'
import { rotateSecret } from '../clients/rotate.ts'
import { addClient, type TestClient } from '../support/server.ts'
import { basic, post, type EndpointAnswer } from './endpoints.ts'
import { openStage, type Stage } from './stage.ts'
import { disableClient, enableClient } from '../clients/disable.ts'

const machine = { grant_types: ['client_credentials'], redirect_uris: undefined } as const

let stage: Stage
let keys: { publicJwk: object; privateKey: CryptoKey }
let assertive: TestClient
beforeAll(async () => {
  stage = await openStage()
  const pair = await generateKeyPair('ES256')
  keys = { publicJwk: { ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'ES256' }, privateKey: pair.privateKey }
  assertive = await addClient(stage.server, {
    ...machine,
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [keys.publicJwk] },
  })
})
afterAll(() => stage[Symbol.asyncDispose]())
afterEach(() => void vi.useRealTimers())

const asks = { grant_type: 'client_credentials', scope: 'reports:read' }

const withHeader = (id: string, secret: string): Promise<EndpointAnswer> =>
  post(stage.server, '/oauth2/token', asks, { authorization: basic(id, secret) })

const withBody = (id: string, secret: string): Promise<EndpointAnswer> =>
  post(stage.server, '/oauth2/token', { ...asks, client_id: id, client_secret: secret })

const discover = (clientId: string, authentication: oidc.ClientAuth): Promise<oidc.Configuration> =>
  oidc.discovery(new URL(stage.server.url), clientId, undefined, authentication, {
    // oxlint-disable-next-line typescript/no-deprecated -- so marked to be noticed; the server under test is on loopback
    execute: [oidc.allowInsecureRequests],
  })

const refused = { status: 401, body: { error: 'invalid_client', error_description: expect.any(String) as string } }

test.for(['client_secret_basic', 'client_secret_post'] as const)(
  '%s works with a real client library',
  async (method) => {
    const { server } = stage
    const client = await addClient(server, { ...machine, token_endpoint_auth_method: method })
    const authentication =
      method === 'client_secret_basic'
        ? oidc.ClientSecretBasic(client.secret ?? '')
        : oidc.ClientSecretPost(client.secret ?? '')
    const configuration = await discover(client.id, authentication)
    const tokens = await oidc.clientCredentialsGrant(configuration, { scope: 'reports:read' })
    expect(tokens.access_token).toMatch(/^eyJ/)
  },
)

test('a wrong secret, an empty one, a digest and a stranger are all answered alike', async () => {
  const { server } = stage
  const client = await addClient(server, machine)
  const stored = await server.db.clientSecret.findFirstOrThrow({ where: { clientId: client.id } })
  const answers = await Promise.all([
    withHeader(client.id, 'kgcs_wrong'),
    withBody(client.id, 'kgcs_wrong'),
    withHeader(client.id, Buffer.from(stored.digest).toString('base64url')),
    withHeader(client.id, Buffer.from(stored.digest).toString('hex')),
    withHeader('cli_nobody', client.secret ?? ''),
  ])
  for (const answer of answers) expect(answer).toMatchObject(refused)
  expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
  expect(answers[0]?.headers.get('www-authenticate')).toContain('Basic realm=')
  expect(await withHeader(client.id, client.secret ?? '')).toMatchObject({ status: 200 })
})

test('another client’s secret is no secret', async () => {
  const [one, two] = [await addClient(stage.server, machine), await addClient(stage.server, machine)]
  expect(await withHeader(one.id, two.secret ?? '')).toMatchObject(refused)
})

test('a confidential client cannot go without its secret', async () => {
  const client = await addClient(stage.server, machine)
  expect(await post(stage.server, '/oauth2/token', { ...asks, client_id: client.id })).toMatchObject(refused)
})

test('a client that has no secret cannot come with one', async () => {
  const client = await addClient(stage.server, { token_endpoint_auth_method: 'none' })
  const parameters = { grant_type: 'refresh_token', refresh_token: 'kgrt_none', client_id: client.id }
  expect(await post(stage.server, '/oauth2/token', { ...parameters, client_secret: 'anything' })).toMatchObject(refused)
})

test('two ways at once are refused', async () => {
  const client = await addClient(stage.server, machine)
  const answer = await post(
    stage.server,
    '/oauth2/token',
    { ...asks, client_id: client.id, client_secret: client.secret ?? '' },
    { authorization: basic(client.id, client.secret ?? '') },
  )
  expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
})

test('a rotated secret and its successor both work within the grace, and then the successor alone', async () => {
  const { server } = stage
  const client = await addClient(server, machine)
  const rotated = await rotateSecret(server, client.id, 3600)
  const successor = rotated.outcome === 'rotated' ? rotated.secret : ''
  await expect.poll(() => withHeader(client.id, successor)).toMatchObject({ status: 200 })
  expect(await withHeader(client.id, client.secret ?? '')).toMatchObject({ status: 200 })
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_601_000 })
  expect(await withHeader(client.id, client.secret ?? '')).toMatchObject(refused)
  expect(await withHeader(client.id, successor)).toMatchObject({ status: 200 })
})

test('a secret that was rotated without a grace stops at once', async () => {
  const { server } = stage
  const client = await addClient(server, machine)
  expect(await withHeader(client.id, client.secret ?? '')).toMatchObject({ status: 200 })
  await rotateSecret(server, client.id, 0)
  await expect.poll(() => withHeader(client.id, client.secret ?? '')).toMatchObject(refused)
})

test('a disabled client is answered like one that never was, and works again when enabled', async () => {
  const { server } = stage
  const client = await addClient(server, machine)
  expect(await withHeader(client.id, client.secret ?? '')).toMatchObject({ status: 200 })
  await disableClient(server, client.id, systemContext(server.clock))
  await expect.poll(() => withHeader(client.id, client.secret ?? '')).toMatchObject(refused)
  const [disabled, unknown] = [await withHeader(client.id, client.secret ?? ''), await withHeader('cli_nobody', 'x')]
  expect(disabled.body).toEqual(unknown.body)
  await enableClient(server, client.id, systemContext(server.clock))
  await expect.poll(() => withHeader(client.id, client.secret ?? '')).toMatchObject({ status: 200 })
})

interface Assertion {
  claims?: Record<string, unknown>
  header?: Record<string, unknown>
  key?: CryptoKey | Uint8Array
}

async function assertion({ claims = {}, header = {}, key = keys.privateKey }: Assertion = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT({
    iss: assertive.id,
    sub: assertive.id,
    aud: stage.server.url,
    jti: crypto.randomUUID(),
    iat: now,
    exp: now + 60,
    ...claims,
  })
    .setProtectedHeader({ alg: 'ES256', kid: 'one', ...header })
    .sign(key)
}

const withAssertion = (jwt: string): Promise<EndpointAnswer> =>
  post(stage.server, '/oauth2/token', {
    ...asks,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: jwt,
  })

test('private_key_jwt works with a real client library', async () => {
  const configuration = await discover(assertive.id, oidc.PrivateKeyJwt({ key: keys.privateKey, kid: 'one' }))
  expect((await oidc.clientCredentialsGrant(configuration, { scope: 'reports:read' })).access_token).toMatch(/^eyJ/)
})

test('an assertion that comes a second time is refused', async () => {
  const jwt = await assertion()
  expect(await withAssertion(jwt)).toMatchObject({ status: 200 })
  expect(await withAssertion(jwt)).toMatchObject(refused)
})

test('of one assertion that comes several times at once, one succeeds', async () => {
  const jwt = await assertion()
  const answers = await Promise.all(Array.from({ length: 6 }, () => withAssertion(jwt)))
  const late = answers.filter(({ status }) => status !== 200)
  expect(late).toHaveLength(5)
  for (const answer of late) {
    expect(answer).toMatchObject(refused)
    expect(answer.body).not.toHaveProperty('access_token')
  }
})

test('an assertion that is late, for somebody else or of another key is refused', async () => {
  const past = Math.floor(Date.now() / 1000) - 120
  const stranger = await generateKeyPair('ES256')
  const wrong: Assertion[] = [
    { claims: { exp: past } },
    { claims: { exp: undefined } },
    { claims: { jti: undefined } },
    { claims: { aud: 'https://elsewhere.example' } },
    { claims: { iss: 'cli_somebody' } },
    { key: stranger.privateKey },
  ]
  for (const one of wrong) expect(await withAssertion(await assertion(one))).toMatchObject(refused)
})

test('no symmetric and no unsigned assertion is taken, whatever it is signed with', async () => {
  const { server } = stage
  const secretClient = await addClient(server, machine)
  const key = new TextEncoder().encode(secretClient.secret ?? '')
  const claims = { iss: secretClient.id, sub: secretClient.id }
  expect(await withAssertion(await assertion({ claims, header: { alg: 'HS256' }, key }))).toMatchObject(refused)
  const publicPart = new TextEncoder().encode(JSON.stringify(keys.publicJwk))
  expect(await withAssertion(await assertion({ header: { alg: 'HS256' }, key: publicPart }))).toMatchObject(refused)
  const [, payload] = (await assertion()).split('.')
  const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`
  expect(await withAssertion(none)).toMatchObject(refused)
})

test('an assertion of one client says nothing of another', async () => {
  const { server } = stage
  const other = await addClient(server, machine)
  const answer = await post(server, '/oauth2/token', {
    ...asks,
    client_id: other.id,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await assertion(),
  })
  expect(answer.status).toBeGreaterThanOrEqual(400)
})
