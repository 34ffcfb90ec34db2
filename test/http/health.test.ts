/** What those ask who start, stop and route to the process. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.ts'
import { ask, jsonOf } from './raw.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

test('is alive and ready, with each thing by name, and stored nowhere', async () => {
  const live = await ask(server.running.port, { path: '/health/live' })
  expect([live.status, jsonOf(live)]).toEqual([200, { status: 'ok' }])
  const ready = await ask(server.running.port, { path: '/health/ready' })
  expect(ready.status).toBe(200)
  expect(jsonOf(ready)).toEqual({ status: 'ok', checks: { database: 'ok', signing_keys: 'ok', listener: 'ok' } })
  for (const { headers } of [live, ready]) {
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['content-type']).toContain('application/json')
  }
})

test('needs no host, no cookie and no address of ours', async () => {
  for (const host of ['10.0.0.5:3000', 'localhost', 'evil.example']) {
    expect((await ask(server.running.port, { path: '/health/live', headers: { host } })).status).toBe(200)
  }
})

test('a server that ends finishes what it serves, and then is not there', async () => {
  const ending = await startTestServer()
  const { port } = ending.running
  const served = ask(port, { path: '/health/ready' })
  const end = ending[Symbol.asyncDispose]()
  const outcome = await served.catch((error: NodeJS.ErrnoException) => error.code)
  expect(typeof outcome === 'object' ? [200, 503] : ['ECONNREFUSED', 'ECONNRESET']).toContain(
    typeof outcome === 'object' ? outcome.status : outcome,
  )
  await end
  await expect(ask(port, { path: '/health/live' })).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})
