/** A proxy as it stands before the server in production, right or wrong as a test wants it. */
import {
  createServer as createHttpServer,
  request,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Certificate } from './certificate.ts'

export interface ProxyBehaviour {
  /** Serves https with it. */
  certificate?: Certificate
  /** The headers that go on, from those that came. */
  forward?: (headers: IncomingHttpHeaders) => IncomingHttpHeaders
  /** The answer that goes back, from the one that came. */
  answer?: (
    answer: ProxiedAnswer,
    asked: { method: string; path: string; headers: IncomingHttpHeaders },
  ) => ProxiedAnswer
}

export interface ProxiedAnswer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

export interface ReverseProxy extends AsyncDisposable {
  url: string
  /** Where it leads; it answers 502 before it is told. */
  leadTo(port: number): void
}

export async function openReverseProxy(behaviour: ProxyBehaviour = {}): Promise<ReverseProxy> {
  const { certificate } = behaviour
  let target = 0
  const handle = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    pass(incoming, outgoing, target, behaviour).catch(() => outgoing.writeHead(502).end())
  }
  const server = certificate ? createTlsServer(certificate, handle) : createHttpServer(handle)
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `${certificate ? 'https' : 'http'}://localhost:${port}`,
    leadTo(newTarget) {
      target = newTarget
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function pass(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  port: number,
  { forward = (headers) => headers, answer = (unchanged) => unchanged }: ProxyBehaviour,
): Promise<void> {
  const { method = 'GET', url: path = '/', headers } = incoming
  const body = await text(incoming)
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const { 'transfer-encoding': _, ...rest } = forward({ ...headers })
    const options = { host: 'localhost', port, method, path, headers: { ...rest, connection: 'close' } }
    request(options, resolve).once('error', reject).end(body)
  })
  const received = { status: response.statusCode ?? 502, headers: response.headers, body: await text(response) }
  const changed = answer(received, { method, path, headers })
  const { 'content-length': _, 'transfer-encoding': __, connection: ___, ...rest } = changed.headers
  outgoing.writeHead(changed.status, rest).end(changed.body)
}
