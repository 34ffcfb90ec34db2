/** What a thief of the signing keys can do, and for how long. */
import { importJWK, SignJWT, type JWK } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemContext } from '../../src/audit/record.ts'
import { rotateSigningKeys } from '../../src/oidc/signing-keys/signing-keys.ts'
import { openApp, tokensFor } from '../support/flow.ts'
import { addClient, reportsIdentifier } from '../support/server.ts'
import { introspect, isActive, refresh, tokenRequest } from './endpoints.ts'
import { openStage, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

/** Every private key there is, as somebody has them who holds the database and SECRET_KEY. */
async function stealKeys(): Promise<JWK[]> {
  const rows = await stage.server.db.signingKey.findMany({ where: { algorithm: 'ES256' } })
  return rows.map(({ id, privateSealed }) => {
    const place = { table: 'signing_keys', column: 'private_sealed', row: id }
    return JSON.parse(stage.server.secrets.open(privateSealed, place).toString('utf8')) as JWK
  })
}

/** A token of a client's own, which rests nowhere and is believed by its signature. */
async function forge(jwk: JWK, clientId: string): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT({ client_id: clientId, scope: 'reports:purge', jti: crypto.randomUUID() })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: jwk.kid ?? '' })
    .setIssuer(stage.server.url)
    .setSubject(clientId)
    .setAudience(reportsIdentifier)
    .setIssuedAt(now)
    .setExpirationTime(now + 3600)
    .sign(await importJWK(jwk, 'ES256'))
}

const publishedKids = async (): Promise<unknown[]> => {
  const { keys } = (await (await fetch(`${stage.server.url}/oauth2/jwks`)).json()) as { keys: JWK[] }
  return keys.map(({ kid }) => kid)
}

test('keys that were stolen are worth nothing as soon as they are rotated for it', async () => {
  const { server, person } = stage
  const client = await addClient(server, { grant_types: ['authorization_code', 'refresh_token', 'client_credentials'] })
  const { tokens } = await tokensFor(server, client, person, { scope: 'openid reports:read' })
  // One rotation in time lies behind, and another is on its way: neither's keys may be left to the thief.
  const [clock, context] = [server.clock, systemContext(server.clock)]
  await rotateSigningKeys({ db: server.db, secrets: server.secrets, clock }, { context })
  const stolen = await stealKeys()
  expect(stolen).toHaveLength(2)
  await server.running.inside.refreshSigningKeys()
  const forged = await Promise.all(stolen.map((jwk) => forge(jwk, client.id)))
  for (const token of forged) expect(await isActive(server, client, token)).toBe(true)

  await rotateSigningKeys({ db: server.db, secrets: server.secrets, clock }, { immediately: true, context })
  await server.running.inside.refreshSigningKeys()
  for (const token of forged) expect((await introspect(server, client, token)).body).toEqual({ active: false })
  const kids = await publishedKids()
  for (const { kid } of stolen) expect(kids).not.toContain(kid)

  // Who was there before goes on by a refresh, and new flows are signed with the new keys.
  const again = await refresh(server, client, tokens.refresh_token)
  expect(await isActive(server, client, again.body['access_token'] as string)).toBe(true)
  const own = { grant_type: 'client_credentials', scope: 'reports:read', resource: reportsIdentifier }
  expect((await tokenRequest(server, client, own)).status).toBe(200)
  await openApp(server, client)
})
