/** Whoever is told: a real receiver, which answers as it is asked to and remembers what came. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Receiver extends AsyncDisposable {
  url: string
  received: { headers: IncomingHttpHeaders; body: string }[]
  /** What the next requests are answered with; then 204. */
  answers: { status: number; headers?: OutgoingHttpHeaders; body?: string }[]
}

export async function openReceiver(): Promise<Receiver> {
  const received: Receiver['received'] = []
  const answers: Receiver['answers'] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (part: string) => (body += part))
    request.on('end', () => {
      received.push({ headers: request.headers, body })
      const { status, headers, body: answer } = answers.shift() ?? { status: 204 }
      response.writeHead(status, headers).end(answer)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    answers,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
