/** A policy in `mode: observe`: nobody is refused, and the numbers say who would be, so that a platform knows before it switches. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { drawApiKey } from '../../src/api-keys/format.ts'
import { drawForeignKey, sha256 } from '../api-keys/import-stage.ts'
import { addAdministratorKey, addApiKey, call, type CallOptions, type Reply, type TestKey } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { freePort, type TestServer } from '../support/server.ts'
import { startCheckServer } from './stage.ts'

let server: TestServer
let admin: TestKey

const encrypted = { 'x-forwarded-proto': 'https' }
const ask = (method: string, path: string, options: CallOptions = {}): Promise<Reply> =>
  call(`http://localhost:${server.running.port}`, method, path, {
    ...options,
    headers: { ...encrypted, ...options.headers },
  })
const check = (options: CallOptions = {}, path = '/v1/reports/7') => ask('GET', `/v1/check/@reports${path}`, options)

const routes = [{ match: 'GET /v1/reports/**', scopes: ['reports:read'] }]
async function setMode(mode: 'observe' | 'enforce'): Promise<void> {
  await ask('PUT', '/v1/policies/reports', { key: admin.key, body: { mode, routes } })
  const status = mode === 'observe' ? 200 : 401
  await eventually(async () => expect((await check()).status).toBe(status))
}

beforeAll(async () => {
  const settings = { PUBLIC_URL: 'https://auth.example.com', OPERATIONS_LISTEN: String(await freePort()) }
  server = await startCheckServer(settings)
  admin = await addAdministratorKey(server)
  await setMode('observe')
})
afterAll(async () => server[Symbol.asyncDispose]())

/** Decisions of the policy by mode, kind and code, as operators read them. */
async function figures(): Promise<Record<string, number>> {
  const { body } = await call(`http://localhost:${server.running.operationsPort}`, 'GET', '/metrics')
  const samples = String(body).matchAll(
    /^keygrant_checks_total\{policy="reports",mode="(\w+)",kind="(\w+)",code="(\w+)"\} (\d+)$/gm,
  )
  return Object.fromEntries(
    [...samples].map(([, mode, kind, code, count]) => [`${mode} ${kind} ${code}`, Number(count)]),
  )
}

const past = new Date(Date.now() - 1_000)
const scopes = ['reports:read']
test.each<
  [
    why: string,
    key: Parameters<typeof addApiKey>[1] | null,
    sent: (key: string) => CallOptions,
    real: number,
    code: string,
  ]
>([
  ['no credential', null, () => ({}), 401, 'missing'],
  ['what is no key', null, () => ({ key: 'hello' }), 401, 'malformed'],
  ['an unknown key', null, () => ({ key: drawApiKey('kg', 'live') }), 401, 'not_found'],
  ['two credentials', { scopes }, (key) => ({ key, headers: { 'x-api-key': key } }), 401, 'bad_request'],
  ['a revoked key', { scopes, revokedAt: past }, (key) => ({ key }), 401, 'revoked'],
  ['an expired key', { scopes, expiresAt: past }, (key) => ({ key }), 401, 'expired'],
  ['a key without the scope', {}, (key) => ({ key }), 403, 'insufficient_scope'],
  ['a test key', { scopes, environment: 'test' }, (key) => ({ key }), 403, 'wrong_environment'],
  [
    'an unencrypted call',
    { scopes },
    (key) => ({ key, headers: { 'x-forwarded-proto': 'http' } }),
    403,
    'https_required',
  ],
])('lets %s pass, and says what it would have been', async (_, columns, sent, real, code) => {
  const { key } = columns ? await addApiKey(server, columns) : { key: '' }
  const answer = await check(sent(key))
  expect(answer).toMatchObject({ status: 200, headers: { 'x-auth-code': code, 'x-auth-status': String(real) } })
})

test('lets a call of no route pass', async () => {
  const { key } = await addApiKey(server, { scopes })
  const answer = await check({ key }, '/v1/elsewhere')
  expect(answer).toMatchObject({ status: 200, headers: { 'x-auth-code': 'no_route', 'x-auth-status': '403' } })
})

test('charges what would pass and nothing else, and beyond the limit still lets pass', async () => {
  const { key, id } = await addApiKey(server, { scopes, tier: 'tiny' })
  await check({ key }, '/v1/elsewhere')
  const codes: (string | undefined)[] = []
  for (let calls = 0; calls < 4; calls++) {
    const answer = await check({ key })
    expect(answer.status).toBe(200)
    codes.push(answer.headers['x-auth-code'])
  }
  expect(codes).toEqual(['valid', 'valid', 'rate_limited', 'rate_limited'])
  await server.running.inside.usage.flush()
  const rows = await server.db.usage.findMany({ where: { credentialId: id }, orderBy: { route: 'asc' } })
  const counted = rows.map(({ route, allowed, limited, denied, cost }) => [
    route,
    ...[allowed, limited, denied, cost].map(Number),
  ])
  expect(counted).toEqual([
    ['', 0, 0, 1, 0],
    ['reports GET /v1/reports/**', 2, 2, 0, 2],
  ])
})

test('shows keys that were forgotten at the import, until none is left, and then nobody is refused by the switch', async () => {
  const keys = Array.from({ length: 3 }, () => drawForeignKey())
  const row = (key: string) => ({ algorithm: 'sha256', hash: sha256(key), scopes, expires_at: null })
  const bring = (rows: object[]) =>
    ask('POST', '/v1/keys/import', { key: admin.key, body: { rows, default_organization_id: admin.organizationId } })
  await bring(keys.slice(0, 2).map(row))
  await eventually(async () => expect((await check({ key: String(keys[0]) })).headers['x-auth-code']).toBe('valid'))

  const before = await figures()
  for (const key of keys) await check({ key })
  const after = await figures()
  const grown = Object.keys(after).filter((name) => after[name] !== before[name])
  expect(grown).toEqual(['observe api_key valid', 'observe none not_found'])

  await bring(keys.slice(2).map(row))
  await eventually(async () => expect((await check({ key: String(keys[2]) })).headers['x-auth-code']).toBe('valid'))
  const settled = await figures()
  for (const key of keys) await check({ key })
  const since = await figures()
  expect(Object.keys(since).filter((name) => since[name] !== settled[name])).toEqual(['observe api_key valid'])

  await setMode('enforce')
  for (const key of keys) expect((await check({ key })).status).toBe(200)
  expect(await figures()).toMatchObject({ 'enforce api_key valid': 3 })
})
