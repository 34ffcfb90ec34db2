/** Keys that are for less than everything: another environment, or one resource. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addApiKey, addOrganization, addResource, addServiceAccount, caller, type TestKey } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
let organizationId: string
let serviceAccountId: string
const reports = 'https://api.example.com/reports'
beforeAll(async () => {
  server = await startTestServer()
  await addResource(server, 'reports', { 'reports:read': 'anyone' })
  organizationId = await addOrganization(server)
  serviceAccountId = await addServiceAccount(server, organizationId)
})
afterAll(async () => server[Symbol.asyncDispose]())

const add = (options: Parameters<typeof addApiKey>[1]): Promise<TestKey> =>
  addApiKey(server, { organizationId, serviceAccountId, ...options })

test('a test key makes, renews and widens test keys alone', async () => {
  const { key } = await add({ environment: 'test', scopes: ['keys:write'] })
  const [live, other] = [await add({ allowedIps: ['192.0.2.1'] }), await add({ environment: 'test' })]
  const ask = caller(server, key)
  const make = (environment: string) => ask('POST', '/v1/keys', { body: { name: 'x', scopes: [], environment } })
  expect([(await make('live')).status, (await make('test')).status]).toEqual([403, 201])
  const rotate = (id: string) => ask('POST', `/v1/keys/${id}/rotate`, { body: {} })
  expect([(await rotate(live.id)).status, (await rotate(other.id)).status]).toEqual([403, 200])
  expect((await ask('PATCH', `/v1/keys/${live.id}`, { body: { allowed_ips: [] } })).status).toBe(403)
  expect((await ask('POST', `/v1/keys/${live.id}/revoke`)).status).toBe(200)
})

test('a key for one resource asks about itself and renews itself, and does nothing else here', async () => {
  const { key, id } = await add({ resource: reports, scopes: ['reports:read', 'keys:rotate', 'keys:read'] })
  const ask = caller(server, key)
  expect((await ask('GET', '/v1/keys/self')).body.id).toBe(id)
  expect((await ask('GET', '/v1/limits')).status).toBe(200)
  await eventually(async () => {
    const { body } = await ask('GET', '/v1/resources')
    expect(body.data.map(({ name }: { name: string }) => name)).toContain('reports')
  })
  expect((await ask('GET', '/v1/keys')).body.code).toBe('wrong_resource')
  expect((await ask('POST', '/v1/keys/self/rotate', { body: {} })).status).toBe(200)
})
