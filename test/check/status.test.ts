/** Every answer that `/v1/check` has: the contract's table, row by row. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addApiKey, addResource, call, type TestKey } from '../support/api.ts'
import { createLog } from '../../src/platform/log.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
let reports: string
let good: TestKey

beforeAll(async () => {
  server = await startTestServer({ log: createLog('error') })
  reports = await addResource(server, 'reports', { 'reports:read': 'anyone', 'reports:write': 'anyone' })
  good = await addApiKey(server, { scopes: ['reports:read'] })
})
afterAll(async () => server[Symbol.asyncDispose]())

const check = (query: string, key?: string, headers: Record<string, string> = {}) =>
  call(server.url, 'GET', `/v1/check${query}`, { key, headers })

describe('a key', () => {
  test('may pass', async () => {
    const answer = await check('?scope=reports:read', good.key)
    expect(answer).toMatchObject({
      status: 200,
      headers: {
        'x-auth-code': 'valid',
        'x-auth-status': '200',
        'x-auth-subject': good.subject,
        'x-auth-kind': 'api_key',
        'x-auth-key-id': good.id,
        'x-auth-client-id': '-',
        'x-auth-organization': good.organizationId,
        'x-auth-external-id': '-',
        'x-auth-scope': 'reports:read',
        'x-auth-tier': 'free',
        'x-auth-environment': 'live',
        'ratelimit-policy': '"hour";q=1000;w=3600, "burst";q=100;w=360',
        'cache-control': 'no-store',
      },
    })
  })
})
