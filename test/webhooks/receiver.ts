/** Whoever is told: a real receiver, which answers as it is asked to and remembers what came. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'

interface Told {
  type: string
  timestamp: string
  data: Record<string, unknown>
}

export interface Received {
  headers: IncomingHttpHeaders
  body: string
  /** What it tells, if this secret has signed it. @throws if it hasn't */
  verified(secret: string): Told
}

export interface Receiver extends AsyncDisposable {
  url: string
  received: Received[]
  /** What the next requests are answered with; then 204. `never`: with nothing. */
  answers: ('never' | { status: number; headers?: OutgoingHttpHeaders; body?: string })[]
}

export async function openReceiver(): Promise<Receiver> {
  const received: Received[] = []
  const answers: Receiver['answers'] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (part: string) => (body += part))
    request.on('end', () => {
      const { headers } = request
      const verified = (secret: string) => new Webhook(secret).verify(body, headers as Record<string, string>) as Told
      received.push({ headers, body, verified })
      const answer = answers.shift() ?? { status: 204 }
      if (answer === 'never') return
      response.writeHead(answer.status, answer.headers).end(answer.body)
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
