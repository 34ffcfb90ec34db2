/** What strangers send without end: it locks nobody else out, and it fills no memory. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { drawApiKey } from '../../src/api-keys/format.ts'
import { createAuthorityCache } from '../../src/check/authority-cache.ts'
import { createFailures } from '../../src/check/failures.ts'
import { createQuestions } from '../../src/check/question.ts'
import { createLog } from '../../src/platform/log.ts'
import { addAdministratorKey, addApiKey, call, type CallOptions } from '../support/api.ts'
import { createTestDatabase } from '../support/database.ts'
import { openDatabaseProxy } from '../support/database-proxy.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { startCheckServer } from './stage.ts'

describe('failed attempts are throttled by address', () => {
  test('and a flood, however long, keeps who shares the address waiting for a second after it', () => {
    let now = 0
    const failures = createFailures(() => now)
    for (let attempt = 0; attempt < 100_000; attempt++) failures.count('192.0.2.1')
    expect(failures.wait('192.0.2.1')).toBe(1)
    expect(failures.wait('192.0.2.2')).toBe(0)
    now += 1_000
    expect(failures.wait('192.0.2.1')).toBe(0)
  })

  test('a thousand at once, and then a hundred each second', () => {
    let now = 0
    const failures = createFailures(() => now)
    let tried = 0
    const tryAll = () => {
      while (failures.wait('192.0.2.1') === 0) {
        failures.count('192.0.2.1')
        tried++
      }
    }
    tryAll()
    expect(tried).toBe(1_000)
    for (let second = 0; second < 10; second++) {
      now += 1_000
      tryAll()
    }
    expect(tried).toBe(2_000)
  })
})

describe('at a server', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startCheckServer()
  })
  afterAll(async () => server[Symbol.asyncDispose]())

  const check = (key: string, options: CallOptions = {}) => call(server.url, 'GET', '/v1/check', { key, ...options })
  const times = async (count: number, work: () => Promise<unknown>) => {
    for (let done = 0; done < count; done += 50) await Promise.all(Array.from({ length: 50 }, work))
  }

  /** However fast they come, the flood goes on until one of it is refused for being one. */
  const floods = async (attempt: () => Promise<{ body: { code: string } }>) => {
    for (let done = 0; done < 20_000; done += 50) {
      const answers = await Promise.all(Array.from({ length: 50 }, attempt))
      if (answers.some(({ body }) => body.code === 'rate_limited')) return true
    }
    return false
  }

  test('one unknown key, sent again and again, locks no new key of the same address out', async () => {
    const unknown = drawApiKey('kg', 'live')
    await times(2_500, () => check(unknown))
    const issued = await addApiKey(server)
    expect((await check(issued.key)).headers['x-auth-code']).toBe('valid')
  })

  test('strangers behind a platform’s gateway that verifies lock nobody of other addresses out', async () => {
    const gateway = await addAdministratorKey(server)
    const verify = (credential: string, ip: string) =>
      call(server.url, 'POST', '/v1/keys/verify', { key: gateway.key, body: { credential, ip } })
    const issued = await addApiKey(server)
    expect(await floods(() => verify(drawApiKey('kg', 'live'), '198.51.100.7'))).toBe(true)
    expect((await verify(issued.key, '198.51.100.8')).body).toMatchObject({ code: 'valid' })
  })

  test('a customer’s own gateway gets no more look-ups by naming addresses', async () => {
    const asker = await addApiKey(server, { scopes: ['keys:verify'] })
    let address = 0
    const verify = () => {
      const ip = `203.0.${Math.floor(++address / 250)}.${address % 250}`
      return call(server.url, 'POST', '/v1/keys/verify', {
        key: asker.key,
        body: { credential: drawApiKey('kg', 'live'), ip },
      })
    }
    expect(await floods(verify)).toBe(true)
  })
})

test('who asks during an outage, check and verify alike, fills no log', async () => {
  await using database = await createTestDatabase()
  await using proxy = await openDatabaseProxy(database.url)
  const lines: string[] = []
  const log = createLog('warn', { write: (line) => void lines.push(line) })
  await using server = await startTestServer({ databaseUrl: proxy.url, log })
  const gateway = await addAdministratorKey(server)
  await proxy.refuse()
  for (let asked = 0; asked < 20; asked++) {
    const credential = drawApiKey('kg', 'live')
    const checked = await call(server.url, 'GET', '/v1/check', { key: credential })
    const verified = await call(server.url, 'POST', '/v1/keys/verify', { key: gateway.key, body: { credential } })
    expect([checked.status, verified.status]).toEqual([503, 503])
  }
  expect(lines.filter((line) => line.includes('"level":"error"'))).toEqual([])
  await proxy.restore()
})

test('distinct long questions fill no memory', () => {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  const questions = createQuestions({
    defaultResource: 'https://api.example.com/v1',
    policies: { get: () => undefined, [Symbol.dispose]: () => undefined },
  })
  const caller = { address: '192.0.2.1', encrypted: true, saidPlain: false, viaTrustedProxy: false }
  const ask = (from: number) => {
    const scopes = Array.from({ length: 1_800 }, (_, index) => (from + index).toString(36).padStart(6, '0'))
    return questions.of({ url: `/v1/check?scope=${scopes.join('+')}` } as IncomingMessage, caller)
  }
  expect(ask(0)).toMatchObject({ cost: 1 })
  gc()
  const before = process.memoryUsage().heapUsed
  for (let asked = 1; asked <= 2_500; asked++) ask(asked * 2_000)
  gc()
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(20 * 1024 * 1024)
})

test('a credential that is read anew takes the place of what was held of it', async () => {
  const cache = createAuthorityCache({
    changes: { on: () => undefined, onGap: () => undefined, state: () => 'live' },
    kinds: ['token'],
    ownKind: 'token',
    capacity: 10,
    unknownCapacity: 10,
    read: (wanted: readonly string[]) => Promise.resolve(wanted.map(() => ({ dependsOn: ['a'], stale: false }))),
  })
  const first = await cache.load('digest', 'token')
  const second = await cache.load('digest', 'token')
  expect([first?.stale, second?.stale]).toEqual([true, false])
  expect(cache.get('digest')).toBe(second)
})
