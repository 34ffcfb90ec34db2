/** TLS from files in the configuration: encrypted here, with no proxy and no header about it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCertificate, type Certificate } from '../support/certificate.ts'
import { freePort, startTestServer, type TestServer } from '../support/server.ts'
import { ask, jsonOf } from './raw.ts'

let folder: string
let certificate: Certificate
let server: TestServer
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keygrant-tls-'))
  certificate = createCertificate()
  await writeFile(join(folder, 'cert.pem'), certificate.cert)
  await writeFile(join(folder, 'key.pem'), certificate.key)
  const port = await freePort()
  server = await startTestServer({
    settings: {
      PUBLIC_URL: `https://localhost:${port}`,
      PORT: String(port),
      TLS_CERT: join(folder, 'cert.pem'),
      TLS_KEY: join(folder, 'key.pem'),
    },
  })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

test('serves over TLS, with URLs, HSTS and cookies of https', async () => {
  const { port } = server.running
  const ca = certificate.cert
  const discovered = await ask(port, { path: '/.well-known/openid-configuration', ca })
  expect(jsonOf(discovered)).toMatchObject({ issuer: server.url, jwks_uri: `${server.url}/oauth2/jwks` })
  const page = await ask(port, { path: '/sign-in', ca })
  expect(page.status).toBe(200)
  expect(page.headers['strict-transport-security']).toMatch(/max-age=\d{8}/)
  expect(page.cookies).not.toEqual([])
  for (const cookie of page.cookies) expect(cookie).toMatch(/^__Host-.*; path=\/;.*secure/i)
})

test('a header cannot make an encrypted request an unencrypted one', async () => {
  const headers = { 'x-forwarded-proto': 'http' }
  expect((await ask(server.running.port, { path: '/oauth2/jwks', headers, ca: certificate.cert })).status).toBe(200)
})

test('speaks no TLS older than 1.2', async () => {
  const { port } = server.running
  const old = connect({ port, host: 'localhost', ca: certificate.cert, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' })
  const [error] = (await once(old, 'error')) as [NodeJS.ErrnoException]
  expect(error.code).toMatch(/SSL|TLS|ECONNRESET/)
  const current = connect({ port, host: 'localhost', ca: certificate.cert })
  await once(current, 'secureConnect')
  expect(['TLSv1.2', 'TLSv1.3']).toContain(current.getProtocol())
  current.destroy()
})

test('plain http at the same port is no answer of ours', async () => {
  await expect(ask(server.running.port, { path: '/sign-in' })).rejects.toThrow()
})
