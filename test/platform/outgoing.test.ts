/** Calls go out to the public internet and to what the configuration allows, whatever a name says at whichever moment. */
import { once } from 'node:events'
import { createServer as createPlainServer, type RequestListener } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createOutgoing, OutgoingError, type OutgoingOptions } from '../../src/platform/outgoing.ts'
import { createCertificate } from '../support/certificate.ts'

const certificate = createCertificate()
let server: Server
let plain: ReturnType<typeof createPlainServer>
let port: number
let plainPort: number
const seen: string[] = []
const handle: RequestListener = (request, response) => {
  seen.push(`${request.method} ${request.url}`)
  if (request.url === '/moved') response.writeHead(302, { location: '/elsewhere' }).end()
  else if (request.url === '/large') response.end('x'.repeat(5000))
  else if (request.url === '/echo') request.pipe(response)
  else if (request.url !== '/silent') response.end('here')
}
beforeAll(async () => {
  server = createServer(certificate, handle)
  plain = createPlainServer(handle)
  for (const one of [server, plain]) await once(one.listen(0, '127.0.0.1'), 'listening')
  port = (server.address() as AddressInfo).port
  plainPort = (plain.address() as AddressInfo).port
})
afterAll(() => {
  for (const one of [server, plain]) {
    one.close()
    one.closeAllConnections()
  }
})

const outgoing = (options: OutgoingOptions = {}) => createOutgoing({ ca: certificate.cert, ...options })
/** Says these one after the other, however often it is asked. */
const resolving = (...answers: string[][]) => {
  let asked = 0
  return {
    asked: () => asked,
    resolve: async () =>
      (answers[Math.min(asked++, answers.length - 1)] ?? []).map((address) => ({
        address,
        family: address.includes(':') ? 6 : 4,
      })),
  }
}

const inside = [
  '10.0.0.1',
  '172.16.0.1',
  '192.168.1.1',
  '127.0.0.1',
  '127.8.8.8',
  '0.0.0.0',
  '169.254.169.254',
  '100.64.0.1',
  '192.0.0.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::1',
  '::',
  '::127.0.0.1',
  'fe80::1',
  'fc00::1',
  'fec0::1',
  'ff02::1',
  '::ffff:10.0.0.1',
  '::ffff:127.0.0.1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  '2001:db8::1',
]

describe('a call is refused before it is made', () => {
  test.for(inside)('to %s, by itself and behind a name', async (address) => {
    const { resolve } = resolving([address])
    const host = address.includes(':') ? `[${address}]` : address
    const refused = expect.objectContaining({ reason: 'refused' })
    await expect(outgoing().send(`https://${host}:${port}/`)).rejects.toEqual(refused)
    await expect(outgoing({ resolve }).send(`https://localhost:${port}/`)).rejects.toEqual(refused)
  })

  test.for(['http://example.com/', 'ftp://example.com/', 'https://user:word@example.com/', 'file:///etc/passwd', ''])(
    'to %s',
    async (url) => {
      const { resolve, asked } = resolving(['93.184.215.14'])
      const call = outgoing({ resolve }).send(url)
      await expect(call).rejects.toBeInstanceOf(OutgoingError)
      await expect(call).rejects.toMatchObject({ reason: 'refused' })
      expect(asked()).toBe(0)
    },
  )

  test('over plain http to anything but this machine, in development too', async () => {
    const { resolve } = resolving(['93.184.215.14'])
    const call = outgoing({ resolve, loopback: true }).send('http://example.com/')
    await expect(call).rejects.toMatchObject({ reason: 'refused' })
  })
})

describe('a name that leads elsewhere a moment later', () => {
  test('is asked once, and called at the address that was looked at', async () => {
    // Were it asked again for the connection, this machine would be called.
    const { resolve, asked } = resolving(['192.0.2.1', '203.0.113.1'], ['127.0.0.1'])
    await expect(outgoing({ resolve }).send(`https://localhost:${port}/rebound`)).rejects.toMatchObject({
      reason: 'refused',
    })
    const second = resolving(['127.0.0.1'], ['192.0.2.1'])
    const { body } = await outgoing({ resolve: second.resolve, loopback: true }).send(`https://localhost:${port}/`)
    expect([body.toString(), second.asked(), asked()]).toEqual(['here', 1, 1])
    expect(seen).not.toContain('GET /rebound')
  })

  test('and is public at first is never followed inside', async () => {
    const { resolve, asked } = resolving(['93.184.215.14'], ['127.0.0.1'])
    const call = outgoing({ resolve }).send(`https://localhost:${port}/rebound`, { timeoutMs: 200 })
    await expect(call).rejects.toMatchObject({ reason: expect.stringMatching(/^(timeout|unreachable)$/) })
    expect(asked()).toBe(1)
    expect(seen).not.toContain('GET /rebound')
  })
})

describe('a host that is allowed', () => {
  const allowed = () => outgoing({ allowedHosts: ['LOCALHOST'], ...resolving(['127.0.0.1']) })

  test('is called wherever it is, and no other', async () => {
    expect((await allowed().send(`https://localhost:${port}/`)).status).toBe(200)
    await expect(allowed().send(`https://127.0.0.1:${port}/`)).rejects.toMatchObject({ reason: 'refused' })
  })

  test('gets what is sent, and its redirect is an answer like any other', async () => {
    const echoed = await allowed().send(`https://localhost:${port}/echo`, { method: 'POST', body: 'ä word' })
    expect(echoed.body.toString()).toBe('ä word')
    const moved = await allowed().send(`https://localhost:${port}/moved`)
    expect([moved.status, moved.headers.location]).toEqual([302, '/elsewhere'])
    expect(seen).not.toContain('GET /elsewhere')
  })

  test('is not listened to for ever, nor without an end', async () => {
    await expect(allowed().send(`https://localhost:${port}/silent`, { timeoutMs: 50 })).rejects.toMatchObject({
      reason: 'timeout',
    })
    await expect(allowed().send(`https://localhost:${port}/large`, { longestAnswer: 4999 })).rejects.toMatchObject({
      reason: 'too_large',
    })
    const { body } = await allowed().send(`https://localhost:${port}/large`, { longestAnswer: 5000 })
    expect(body.length).toBe(5000)
  })

  test('must prove by its certificate that it is who it says', async () => {
    const { resolve } = resolving(['127.0.0.1'])
    const stranger = createOutgoing({ allowedHosts: ['localhost'], resolve })
    await expect(stranger.send(`https://localhost:${port}/`)).rejects.toMatchObject({ reason: 'unreachable' })
  })
})

test('in development this machine is called, over plain http too', async () => {
  const { body } = await createOutgoing({ loopback: true }).send(`http://localhost:${plainPort}/`)
  expect(body.toString()).toBe('here')
})
