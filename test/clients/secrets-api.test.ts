/** The secrets of clients over HTTP. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tokenRequest } from '../oidc/endpoints.ts'
import { addApiKey, addResource, type TestKey } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { askAt, machine, registeredAt, shape, type Shown } from './over-http.ts'

let server: TestServer
let customer: TestKey
beforeAll(async () => {
  server = await startTestServer()
  await addResource(server, 'reports', { 'reports:read': 'anyone' })
  customer = await addApiKey(server, { scopes: ['clients:read', 'clients:write', 'reports:read'] })
  await eventually(() => registeredAt(server, customer, machine))
})
afterAll(() => server[Symbol.asyncDispose]())

const ask = (key: TestKey, method: string, path: string, body?: unknown) => askAt(server, key, method, path, body)
const registered = (key: TestKey, fields?: object) => registeredAt(server, key, fields)
const byItself = ({ client_id: id, secret }: Shown) =>
  tokenRequest(server, { id, secret }, { grant_type: 'client_credentials', scope: 'reports:read' })

describe('secrets', () => {
  test('are several at once, each with its own end, and each ends at once when it is deleted', async () => {
    const client = await registered(customer, machine)
    const path = `/v1/clients/${client.id}/secrets`
    const second = await ask(customer, 'POST', path, { expires_in: 3600 })
    expect(second.status).toBe(201)
    expect(second.body['hint']).toBe(second.body.secret?.slice(-4))
    const { data } = (await ask(customer, 'GET', path)).body
    expect(data.map((one) => [one.id, one['expires_at'] === null])).toEqual([
      [second.body.id, false],
      [expect.any(String), true],
    ])
    expect(JSON.stringify(data)).not.toContain('kgcs_')
    await eventually(async () => expect((await byItself({ ...client, secret: second.body.secret })).status).toBe(200))
    expect((await byItself(client)).status).toBe(200)
    expect((await ask(customer, 'DELETE', `${path}/${second.body.id}`)).status).toBe(204)
    await eventually(async () => expect((await byItself({ ...client, secret: second.body.secret })).status).toBe(401))
    expect((await byItself(client)).status).toBe(200)
    expect((await ask(customer, 'DELETE', `${path}/${second.body.id}`)).status).toBe(404)
  })

  test('are ten at most', async () => {
    const { id } = await registered(customer)
    const added = await Promise.all(
      Array.from({ length: 10 }, () => ask(customer, 'POST', `/v1/clients/${id}/secrets`)),
    )
    expect(added.filter(({ status }) => status === 201)).toHaveLength(9)
    expect(added.filter(({ status }) => status === 409)).toHaveLength(1)
    expect((await ask(customer, 'GET', `/v1/clients/${id}/secrets`)).body.data).toHaveLength(10)
  })

  test.for([59, 1.5, 315_360_001, '60'])('have no life of %s seconds', async (seconds) => {
    const { id } = await registered(customer)
    const answer = await ask(customer, 'POST', `/v1/clients/${id}/secrets`, { expires_in: seconds })
    expect(shape(answer)).toEqual([400, 'bad_request', '/expires_in'])
  })
})
