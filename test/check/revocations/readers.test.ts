/** Readers of the revocation feed who don't read, or come by the hundred: they cost a node little, and the platform's own no stream. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { createRefuse } from '../../../src/check/corridor-answer.ts'
import { createRevocationsCorridor, type RevocationsCorridor } from '../../../src/check/revocations/corridor.ts'
import type { FeedListener } from '../../../src/check/revocations/feed.ts'
import { trustedProxies } from '../../../src/http/address.ts'
import type { Principal } from '../../../src/http/api/principal.ts'
import { Problem } from '../../../src/http/problem.ts'
import { eventually } from '../../support/eventually.ts'

const listeners = new Set<FeedListener>()
const responses: ServerResponse[] = []
let corridor: RevocationsCorridor
let server: ReturnType<typeof createServer>
let port: number
let backlog: string
let refused: Set<string>
let nowMs: number
/** Whoever comes now takes nothing in, not even as much as the system would for it. */
let isStuck: boolean

beforeEach(async () => {
  ;[backlog, refused, nowMs, isStuck] = ['', new Set(), Date.now(), false]
  responses.length = 0
  corridor = createRevocationsCorridor({
    feed: {
      join(_cursor, listener) {
        listeners.add(listener)
        return { reset: false, backlog: [{ at: nowMs, text: backlog, organizationId: null }], since: nowMs }
      },
      leave: (listener) => void listeners.delete(listener),
      [Symbol.asyncDispose]: async () => undefined,
    },
    authenticate(request) {
      const { authorization: name = '' } = request.headers
      if (refused.has(name)) throw new Problem('forbidden')
      return principalOf(name)
    },
    isTrusted: trustedProxies([]),
    admit: () => undefined,
    refuse: createRefuse({
      links: { publicUrl: 'https://auth.example.com', supportEmail: 'help@example.com', upgradeUrl: null },
      onError: (error) => expect.fail(String(error)),
    }),
    nowMs: () => nowMs,
  })
  server = createServer((request: IncomingMessage, response: ServerResponse) => {
    responses.push(response)
    corridor.serve(request, response, true)
  })
  server.on('connection', (socket) => {
    if (isStuck) socket.cork()
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  port = (server.address() as { port: number }).port
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

/** `admin…` are the platform's, all others a customer's key: its organization, a colon, and which key it is. */
function principalOf(name: string): Principal {
  const administrator = name.startsWith('admin')
  return {
    kind: 'api_key',
    credentialId: name,
    secretId: null,
    subject: name,
    subjectKind: 'service_account',
    organizationId: name.split(':')[0] ?? '',
    organizations: new Map(),
    scopes: new Set([administrator ? 'admin:keys:verify' : 'keys:verify']),
    grantableScopes: new Set(),
    administrator,
    authenticatedAt: null,
    spending: { tier: 'free', environment: 'live', limits: [] },
  }
}

const request = (name: string) => `GET /v1/revocations HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${name}\r\n\r\n`

async function open(name: string, { times = 1 } = {}): Promise<void> {
  const before = responses.length
  const socket = connect({ port, host: 'localhost' })
  socket.on('error', () => undefined)
  socket.resume()
  socket.write(request(name).repeat(times))
  onTestFinished(() => void socket.destroy())
  await eventually(() => expect(responses.length).toBeGreaterThan(before))
}

const beat = () => {
  for (const listener of listeners) listener.alive(0)
}
test('whoever reads nothing is let go after half a minute, with all that waits for it; who reads is not', async () => {
  await open('acme:1')
  await eventually(() => expect(corridor.count()).toBe(1))
  isStuck = true
  await open('acme:2', { times: 2 })
  await eventually(() => expect(corridor.count()).toBe(3))
  nowMs += 31_000
  beat()
  await eventually(() => expect([corridor.count(), listeners.size]).toEqual([1, 1]))
})

test('whoever reads nothing and may listen no more is told nothing more, and let go', async () => {
  isStuck = true
  await open('acme:1')
  await eventually(() => expect(corridor.count()).toBe(1))
  refused.add('acme:1')
  beat()
  await eventually(() => expect(responses[0]?.writableEnded).toBe(true))
  for (const listener of listeners) listener.told({ at: nowMs, text: 'event: revocation\n\n', organizationId: null })
  beat()
  await eventually(() => expect([corridor.count(), listeners.size]).toEqual([0, 0]))
})

test('a customer has no more streams with many keys than with one, and others have theirs', async () => {
  for (let key = 0; key < 10; key++) await open(`acme:${key}`, { times: 10 })
  await eventually(() => expect(corridor.count()).toBe(100))
  await open('acme:11')
  await eventually(() => expect(responses.at(-1)?.statusCode).toBe(429))
  await open('other:1')
  await eventually(() => expect(corridor.count()).toBe(101))
})

test('however many customers there are, and however little they read, the platform is heard', async () => {
  for (let customer = 0; customer < 10; customer++) await open(`customer${customer}:1`, { times: 100 })
  await eventually(() => expect(corridor.count()).toBe(1_000))
  await open('another:1')
  await eventually(() => expect(responses.at(-1)?.statusCode).toBe(429))
  await open('admin')
  await eventually(() => expect(corridor.count()).toBe(1_001))
})

test('while too much waits for customers, none more is let in, but for the platform', async () => {
  isStuck = true
  backlog = 'x'.repeat(20 * 1024 * 1024)
  await open('acme:1', { times: 5 })
  await eventually(() => expect(corridor.count()).toBe(4))
  isStuck = false
  backlog = ''
  await open('other:1')
  await eventually(() => expect(responses.at(-1)?.statusCode).toBe(429))
  await open('admin')
  await eventually(() => expect(corridor.count()).toBe(5))
})
