/** Metrics and health have a port of their own, for whoever runs the server; the public one tells nothing of metrics. */
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabaseProxy } from '../support/database-proxy.ts'
import { createTestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { readMetrics } from '../support/prometheus.ts'
import { freePort, startTestServer, type TestServer } from '../support/server.ts'
import { ask, jsonOf } from './raw.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ settings: { OPERATIONS_LISTEN: String(await freePort()) } })
})
afterAll(() => server[Symbol.asyncDispose]())

const portOf = ({ running }: TestServer) => running.operationsPort ?? 0

async function valueOf(of: TestServer, name: string): Promise<number | undefined> {
  const { text } = await ask(portOf(of), { path: '/metrics' })
  return readMetrics(text).find((family) => family.name === name)?.samples[0]?.value
}

test('tells metrics in the format that Prometheus reads, under names of its conventions', async () => {
  const { status, headers, text } = await ask(portOf(server), { path: '/metrics' })
  expect([status, headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
  const families = readMetrics(text)
  const names = families.map(({ name }) => name)
  expect(names).toEqual(
    expect.arrayContaining([
      'keygrant_build_info',
      'keygrant_database_up',
      'keygrant_clock_offset_seconds',
      'keygrant_listener_live',
      'keygrant_listener_silence_seconds',
      'keygrant_signing_keys',
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
    ]),
  )
  for (const { name, help, type } of families) {
    expect(name).toMatch(/^(keygrant|process|nodejs)_[a-z_]+$/)
    expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter'])
    expect(help).not.toBe('')
  }
  expect(families.find(({ name }) => name === 'keygrant_build_info')?.samples).toMatchObject([
    { labels: { version: '0.1.0' }, value: 1 },
  ])
  expect(await valueOf(server, 'keygrant_database_up')).toBe(1)
})

test('every metric is explained in the guide for operators', async () => {
  const guide = await readFile(new URL('../../docs/operating.md', import.meta.url), 'utf8')
  const { text } = await ask(portOf(server), { path: '/metrics' })
  const own = readMetrics(text).filter(({ name }) => name.startsWith('keygrant_'))
  expect(own.filter(({ name }) => !guide.includes(`\`${name}\``)).map(({ name }) => name)).toEqual([])
})

test('tells health as the public port does', async () => {
  for (const path of ['/health/live', '/health/ready']) {
    const [here, there] = [await ask(portOf(server), { path }), await ask(server.running.port, { path })]
    expect([here.status, jsonOf(here)]).toEqual([there.status, jsonOf(there)])
    expect(here.headers['cache-control']).toBe('no-store')
  }
})

test('nothing else is there, and nothing can be sent there', async () => {
  expect((await ask(portOf(server), { path: '/' })).status).toBe(404)
  expect((await ask(portOf(server), { path: '/v1/keys' })).status).toBe(404)
  expect((await ask(portOf(server), { path: '/metrics', method: 'POST' })).status).toBe(405)
})

test('the public port tells no metrics', async () => {
  for (const path of ['/metrics', '/metrics/', '/health/metrics', '/v1/metrics']) {
    const { status, text } = await ask(server.running.port, { path })
    expect([path, status]).toEqual([path, 404])
    expect(text).not.toContain('keygrant_')
  }
})

test('without the setting there is no such port', async () => {
  await using bare = await startTestServer()
  expect(bare.running.operationsPort).toBeNull()
})

test('when the database is away, metrics are told all the same, and say so', async () => {
  await using database = await createTestDatabase()
  await using proxy = await openDatabaseProxy(database.url)
  const settings = { OPERATIONS_LISTEN: String(await freePort()) }
  await using node = await startTestServer({ databaseUrl: proxy.url, settings })
  await proxy.refuse()
  await eventually(async () => expect(await valueOf(node, 'keygrant_listener_live')).toBe(0))
  expect(await valueOf(node, 'keygrant_database_up')).toBe(0)
  expect((await ask(portOf(node), { path: '/health/ready' })).status).toBe(503)
  expect((await ask(portOf(node), { path: '/health/live' })).status).toBe(200)
  await proxy.restore()
  await eventually(async () => expect(await valueOf(node, 'keygrant_database_up')).toBe(1))
})
