/** The API behind a gateway: it answers what it was sent, so that a test sees what got through. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface Received {
  method: string
  /** As it came. */
  target: string
  /** Every header as it came, repeated ones too; names in lower case. */
  headers: [name: string, value: string][]
  body: string
}

export interface EchoApi extends AsyncDisposable {
  port: number
  /** What it has got since the last call. */
  received(): Received[]
}

/** It has opinions of its own about limits, which no client must see, and `…/answer/<status>` answers with that status. */
export async function openEchoApi(): Promise<EchoApi> {
  let all: Received[] = []

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', rawHeaders } = request
    const received: Received = { method, target: url, headers: [], body: await text(request) }
    for (let index = 0; index < rawHeaders.length; index += 2) {
      received.headers.push([rawHeaders[index]!.toLowerCase(), rawHeaders[index + 1]!])
    }
    all.push(received)
    const status = Number(/\/answer\/(\d{3})$/.exec(url)?.[1] ?? 200)
    const limits = { ratelimit: '"own";r=1;t=1', 'ratelimit-policy': '"own";q=1;w=1', 'x-ratelimit-limit': '1' }
    response.writeHead(status, { 'content-type': 'application/json', ...limits })
    response.end(JSON.stringify({ from: 'the API' }))
  }

  const server = createServer((request, response) => void answer(request, response))
  // A WebSocket, as far as a gateway is concerned: after the handshake each side sends what it likes.
  server.on('upgrade', (request, socket) => {
    socket.end(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${request.headers.upgrade}\r\n\r\nhello`,
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    received() {
      const since = all
      all = []
      return since
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
