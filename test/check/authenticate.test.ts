/** Who calls the management API, and what its credential may pass on. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addApiKey, call } from '../support/api.ts'
import type { TestServer } from '../support/server.ts'
import { startCheckServer } from './stage.ts'
import { reports } from './status-table.ts'

let server: TestServer
beforeAll(async () => {
  server = await startCheckServer()
})
afterAll(async () => server[Symbol.asyncDispose]())

test('a key for this API alone makes none that opens another resource', async () => {
  const scopes = ['keys:write', 'keys:read', 'reports:read']
  const key = await addApiKey(server, { resource: `${server.url}/v1`, scopes })
  const asked = await call(server.url, 'GET', `/v1/check?resource=${reports}`, { key: key.key })
  expect(asked.headers['x-auth-code']).toBe('wrong_resource')
  const issue = (given: string[]) =>
    call(server.url, 'POST', '/v1/keys', { key: key.key, body: { name: 'A key', scopes: given } })
  expect(await issue(scopes)).toMatchObject({
    status: 403,
    body: { code: 'insufficient_scope', missing_scopes: ['reports:read'] },
  })
  expect(await issue(['keys:write', 'keys:read'])).toMatchObject({ status: 201 })
})
