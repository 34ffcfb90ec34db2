/** The contract's table of `/v1/check` once more, for keys that another system drew. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { drawForeignKey } from '../api-keys/import-stage.ts'
import { addApiKey, call } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'
import { startCheckServer } from './stage.ts'
import { table } from './status-table.ts'

let server: TestServer

const scopes = ['reports:read', 'reports:write']
const check = (query: string, options: Parameters<typeof call>[3]) =>
  call(server.url, 'GET', `/v1/check${query}`, options)

beforeAll(async () => {
  server = await startCheckServer()
  await server.db.foreignKeyFormat.create({ data: { id: 'plain', kind: 'plain' } })
  await server.db.$executeRaw`SELECT pg_notify('keygrant_changes', '{"kind":"foreign_keys","id":"formats"}')`
  await eventually(async () => {
    const { headers } = await check('', { key: drawForeignKey() })
    if (headers['x-auth-code'] !== 'not_found') throw new Error('foreign keys are not looked for yet')
  })
})
afterAll(async () => server[Symbol.asyncDispose]())

/** What only a checksum tells. */
const others: Record<string, string> = { 'a mistyped key': 'not_found' }

test.each(table)('$status $code for $why', async ({ why, key: columns, sent, query = '', status, code }) => {
  const key = columns === null ? null : (await addApiKey(server, { scopes, ...columns, key: drawForeignKey() })).key
  const answer = await check(query, key === null ? {} : (sent?.(key) ?? { key }))
  expect([answer.status, answer.headers['x-auth-code']]).toEqual([status, others[why] ?? code])
})
