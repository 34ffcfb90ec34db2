/** The demo's requests to the server: made for real, over its own socket, and written down as they went. */
import { request as plainRequest, type ClientRequest, type RequestOptions } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { isIP } from 'node:net'
import { text } from 'node:stream/consumers'

export interface Header {
  name: string
  value: string
}

/** One request and what came back; `response` is null where only the browser sees it. */
export interface Exchange {
  sender: 'app' | 'browser'
  request: { method: string; url: string; headers: Header[]; body: string | null }
  response: { status: number; headers: Header[]; body: string } | null
}

/** Where this server listens. The demo goes there by itself, so that nothing but the server has to work. */
export interface Listener {
  host: string
  port: number
  /** The server's own, if it ends TLS itself: all that the demo trusts. */
  certificate: Buffer | null
}

export interface Answer {
  exchange: Exchange
  status: number
  /** Empty if it isn't a JSON object. */
  body: Readonly<Record<string, unknown>>
}

/** Rejects when the server can't be reached at all. */
export type Send = (method: 'GET' | 'POST', url: string, options?: SendOptions) => Promise<Answer>

export interface SendOptions {
  headers?: Readonly<Record<string, string>>
  form?: Readonly<Record<string, string>>
}

/** Longer than any of these takes, shorter than a person waits. */
const patienceMs = 10_000

export function createSend(listener: () => Listener): Send {
  return async (method, url, { headers = {}, form } = {}) => {
    const body = form === undefined ? null : new URLSearchParams(form).toString()
    const sent = {
      Host: new URL(url).host,
      Accept: 'application/json',
      ...headers,
      ...(body === null
        ? {}
        : { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': String(Buffer.byteLength(body)) }),
      Connection: 'close',
    }
    const request = { method, url, headers: Object.entries(sent).map(([name, value]) => ({ name, value })), body }
    const response = await deliver(listener(), { method, url, headers: sent, body })
    return {
      exchange: { sender: 'app', request, response },
      status: response.status,
      body: objectIn(response.body),
    }
  }
}

async function deliver(
  listener: Listener,
  message: { method: string; url: string; headers: Record<string, string>; body: string | null },
): Promise<NonNullable<Exchange['response']>> {
  const outgoing = open(listener, new URL(message.url), {
    method: message.method,
    headers: message.headers,
    signal: AbortSignal.timeout(patienceMs),
  })
  return new Promise((resolve, reject) => {
    outgoing.once('error', reject)
    outgoing.once('response', (incoming) => {
      text(incoming).then(
        (body) => resolve({ status: incoming.statusCode ?? 0, headers: pairs(incoming.rawHeaders), body }),
        reject,
      )
    })
    outgoing.end(message.body ?? undefined)
  })
}

function open(
  { host, port, certificate }: Listener,
  { protocol, hostname, port: publicPort, pathname, search }: URL,
  options: RequestOptions,
): ClientRequest {
  const target = { ...options, path: pathname + search }
  if (protocol === 'http:') return plainRequest({ ...target, host, port })
  // TLS ends at a proxy, so the way leads through it.
  if (!certificate) return tlsRequest({ ...target, host: hostname, port: publicPort || 443 })
  return tlsRequest({
    ...target,
    host,
    port,
    ca: certificate,
    // Whoever made the certificate isn't asked: it is this very one, or none.
    allowPartialTrustChain: true,
    ...(isIP(hostname) === 0 ? { servername: hostname } : {}),
  })
}

/** As they were written, in their order. */
function pairs(rawHeaders: readonly string[]): Header[] {
  return rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [{ name, value: rawHeaders[index + 1] ?? '' }] : []))
}

function objectIn(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
  } catch {
    return {}
  }
}
