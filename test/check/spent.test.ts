/** Verify for those who hold its answers: what they have let pass meanwhile is charged afterwards, and never refused. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addAdministratorKey, addApiKey, addOrganization, call, type TestKey } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'
import { startCheckServer } from './stage.ts'

let server: TestServer
let gateway: TestKey
beforeAll(async () => {
  server = await startCheckServer()
  gateway = await addAdministratorKey(server)
})
afterAll(async () => server[Symbol.asyncDispose]())

const verify = async (body: object) => {
  const reply = await call(server.url, 'POST', '/v1/keys/verify', { key: gateway.key, body })
  expect(reply.status).toBe(200)
  return reply.body
}
const remaining = ({ limits }: { limits: { policy: string; remaining: number }[] }) =>
  Object.fromEntries(limits.map((limit) => [limit.policy, limit.remaining]))

test('what was spent is charged before the question is decided', async () => {
  const { key: credential } = await addApiKey(server)
  expect(remaining(await verify({ credential, spent: 40, calls: 8, cost: 10 }))).toEqual({ hour: 950, burst: 50 })
  expect(remaining(await verify({ credential, spent: 7, calls: 1 }))).toEqual({ hour: 943, burst: 43 })
})

test('no more is charged than each limit has room for, and nothing of it is refused', async () => {
  const { key: credential } = await addApiKey(server)
  const answer = await verify({ credential, spent: 300, calls: 300 })
  expect([answer.code, remaining(answer)]).toEqual(['valid', { hour: 700, burst: 0 }])
  expect(await verify({ credential, spent: 800, calls: 1, cost: 1 })).toMatchObject({
    code: 'rate_limited',
    retry_after: expect.any(Number) as number,
    limits: [{ remaining: 0 }, { remaining: 0 }],
  })
})

test('it is charged with a refusal, too, which then tells what is left', async () => {
  const { key: credential, id } = await addApiKey(server, { scopes: ['reports:read'] })
  const refused = await verify({ credential, scopes: ['files:read'], spent: 5, calls: 5, cost: 1 })
  expect([refused.code, remaining(refused)]).toEqual(['insufficient_scope', { hour: 995, burst: 95 }])
  await call(server.url, 'DELETE', `/v1/keys/${id}`, { key: gateway.key })
  await eventually(async () => expect((await verify({ credential, spent: 0 })).code).toBe('revoked'))
  const dead = await verify({ credential, spent: 5, calls: 5 })
  expect([dead.code, dead.valid, remaining(dead)]).toEqual(['revoked', false, { hour: 990, burst: 90 }])
})

test('usage counts the calls that it was, and not the telling', async () => {
  const { key: credential, id } = await addApiKey(server)
  await verify({ credential, spent: 50, calls: 10 })
  await verify({ credential, spent: 0, cost: 5 })
  await verify({ credential, spent: 0 })
  await server.running.inside.usage.flush()
  const usage = await call(server.url, 'GET', `/v1/usage?group_by=key&interval=day`, { key: gateway.key })
  expect(usage.status).toBe(200)
  expect(usage.body.data.find((row: { key_id: string }) => row.key_id === id)).toMatchObject({ allowed: 11, cost: 55 })
})

test('a cost of nothing makes no sense', async () => {
  const { key: credential } = await addApiKey(server)
  for (const spent of [undefined, 5]) {
    const body = { credential, cost: 0, spent }
    const reply = await call(server.url, 'POST', '/v1/keys/verify', { key: gateway.key, body })
    expect([reply.status, reply.body.errors[0].path]).toEqual([400, '/cost'])
  }
})

test('who asks for what an answer depends on learns whom it is for, and what is counted together', async () => {
  const organizationId = await addOrganization(server)
  await server.db.tier.create({
    data: { name: 'together', hour: 50, burstSize: 10, burstRefillPerSecond: 1, limitPer: 'organization' },
  })
  await server.db.$executeRaw`SELECT pg_notify('keygrant_changes', '{"kind":"tier","id":"together"}')`
  const shared = { organizationId, tier: 'together' }
  const [a, b] = [await addApiKey(server, shared), await addApiKey(server, shared)]
  const other = await addApiKey(server, { allowedIps: ['192.0.2.0/24'] })
  const ask = (credential: string) => verify({ credential, depends_on: true, ip: '192.0.2.1' })
  const [first, second, third] = [await ask(a.key), await ask(b.key), await ask(other.key)]
  const counters = (answer: { limits: { counter: string }[] }) => answer.limits.map(({ counter }) => counter)
  expect(counters(first)).toEqual(counters(second))
  expect(new Set([...counters(first), ...counters(third)]).size).toBe(4)
  expect(first.limits).toMatchObject([
    { policy: 'hour', window: 3600 },
    { policy: 'burst', window: 10 },
  ])
  expect([first, second, third].map((answer) => answer.address_bound)).toEqual([false, false, true])
})
