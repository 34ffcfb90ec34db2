/** A key that came unencrypted has leaked: it is refused there and marked as exposed, and works on until it is revoked. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addApiKey, call, type CallOptions, type TestKey } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { freePort, startTestServer, type TestServer } from '../support/server.ts'

const publicUrl = 'https://auth.example.com'

/** Behind a proxy that it trusts, with a private port for checks; and one that trusts nobody. */
let proxied: TestServer
let alone: TestServer
beforeAll(async () => {
  const settings = { PUBLIC_URL: publicUrl, TRUSTED_PROXIES: '127.0.0.1,::1' }
  proxied = await startTestServer({ settings: { ...settings, CHECK_LISTEN: String(await freePort()) } })
  alone = await startTestServer({ settings: { PUBLIC_URL: publicUrl } })
})
afterAll(async () => {
  await alone[Symbol.asyncDispose]()
  await proxied[Symbol.asyncDispose]()
})

const local = (port: number | null) => `http://localhost:${port}`
const check = (port: number | null, options: CallOptions) => call(local(port), 'GET', '/v1/check', options)
const exposure = async ({ db }: TestServer, { id }: TestKey) => {
  const { exposedAt, exposedReason } = await db.apiKey.findUniqueOrThrow({ where: { id } })
  return exposedAt === null ? null : exposedReason
}
/** What is written after an answer is written: a key that came later than what is asked about is marked by then. */
async function settle(server: TestServer): Promise<void> {
  const later = await addApiKey(server)
  await check(server.running.port, { key: later.key })
  await eventually(async () => expect(await exposure(server, later)).toBe('unencrypted'))
}

test('encrypted up to the proxy, it passes', async () => {
  const { key } = await addApiKey(proxied)
  const answer = await check(proxied.running.port, { key, headers: { 'x-forwarded-proto': 'https' } })
  expect(answer.headers['x-auth-code']).toBe('valid')
})

test.each<[string, CallOptions['headers']]>([
  ['a proxy says so', { 'x-forwarded-proto': 'http', 'x-forwarded-for': '192.0.2.1' }],
  ['a client in front of the proxy says otherwise', { 'x-forwarded-proto': 'https, http' }],
  ['the proxy says nothing', {}],
])('unencrypted, since %s, it is refused with 403 https_required and marked', async (_, headers = {}) => {
  const issued = await addApiKey(proxied)
  const answer = await check(proxied.running.port, { key: issued.key, headers })
  expect(answer).toMatchObject({ status: 403, headers: { 'x-auth-code': 'https_required', 'x-auth-status': '403' } })
  await eventually(async () => expect(await exposure(proxied, issued)).toBe('unencrypted'))
  const events = await proxied.db.auditEvent.findMany({ where: { targetId: issued.id, type: 'api_key.exposed' } })
  expect(events).toHaveLength(1)
})

test('it is told once, however often it comes so, and passes until it is revoked', async () => {
  const issued = await addApiKey(proxied)
  for (let tries = 0; tries < 5; tries++) await check(proxied.running.port, { key: issued.key })
  await eventually(async () => expect(await exposure(proxied, issued)).toBe('unencrypted'))
  for (let tries = 0; tries < 5; tries++) await check(proxied.running.port, { key: issued.key })
  await settle(proxied)
  expect(
    await proxied.db.outboxEvent.count({ where: { type: 'api_key.exposed', organizationId: issued.organizationId } }),
  ).toBe(1)
  const answer = await check(proxied.running.port, { key: issued.key, headers: { 'x-forwarded-proto': 'https' } })
  expect(answer.headers['x-auth-code']).toBe('valid')
})

test.each(['/v1/keys/self', '/v1/keys/verify', '/oauth2/introspect'])('at %s just so', async (path) => {
  const issued = await addApiKey(proxied)
  const answer = await call(local(proxied.running.port), 'POST', path, { key: issued.key, body: {} })
  expect({ status: answer.status, code: answer.body.code ?? answer.body.error }).toEqual({
    status: 403,
    code: 'https_required',
  })
  await eventually(async () => expect(await exposure(proxied, issued)).toBe('unencrypted'))
})

test('a secret that has ended marks nothing: whoever finds an old one must not hinder the key that replaced it', async () => {
  const issued = await addApiKey(proxied, { secret: { expiresAt: new Date(Date.now() - 1_000) } })
  const answer = await check(proxied.running.port, { key: issued.key })
  expect(answer.headers['x-auth-code']).toBe('https_required')
  await settle(proxied)
  expect(await exposure(proxied, issued)).toBeNull()
})

test('an unknown key exposes nothing and fills nothing', async () => {
  const before = await proxied.db.auditEvent.count()
  await check(proxied.running.port, { key: `kg_live_${'0'.repeat(36)}` })
  await settle(proxied)
  // The one of the key that came later.
  expect(await proxied.db.auditEvent.count()).toBe(before + 1)
})

test('through a proxy that nobody named it is our own misconfiguration, and no exposure', async () => {
  const issued = await addApiKey(alone)
  const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.1' }
  expect((await check(alone.running.port, { key: issued.key, headers })).headers['x-auth-code']).toBe('https_required')
  await settle(alone)
  expect(await exposure(alone, issued)).toBeNull()
})

test('at the private port plain http is allowed, but not what the gateway says came unencrypted to it', async () => {
  const issued = await addApiKey(proxied)
  const port = proxied.running.checkPort
  expect((await check(port, { key: issued.key })).headers['x-auth-code']).toBe('valid')
  expect(
    (await check(port, { key: issued.key, headers: { 'x-forwarded-proto': 'https' } })).headers['x-auth-code'],
  ).toBe('valid')
  expect(await exposure(proxied, issued)).toBeNull()
  const said = await check(port, { key: issued.key, headers: { 'x-forwarded-proto': 'http' } })
  expect(said.headers['x-auth-code']).toBe('https_required')
  await eventually(async () => expect(await exposure(proxied, issued)).toBe('unencrypted'))
})

test('the private port serves check and verify alone', async () => {
  const port = proxied.running.checkPort
  const { key } = await addApiKey(proxied, { scopes: ['keys:verify'] })
  expect((await call(local(port), 'POST', '/v1/keys/verify', { key, body: { credential: key } })).status).toBe(200)
  for (const path of ['/', '/v1/keys', '/v1/keys/self', '/oauth2/token', '/health/live', '/metrics', '/sign-in'])
    expect((await call(local(port), 'GET', path, { key })).status).toBe(404)
})

test('CHECK_PUBLIC=false takes them off the public one', async () => {
  await using hidden = await startTestServer({
    settings: { CHECK_LISTEN: String(await freePort()), CHECK_PUBLIC: 'false' },
  })
  const { key } = await addApiKey(hidden)
  expect((await call(hidden.url, 'GET', '/v1/check', { key })).status).toBe(404)
  expect((await check(hidden.running.checkPort, { key })).status).toBe(200)
})
