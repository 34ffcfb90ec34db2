/** Revocation can't be outrun: what the feed names is forgotten, however its news and an answer pass each other. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Decide, Verifier } from '../../packages/verify/src/index.ts'
import { reports } from '../check/status-table.ts'
import { addAdministratorKey, addApiKey, call, type TestKey } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'
import { codeOf, openVerifiers, openWire, startSettledServer } from './stage.ts'

let server: TestServer
let admin: TestKey
let open: Awaited<ReturnType<typeof openVerifiers>>
beforeAll(async () => {
  server = await startSettledServer()
  admin = await addAdministratorKey(server)
  open = await openVerifiers(server)
})
afterAll(() => server[Symbol.asyncDispose]())

const addKey = (columns: Parameters<typeof addApiKey>[1] = {}) =>
  addApiKey(server, { scopes: ['reports:read'], tier: 'pro', ...columns })
const manage = async (method: string, path: string, body?: unknown) => {
  const reply = await call(server.url, method, path, { key: admin.key, ...(body === undefined ? {} : { body }) })
  expect(reply.status).toBeLessThan(300)
}
const revoke = ({ id }: TestKey) => manage('DELETE', `/v1/keys/${id}`)
const ask = async (decide: Decide, { key }: TestKey) => codeOf(await decide({ credential: key }))
const reading = (verifier: Verifier) => verifier.requireScope('reports:read')

test.each<[string, (key: TestKey) => Promise<unknown>, string]>([
  ['a key that is revoked', revoke, 'revoked'],
  ['a key that is disabled', ({ id }) => manage('PATCH', `/v1/keys/${id}`, { disabled: true }), 'disabled'],
  ['a key that loses the scope', ({ id }) => manage('PATCH', `/v1/keys/${id}`, { scopes: [] }), 'insufficient_scope'],
])('%s is refused from then on', async (_, end, code) => {
  await using verifier = await open({ resource: reports })
  const [decide, key] = [reading(verifier), await addKey()]
  for (const _call of [1, 2, 3]) expect(await ask(decide, key)).toBe('valid')
  await end(key)
  await eventually(async () => expect(await ask(decide, key)).toBe(code))
})

test('another tier of the organization moves its limits, and what was spent stays spent', async () => {
  await using verifier = await open({ resource: reports })
  const [decide, key] = [reading(verifier), await addKey({ tier: null })]
  for (let number = 0; number < 5; number++) expect(await ask(decide, key)).toBe('valid')
  await manage('PATCH', `/v1/organizations/${key.organizationId}`, { tier: 'pro' })
  await eventually(async () => {
    const verdict = await decide({ credential: key.key })
    expect(verdict).toMatchObject({ identity: { tier: 'pro' } })
    const headers = Object.fromEntries(verdict.headers())
    expect(headers['ratelimit-policy']).toContain('q=10000')
    expect(Number(headers['x-ratelimit-remaining'])).toBeLessThan(9_995)
  })
})

test('a key that was unknown passes as soon as it is there', async () => {
  await using verifier = await open({ resource: reports })
  const decide = reading(verifier)
  const { key: imported } = await addKey()
  const [secret] = await server.db.apiKeySecret.findMany({ orderBy: { createdAt: 'desc' }, take: 1 })
  const { apiKeyId, digest } = secret!
  const elsewhere = Buffer.from(digest).fill(0, 0, 16)
  await server.db.apiKeySecret.update({ where: { id: secret!.id }, data: { digest: elsewhere } })
  expect(codeOf(await decide({ credential: imported }))).toBe('not_found')
  // Nobody is asked a second time.
  expect(decide({ credential: imported })).toMatchObject({ code: 'not_found' })
  await server.db.apiKeySecret.update({ where: { id: secret!.id }, data: { digest } })
  await server.db
    .$executeRaw`SELECT pg_notify('keygrant_changes', ${JSON.stringify({ kind: 'api_key', id: apiKeyId })})`
  await eventually(async () => expect(codeOf(await decide({ credential: imported }))).toBe('valid'))
})

test('an answer that an event has overtaken is not kept, and not believed', async () => {
  const [key, canary] = [await addKey(), await addKey()]
  let release: (value?: unknown) => void = () => undefined
  const held = new Promise((resolve) => (release = resolve))
  let answers = 0
  const slow: typeof fetch = async (url, init) => {
    const response = await fetch(url, init)
    if (typeof init?.body === 'string' && init.body.includes(key.key) && answers++ === 0) await held
    return response
  }
  await using verifier = await open({ resource: reports, fetch: slow })
  const decide = reading(verifier)
  expect(await ask(decide, canary)).toBe('valid')
  const asked = ask(decide, key)
  await eventually(() => expect(answers).toBe(1))
  await revoke(key)
  // What is heard after it has been heard.
  await revoke(canary)
  await eventually(async () => expect(await ask(decide, canary)).toBe('revoked'))
  release()
  expect(await asked).toBe('revoked')
})

test('the answer of a node that has not heard yet is good for a moment, and then asked for again', async () => {
  const key = await addKey()
  let old: string | null = null
  let revoked = false
  /** A node that gives, once after the event, the answer from before it. */
  const late: typeof fetch = async (url, init) => {
    const response = await fetch(url, init)
    if (typeof init?.body !== 'string') return response
    const text = await response.text()
    if (!revoked) old = text
    const told = revoked && old !== null ? old : text
    if (revoked) old = null
    return new Response(told, { status: response.status, headers: { 'content-type': 'application/json' } })
  }
  await using verifier = await open({ resource: reports, fetch: late, flushIntervalMs: 3_600_000 })
  const decide = reading(verifier)
  expect(await ask(decide, key)).toBe('valid')
  revoked = true
  await revoke(key)
  // It has to be asked twice for that: the first answer is the old one.
  await eventually(async () => expect([await ask(decide, key), old]).toEqual(['revoked', null]))
})

test('whoever comes back too late forgets everything and asks anew', async () => {
  const wire = openWire()
  let cut = new AbortController()
  let streams = 0
  const forgetful: typeof fetch = (url, init) => {
    if (typeof init?.body === 'string') return wire.fetch(url, init)
    const headers = new Headers(init?.headers)
    // A cursor from before all that is remembered.
    if (headers.has('last-event-id')) headers.set('last-event-id', '1')
    if (headers.get('accept') === 'text/event-stream') streams++
    cut = new AbortController()
    return fetch(url, { ...init, headers, signal: AbortSignal.any([cut.signal, init?.signal ?? cut.signal]) })
  }
  await using verifier = await open({ resource: reports, fetch: forgetful })
  const [decide, key] = [reading(verifier), await addKey()]
  for (const _call of [1, 2]) expect(await ask(decide, key)).toBe('valid')
  expect(verifier.state.held).toBe(1)
  cut.abort()
  await eventually(() => expect([streams, verifier.state.held]).toEqual([2, 0]))
  const before = wire.verifies.length
  expect(await ask(decide, key)).toBe('valid')
  expect(wire.verifies.length).toBeGreaterThan(before)
})
