/** Every status that `/v1/check` answers with. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addApiKey, call, type CallOptions, type Reply } from '../support/api.ts'
import type { TestServer } from '../support/server.ts'
import { startCheckServer } from './stage.ts'
import { table } from './status-table.ts'

const scopes = ['reports:read', 'reports:write']

let server: TestServer

beforeAll(async () => {
  server = await startCheckServer()
})
afterAll(async () => server[Symbol.asyncDispose]())

const check = (query: string, key?: string, options: CallOptions = {}): Promise<Reply> =>
  call(server.url, 'GET', `/v1/check${query}`, { key, ...options })

test.each(table)('$status $code for $why', async ({ key, sent, query = '', status, code }) => {
  const issued = key === null ? null : (await addApiKey(server, { scopes, ...key })).key
  const options = issued === null ? {} : (sent?.(issued) ?? { key: issued })
  const answer = await check(query, undefined, options)
  expect({ status: answer.status, code: answer.headers['x-auth-code'] }).toEqual({ status, code })
  expect(answer.headers).toMatchObject({ 'x-auth-status': String(status), 'cache-control': 'no-store' })
  expect(answer.headers['x-request-id']).toMatch(/^[\w-]{8,}$/)
  expect(answer.body).toBe('')
  expect(answer.headers['www-authenticate'] !== undefined).toBe(status === 401 || code === 'insufficient_scope')
})
