/** One plain HTTP request, with a Host header of our choice, which `fetch` doesn't allow. */
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { text } from 'node:stream/consumers'

export interface Probe {
  status: number
  headers: Headers
  body: string
}

const TIMEOUT_MS = 10_000

/** The address and the certificate's name are the URL's, whatever `headers` say. Follows no redirect. Rejects if there is no answer. */
export async function probe(url: URL | string, headers: Record<string, string> = {}): Promise<Probe> {
  const target = new URL(url)
  const send = target.protocol === 'https:' ? httpsRequest : httpRequest
  // Without `servername` TLS would be asked for the forged host.
  const hostname = target.hostname.replaceAll(/^\[|\]$/g, '')
  const options = { headers, signal: AbortSignal.timeout(TIMEOUT_MS), servername: hostname, agent: false } as const
  return new Promise((resolve, reject) => {
    const request = send(target, options, (response) => {
      text(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, headers: headersOf(response.rawHeaders), body }),
        reject,
      )
    })
    request.once('error', reject)
    request.end()
  })
}

function headersOf(raw: readonly string[]): Headers {
  const headers = new Headers()
  for (let index = 0; index + 1 < raw.length; index += 2) headers.append(raw[index] ?? '', raw[index + 1] ?? '')
  return headers
}
