/** The private port for whoever runs the server: metrics and health. Nothing of it but health is at the public one. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Log } from '../platform/log.ts'
import { metricsContentType, type Metrics } from '../platform/metrics.ts'
import type { Health } from './health.ts'

export interface OperationsParts {
  metrics: Metrics
  health: Health
  log: Log
}

interface Answer {
  status: number
  headers?: Readonly<Record<string, string>>
  body: string
}

export function operationsHandler(
  parts: OperationsParts,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    answerTo(request, parts).then(
      ({ status, headers, body }) => {
        const length = Buffer.byteLength(body)
        response.writeHead(status, { 'x-content-type-options': 'nosniff', 'content-length': length, ...headers })
        response.end(request.method === 'HEAD' ? undefined : body)
      },
      (err: unknown) => {
        parts.log.error({ err }, 'an answer at the operations port failed')
        response.destroy()
      },
    )
  }
}

async function answerTo({ method, url }: IncomingMessage, { metrics, health, log }: OperationsParts): Promise<Answer> {
  const plain = { 'content-type': 'text/plain; charset=utf-8' }
  if (method !== 'GET' && method !== 'HEAD') {
    return { status: 405, headers: { ...plain, allow: 'GET, HEAD' }, body: 'Method not allowed\n' }
  }
  const [path = ''] = (url ?? '').split('?')
  if (path === '/metrics') {
    return { status: 200, headers: { 'content-type': metricsContentType }, body: await metrics.text() }
  }
  const answer = await health(path, log)
  if (!answer) return { status: 404, headers: plain, body: 'Not found\n' }
  return {
    status: answer.status,
    headers: { ...answer.headers, 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(answer.body),
  }
}
