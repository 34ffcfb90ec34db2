/** The SDK's own key doesn't do: that is said as what it is, and once; calls are refused as in any outage. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createVerifier } from '../../packages/verify/src/index.ts'
import { addApiKey } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { codeOf } from './stage.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

test.each([
  ['unknown', () => Promise.resolve('kg_live_0000000000000000000000000000000000Aa'), /answered 401 /],
  ['without its scope', async () => (await addApiKey(server)).key, /answered 403 insufficient_scope: .*keys:verify/],
])('a key that is %s is named as what is wrong, once', async (_what, keyOf, answered) => {
  const apiKey = await keyOf()
  const { key: asked } = await addApiKey(server)
  const lines: string[] = []
  const log = { warn: (line: string) => void lines.push(line) }
  let tries = 0
  const counting: typeof fetch = (...request) => {
    tries += 1
    return fetch(...request)
  }
  const options = { issuer: server.url, apiKey, resource: 'https://api.example.com', timeoutMs: 200, log }
  const verifier = createVerifier({ ...options, fetch: counting })
  await eventually(() => expect(tries).toBeGreaterThan(3))
  expect(codeOf(await verifier.requireScope('reports:read')({ credential: asked }))).toBe('unavailable')
  await verifier.close()
  expect(lines).toEqual([expect.stringMatching(/apiKey is refused.*admin:keys:verify/)])
  expect(lines[0]).toMatch(answered)
  expect(lines[0]).not.toContain(apiKey)
})
