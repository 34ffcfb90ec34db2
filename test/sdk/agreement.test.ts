/** The SDK and `/v1/check` agree: on every row of the contract's table, and again when the SDK answers from memory. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Verifier } from '../../packages/verify/src/index.ts'
import { reports, table } from '../check/status-table.ts'
import { addApiKey, call } from '../support/api.ts'
import type { TestServer } from '../support/server.ts'
import { codeOf, openVerifiers, openWire, startSettledServer } from './stage.ts'

let server: TestServer
let open: Awaited<ReturnType<typeof openVerifiers>>
const verifiers = new Map<string, Promise<Verifier>>()
beforeAll(async () => {
  server = await startSettledServer()
  open = await openVerifiers(server)
})
afterAll(async () => {
  for (const verifier of verifiers.values()) await (await verifier).close()
  await server[Symbol.asyncDispose]()
})

interface Question {
  scopes: string[]
  cost: number
  environment: 'live' | 'test'
  resource: string | undefined
}

/** What a verifier is asked in a row's place; null: the row is about the query itself, or about a stored policy. */
function questionOf(query = ''): Question | null {
  const asked = new URLSearchParams(query.slice(1))
  const { scope = '', resource, environment = 'live', cost = '1', ...others } = Object.fromEntries(asked)
  if (environment !== 'live' && environment !== 'test') return null
  if (query.startsWith('/') || !/^[1-9]\d{0,3}$/.test(cost) || Object.keys(others).length > 0) return null
  if (new Set(asked.keys()).size < [...asked.keys()].length) return null
  return { scopes: scope.split(' ').filter((name) => name !== ''), cost: Number(cost), environment, resource }
}

const rows = table.flatMap((row) => {
  const question = questionOf(row.query)
  return question ? [{ ...row, question }] : []
})

function verifierFor(question: Question): Promise<Verifier> {
  const { environment, resource = `${server.url}/v1` } = question
  const name = `${environment} ${resource}`
  const known = verifiers.get(name)
  if (known) return known
  const opened = open({ resource, environment })
  verifiers.set(name, opened)
  return opened
}

/** Headers as Node would show them. */
function received(headers: Record<string, string | string[]>) {
  const rawHeaders = Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().flatMap((value) => [name, value]),
  )
  const shown = Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, [values].flat()[0]]))
  return { headers: shown, rawHeaders }
}

test.each(rows)('$why: $status $code', async ({ key, sent, query, question, status, code }) => {
  const issued =
    key === null ? undefined : (await addApiKey(server, { scopes: ['reports:read', 'reports:write'], ...key })).key
  const options = sent ? sent(issued ?? '') : { key: issued }
  const headers = {
    ...(options.key === undefined ? {} : { authorization: `Bearer ${options.key}` }),
    ...options.headers,
  }
  const checked = await call(server.url, 'GET', `/v1/check${query ?? ''}`, options)
  expect([checked.status, checked.headers['x-auth-code']]).toEqual([status, code])

  const forwarded = options.headers?.['x-forwarded-for']
  const ip = typeof forwarded === 'string' ? forwarded : '127.0.0.1'
  const decide = (await verifierFor(question)).requireScope(question.scopes, { cost: question.cost })
  for (const _ of [1, 2, 3]) {
    const verdict = await decide({ ...received(headers), ip })
    expect([verdict.allowed ? 200 : verdict.status, codeOf(verdict)]).toEqual([status, code])
    if (!verdict.allowed) continue
    expect(Object.values(verdict.identity).map((value) => (value === null ? '-' : [value].flat().join(' ')))).toEqual(
      ['kind', 'subject', 'organization', 'external-id', 'scope', 'tier', 'environment', 'key-id', 'client-id'].map(
        (name) => checked.headers[`x-auth-${name}`],
      ),
    )
  }
})

test('on any question about any credential, asked once or again', async () => {
  const scopes = ['reports:read', 'reports:write']
  const past = new Date(Date.now() - 1_000)
  const columns: Parameters<typeof addApiKey>[1][] = [
    {},
    { environment: 'test' },
    { resource: reports },
    { scopes: ['files:read'] },
    { scopes: [], allowedIps: ['192.0.2.0/24'] },
    { allowedIps: ['192.0.2.7'], environment: 'test' },
    { revokedAt: past, allowedIps: ['192.0.2.7'] },
    { disabledAt: past, resource: reports },
    { expiresAt: past, environment: 'test' },
  ]
  const keys: string[] = []
  for (const one of columns) keys.push((await addApiKey(server, { scopes, tier: 'pro', ...one })).key)
  const some = fc.record({
    key: fc.constantFrom(...keys),
    ip: fc.constantFrom('192.0.2.7', '192.0.2.8', '2001:db8::1', '::ffff:192.0.2.7'),
    scopes: fc.subarray([...scopes, 'files:read']),
    cost: fc.constantFrom(1, 2, 1_001),
    environment: fc.constantFrom<'live' | 'test'>('live', 'test'),
    resource: fc.constantFrom(undefined, reports),
  })
  await fc.assert(
    fc.asyncProperty(some, async ({ key, ip, ...question }) => {
      const { resource = `${server.url}/v1`, environment, cost } = question
      const query = new URLSearchParams({ scope: question.scopes.join(' '), cost: String(cost), environment, resource })
      const headers = { 'x-forwarded-for': ip }
      const checked = await call(server.url, 'GET', `/v1/check?${query.toString()}`, { key, headers })
      const decide = (await verifierFor(question)).requireScope(question.scopes, { cost })
      for (const _ of [1, 2]) expect(codeOf(await decide({ credential: key, ip }))).toBe(checked.headers['x-auth-code'])
    }),
    { numRuns: 120 },
  )
})

test('a forged address is none: it spoils no question beside it, and takes no room', async () => {
  const wire = openWire()
  await using verifier = await open({ resource: reports, fetch: wire.fetch })
  const decide = verifier.requireScope('reports:read')
  const addKey = (allowedIps: string[] = []) => addApiKey(server, { scopes: ['reports:read'], allowedIps })
  const [here, there, bound] = [await addKey(), await addKey(), await addKey(['192.0.2.7'])]
  const ask = async ({ key }: { key: string }, ip: string) => codeOf(await decide({ credential: key, ip }))
  const asked = [ask(here, '999.1.1.1'), ask(there, '192.0.2.7')]
  expect(await Promise.all(asked)).toEqual(['valid', 'valid'])
  expect(wire.verifies.map(({ requests }) => requests.length)).toEqual([2])
  for (const ip of ['999.1.1.1', 'dead', 'unknown', 'a'.repeat(8_000)]) {
    expect(await ask(bound, ip)).toBe('ip_not_allowed')
  }
  // The two, and of the third that it is bound, and what that means without an address.
  expect(verifier.state.held).toBe(4)
})
