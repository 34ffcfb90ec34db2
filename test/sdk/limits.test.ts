/** Limits as the SDK counts them: on from what the server told last, told of afterwards, and never far beyond. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Decide, Verifier } from '../../packages/verify/src/index.ts'
import { reports } from '../check/status-table.ts'
import { addApiKey, addOrganization, call } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'
import { codeOf, openVerifiers, openWire, startSettledServer } from './stage.ts'

/** Never by itself while a test runs. */
const NEVER_MS = 3_600_000

let server: TestServer
let open: Awaited<ReturnType<typeof openVerifiers>>
beforeAll(async () => {
  server = await startSettledServer()
  open = await openVerifiers(server)
  await addTier('sixteen', { hour: 16, burstSize: 16 })
  await addTier('forty', { hour: 1_000, burstSize: 40 })
  await addTier('shared', { hour: 16, burstSize: 16, limitPer: 'organization' })
})
afterAll(() => server[Symbol.asyncDispose]())

async function addTier(name: string, columns: { hour: number; burstSize: number; limitPer?: 'organization' }) {
  await server.db.tier.create({ data: { name, burstRefillPerSecond: 0.0001, ...columns } })
  await server.db.$executeRaw`SELECT pg_notify('keygrant_changes', ${JSON.stringify({ kind: 'tier', id: name })})`
}

const addKey = async (columns: Parameters<typeof addApiKey>[1] = {}) =>
  (await addApiKey(server, { scopes: ['reports:read'], ...columns })).key

/** @returns the codes, in the order of the calls */
async function calls(decide: Decide, credential: string, times: number): Promise<string[]> {
  const verdicts = await Promise.all(Array.from({ length: times }, async () => decide({ credential })))
  return verdicts.map(codeOf)
}
const passed = (codes: readonly string[]) => codes.filter((code) => code === 'valid').length

async function remaining(credential: string) {
  const { headers } = await call(server.url, 'GET', `/v1/check?resource=${reports}`, { key: credential })
  return Object.fromEntries(
    [...(headers['ratelimit'] ?? '').matchAll(/"([\w-]+)";r=(\d+)/g)].map(([, name, r]) => [name, Number(r)]),
  )
}

test('what is known asks nobody, and is told of afterwards in one request', async () => {
  const wire = openWire()
  await using verifier = await open({ resource: reports, fetch: wire.fetch })
  const [credential, other] = [await addKey({ tier: 'pro' }), await addKey({ tier: 'pro' })]
  const [cheap, dear] = [verifier.requireScope('reports:read'), verifier.requireScope('reports:read', { cost: 5 })]
  await cheap({ credential })
  await cheap({ credential: other })
  for (let number = 0; number < 3; number++) {
    // At once, and no promise of it.
    expect(dear({ credential })).toMatchObject({ allowed: true })
    expect(cheap({ credential: other })).toMatchObject({ allowed: true })
  }
  expect(wire.verifies).toHaveLength(2)
  await eventually(() => expect(verifier.state.unitsToTell).toBe(0))
  expect(wire.verifies.slice(2).flatMap(({ requests }) => requests)).toMatchObject([
    { credential, spent: 15, calls: 3 },
    { credential: other, spent: 3, calls: 3 },
  ])
  await eventually(async () =>
    expect(await remaining(credential)).toMatchObject({ hour: expect.toSatisfy((left) => left <= 9_983) }),
  )
})

test('headers tell the same as a check would, before anything was told', async () => {
  await using verifier = await open({ resource: reports, flushIntervalMs: NEVER_MS })
  const decide = verifier.requireScope('reports:read', { cost: 3 })
  const credential = await addKey()
  await decide({ credential })
  const headers = Object.fromEntries((await decide({ credential })).headers())
  const checked = (await call(server.url, 'GET', `/v1/check?resource=${reports}`, { key: await addKey() })).headers
  expect(headers['ratelimit-policy']).toBe(checked['ratelimit-policy'])
  expect(headers['ratelimit']).toMatch(/^"hour";r=994;t=\d+, "burst";r=94;t=\d+$/)
  expect(headers).toMatchObject({ 'x-ratelimit-limit': '1000', 'x-ratelimit-remaining': '994' })
})

test('alone, exactly what the limit allows passes, however many calls come at once', async () => {
  await using verifier = await open({ resource: reports })
  const credential = await addKey({ tier: 'sixteen' })
  const codes = await calls(verifier.requireScope('reports:read'), credential, 60)
  expect([passed(codes), new Set(codes)]).toEqual([16, new Set(['valid', 'rate_limited'])])
})

test('however often what is held is forgotten in between, too', async () => {
  await using verifier = await open({ resource: reports })
  const { key: credential, id } = await addApiKey(server, { scopes: ['reports:read'], tier: 'sixteen' })
  const decide = verifier.requireScope('reports:read')
  const codes: string[] = []
  for (let burst = 0; burst < 8; burst++) {
    const told = server.db.$executeRaw`SELECT pg_notify('keygrant_changes', ${JSON.stringify({ kind: 'api_key', id })})`
    codes.push(...(await calls(decide, credential, 4)))
    await told
  }
  expect(passed(codes)).toBe(16)
})

test('who is over a limit is refused without a question, for as long as the server said', async () => {
  const wire = openWire()
  await using verifier = await open({ resource: reports, fetch: wire.fetch })
  const credential = await addKey({ tier: 'sixteen' })
  const decide = verifier.requireScope('reports:read')
  for (let number = 0; number < 17; number++) await decide({ credential })
  await eventually(() => expect(verifier.state.unitsToTell).toBe(0))
  const asked = wire.verifies.length
  for (let number = 0; number < 20; number++) {
    const verdict = decide({ credential })
    expect(verdict).toMatchObject({ allowed: false, code: 'rate_limited', status: 429, identity: { tier: 'sixteen' } })
  }
  expect(wire.verifies).toHaveLength(asked)
  const refusal = await decide({ credential })
  if (refusal.allowed) throw new Error('it passed')
  expect(refusal.retryAfterSeconds).toBeGreaterThan(3_000)
  expect(refusal.problem()).toMatchObject({
    type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
    'violated-policies': ['hour', 'burst'],
  })
  expect(Object.fromEntries(refusal.headers())).toMatchObject({
    'retry-after': String(refusal.retryAfterSeconds),
    ratelimit: expect.stringContaining('"hour";r=0') as string,
  })
})

test('keys that are counted together are counted together here', async () => {
  await using verifier = await open({ resource: reports })
  const organizationId = await addOrganization(server)
  const keys = [await addKey({ tier: 'shared', organizationId }), await addKey({ tier: 'shared', organizationId })]
  const decide = verifier.requireScope('reports:read')
  const codes = await Promise.all(keys.map((key) => calls(decide, key, 30)))
  expect(passed(codes.flat())).toBe(16)
})

test('several instances that tell nothing by themselves let an eighth each pass beyond the limit, and no more', async () => {
  const verifiers: Verifier[] = []
  for (let number = 0; number < 4; number++)
    verifiers.push(await open({ resource: reports, flushIntervalMs: NEVER_MS }))
  const credential = await addKey({ tier: 'forty' })
  const decides = verifiers.map((verifier) => verifier.requireScope('reports:read'))
  // Each has been told that most of it is left.
  for (const decide of decides) expect(codeOf(await decide({ credential }))).toBe('valid')
  const codes = await Promise.all(decides.map((decide) => calls(decide, credential, 60)))
  const through = 4 + passed(codes.flat())
  expect(through).toBeGreaterThanOrEqual(40)
  expect(through).toBeLessThanOrEqual(40 + 4 * (40 / 8))
  for (const verifier of verifiers) await verifier.close()
  // All of it was told, and no counter went beyond its limit for that.
  expect(await remaining(credential)).toMatchObject({ burst: 0, hour: 1_000 - 40 - Math.max(0, through - 40) })
})

test('whatever it costs and whoever lets it pass: no more than the bound goes beyond, and what is left is never refused', async () => {
  const shared = [await open({ resource: reports }), await open({ resource: reports })]
  const some = fc.array(fc.record({ by: fc.nat(1), cost: fc.integer({ min: 1, max: 7 }), together: fc.nat(6) }), {
    minLength: 5,
    maxLength: 25,
  })
  await fc.assert(
    fc.asyncProperty(some, async (sequence) => {
      const credential = await addKey({ tier: 'forty' })
      let units = 0
      for (const { by, cost, together } of sequence) {
        const codes = await calls(shared[by]!.requireScope('reports:read', { cost }), credential, together + 1)
        units += cost * passed(codes)
        if (codes.includes('rate_limited')) expect(units + cost).toBeGreaterThan(40)
      }
      expect(units).toBeLessThanOrEqual(40 + 2 * 5)
    }),
    { numRuns: 12 },
  )
  for (const verifier of shared) await verifier.close()
})

test('what is left to tell is told at the end, and usage counts every call that passed', async () => {
  const { key: credential, id } = await addApiKey(server, { scopes: ['reports:read'] })
  const verifier = await open({ resource: reports, flushIntervalMs: NEVER_MS })
  const decide = verifier.requireScope('reports:read', { cost: 2 })
  for (let number = 0; number < 5; number++) await decide({ credential })
  expect(verifier.state.unitsToTell).toBe(8)
  await verifier.close()
  await server.running.inside.usage.flush()
  const rows = await server.db.usage.findMany({ where: { credentialId: id } })
  expect(rows.map(({ allowed, cost }) => [Number(allowed), Number(cost)])).toEqual([[5, 10]])
})
