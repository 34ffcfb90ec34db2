/** Who called, and what the request is called: from a trusted proxy's headers, read one way, or from the connection alone. */
import { Writable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLog } from '../../src/platform/log.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { ask, type RawAnswer } from './raw.ts'

interface Line {
  msg: string
  request_id: string
  address: string
}

let lines: Line[] = []
const log = createLog(
  'info',
  new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as Line)
      done()
    },
  }),
)

let trusting: TestServer
let alone: TestServer
beforeAll(async () => {
  const proxies = '127.0.0.1/32,::1/128,10.0.0.0/8,2001:db8:1::/48'
  trusting = await startTestServer({ settings: { TRUSTED_PROXIES: proxies }, log })
  alone = await startTestServer({ log })
})
afterAll(async () => {
  await trusting[Symbol.asyncDispose]()
  await alone[Symbol.asyncDispose]()
})

const at = (server: TestServer, headers: Record<string, string>, path = '/'): Promise<RawAnswer> =>
  ask(server.running.port, { path, headers: { accept: 'text/html', ...headers } })

/** The address that the server took the request to come from. */
async function addressOf(server: TestServer, headers: Record<string, string>): Promise<string | undefined> {
  lines = []
  const { headers: answered } = await at(server, headers)
  return lines.find(({ msg, request_id: id }) => msg === 'request' && id === answered['x-request-id'])?.address
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

test('every answer has a request id of its own', async () => {
  const paths = [
    '/',
    '/nowhere',
    '/oauth2/jwks',
    '/oauth2/nowhere',
    '/v1/nowhere',
    '/health/live',
    '/account',
    '/assets/none.css',
  ]
  const ids = await Promise.all(paths.map(async (path) => (await at(alone, {}, path)).headers['x-request-id'] ?? ''))
  for (const id of ids) expect(id).toMatch(uuid)
  expect(new Set(ids).size).toBe(paths.length)
})

test('a sane id from a trusted proxy is kept, in the answer, on the page and in the log', async () => {
  lines = []
  const answer = await at(trusting, { 'x-request-id': 'edge-0123456789.abc_DEF' }, '/nowhere')
  expect(answer.headers['x-request-id']).toBe('edge-0123456789.abc_DEF')
  expect(answer.text).toContain('edge-0123456789.abc_DEF')
  expect(lines.map(({ request_id: id }) => id)).toContain('edge-0123456789.abc_DEF')
})

test.for([
  'short',
  'x'.repeat(129),
  'with space and more',
  'new\tline-id-here',
  '<script>alert(1)</script>',
  '"quoted-id-here"',
  'ä'.repeat(10),
])('an id like %j is replaced, also from a trusted proxy', async (id) => {
  expect(
    (await at(trusting, { 'x-request-id': Buffer.from(id, 'utf8').toString('latin1') })).headers['x-request-id'],
  ).toMatch(uuid)
})

test('nobody else chooses the id', async () => {
  expect((await at(alone, { 'x-request-id': 'edge-0123456789' })).headers['x-request-id']).toMatch(uuid)
})

test.for([
  ['203.0.113.7', '203.0.113.7'],
  ['203.0.113.7, 10.1.2.3', '203.0.113.7'],
  ['1.1.1.1, 203.0.113.7', '203.0.113.7'],
  ['127.0.0.1, 203.0.113.7, 10.0.0.9, 10.0.0.8', '203.0.113.7'],
  ['203.0.113.7,10.0.0.1,::1', '203.0.113.7'],
  ['2001:db8:2::5, 2001:db8:1::1', '2001:db8:2::5'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['10.0.0.1, 10.0.0.2', '10.0.0.1'],
  ['203.0.113.7, not-an-address, 10.0.0.2', '10.0.0.2'],
] as const)('X-Forwarded-For: %s means %s: the first untrusted one from the right', async ([header, address]) => {
  expect(await addressOf(trusting, { 'x-forwarded-for': header })).toBe(address)
})

test('Forwarded and X-Real-IP count for nothing', async () => {
  const direct = await addressOf(trusting, {})
  expect(direct).toMatch(/^(127\.0\.0\.1|::1)$/)
  expect(await addressOf(trusting, { forwarded: 'for=203.0.113.7', 'x-real-ip': '203.0.113.7' })).toBe(direct)
})

test('without a trusted proxy the connection alone counts', async () => {
  expect(await addressOf(alone, { 'x-forwarded-for': '203.0.113.7' })).toMatch(/^(127\.0\.0\.1|::1)$/)
})
