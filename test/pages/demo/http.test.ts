/** What the demo shows of a request is what was sent, and it speaks to its own server alone. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { createSend } from '../../../src/pages/demo/http.ts'
import { createCertificate } from '../../support/certificate.ts'

interface Opened extends AsyncDisposable {
  port: number
}

async function open(server: Server): Promise<Opened> {
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** Answers with what it received. */
function mirror(request: IncomingMessage, response: ServerResponse): void {
  void text(request).then((body) => {
    const { method, url, rawHeaders } = request
    response
      .writeHead(200, { 'Content-Type': 'application/json' })
      .end(JSON.stringify({ method, url, rawHeaders, body }))
  })
}

test('writes down each header and the body as they went', async () => {
  await using server = await open(createServer(mirror))
  const send = createSend(() => ({ host: 'localhost', port: server.port, certificate: null }))
  const { exchange, body } = await send('POST', 'http://id.example:81/oauth2/token?x=1', {
    headers: { Authorization: 'Bearer abc' },
    form: { scope: 'a b', code: 'ü' },
  })
  expect(exchange.request).toMatchObject({ method: 'POST', url: 'http://id.example:81/oauth2/token?x=1' })
  expect(body).toEqual({
    method: 'POST',
    url: '/oauth2/token?x=1',
    rawHeaders: exchange.request.headers.flatMap(({ name, value }) => [name, value]),
    body: exchange.request.body,
  })
  expect(exchange.request.headers).toContainEqual({ name: 'Host', value: 'id.example:81' })
  expect(exchange.request.body).toBe('scope=a+b&code=%C3%BC')
  expect(exchange.response).toMatchObject({ status: 200 })
  expect(exchange.response?.headers).toContainEqual({ name: 'Content-Type', value: 'application/json' })
})

test.each([['no JSON'], ['[1]'], ['"text"'], ['null'], ['']])('takes %j for no object', async (answer) => {
  await using server = await open(createServer((_, response) => void response.writeHead(418).end(answer)))
  const send = createSend(() => ({ host: 'localhost', port: server.port, certificate: null }))
  expect(await send('GET', 'http://localhost/')).toMatchObject({
    status: 418,
    body: {},
    exchange: { response: { body: answer } },
  })
})

test('trusts the server’s own certificate over https, and no other', async () => {
  const [own, other] = [createCertificate(), createCertificate()]
  await using server = await open(createTlsServer(own, mirror))
  const trusting = (certificate: string) =>
    createSend(() => ({ host: 'localhost', port: server.port, certificate: Buffer.from(certificate) }))
  await expect(trusting(own.cert)('GET', 'https://localhost/')).resolves.toMatchObject({ status: 200 })
  await expect(trusting(own.cert)('GET', 'https://127.0.0.1/')).resolves.toMatchObject({ status: 200 })
  await expect(trusting(other.cert)('GET', 'https://localhost/')).rejects.toThrow(/certificate/)
})

test('rejects when nobody listens', async () => {
  const gone = await open(createServer(mirror))
  await gone[Symbol.asyncDispose]()
  const send = createSend(() => ({ host: 'localhost', port: gone.port, certificate: null }))
  await expect(send('GET', 'http://localhost/')).rejects.toThrow()
})
