/** Where a client's metadata makes us call somebody: never anybody on our own network. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCertificate } from '../support/certificate.ts'
import { addClient, startTestServer, type TestServer } from '../support/server.ts'
import { post } from './endpoints.ts'

let server: TestServer
let keys: { publicJwk: object; privateKey: CryptoKey }
/** Serves the right keys to whoever asks, on this machine. */
let internal: Server
let requests = 0
let usual: string[]
beforeAll(async () => {
  const certificate = createCertificate()
  // Its certificate is trusted, so that nothing but its address speaks against it.
  // Alone: another file's may have the same name.
  usual = getCACertificates()
  setDefaultCACertificates([certificate.cert])
  server = await startTestServer()
  const pair = await generateKeyPair('ES256')
  keys = { publicJwk: { ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'ES256' }, privateKey: pair.privateKey }
  internal = createServer(certificate, (_request, response) => {
    requests++
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [keys.publicJwk] }))
  }).listen(0, 'localhost')
  await once(internal, 'listening')
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  setDefaultCACertificates(usual)
  internal.close()
  await once(internal, 'close')
})

test.for(['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '2130706433'])(
  'a client’s keys are not asked for at %s',
  async (host) => {
    const client = await addClient(server, {
      grant_types: ['client_credentials'],
      redirect_uris: undefined,
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: `https://${host}:${(internal.address() as AddressInfo).port}/jwks`,
    })
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: client.id,
      sub: client.id,
      aud: server.url,
      jti: crypto.randomUUID(),
      iat: now,
      exp: now + 60,
    }
    const answer = await post(server, '/oauth2/token', {
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', kid: 'one' })
        .sign(keys.privateKey),
    })
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    expect(requests).toBe(0)
    // What stands in the way is not for strangers to know.
    expect(JSON.stringify(answer.body)).not.toMatch(/special-use|ECONN|127\.0\.0\.1|jwks/)
  },
)

test('the keys would have been right', async () => {
  const { port } = internal.address() as AddressInfo
  const response = await fetch(`https://localhost:${port}/jwks`)
  expect(await response.json()).toEqual({ keys: [keys.publicJwk] })
})
