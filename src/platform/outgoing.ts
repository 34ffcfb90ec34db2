/**
 * The one client for calls to hosts that somebody else names or runs. It resolves the name itself and connects to the
 * address that it has looked at, so that a name that leads elsewhere a moment later (DNS rebinding) leads nowhere; it follows
 * no redirect, and bounds bytes and time.
 */
import { lookup } from 'node:dns/promises'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { request as httpsRequest, type RequestOptions } from 'node:https'
import type { LookupFunction } from 'node:net'
import { isLoopbackAddress, isPublicAddress } from './outgoing-address.ts'

export interface OutgoingRequest {
  method?: 'GET' | 'POST'
  headers?: Readonly<Record<string, string>>
  body?: string | Uint8Array
  /** For all of it, from the name to the last byte. Ten seconds unless said. */
  timeoutMs?: number
  /** In bytes. 1 MiB unless said. */
  longestAnswer?: number
}

/** Whatever the status: a redirect is an answer like any other. */
export interface OutgoingAnswer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

export interface Outgoing {
  /** @throws {OutgoingError} */
  send(url: string, request?: OutgoingRequest): Promise<OutgoingAnswer>
}

export class OutgoingError extends Error {
  override name = 'OutgoingError'
  /** `refused`: it was never tried, since it would lead where no call may go. */
  readonly reason: 'refused' | 'unreachable' | 'timeout' | 'too_large'

  constructor(reason: OutgoingError['reason'], message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause })
    this.reason = reason
  }
}

export interface Address {
  address: string
  family: number
}

export interface OutgoingOptions {
  /** Host names, or addresses, that may be private. */
  allowedHosts?: readonly string[]
  /** In development: this machine, and over plain http. */
  loopback?: boolean
  resolve?: (host: string) => Promise<readonly Address[]>
  /** Certificate authorities besides those that the system trusts. */
  ca?: string
}

const TIMEOUT_MS = 10_000
const LONGEST_ANSWER = 1024 * 1024

export function createOutgoing({
  allowedHosts = [],
  loopback = false,
  resolve = (host) => lookup(host, { all: true }),
  ca,
}: OutgoingOptions = {}): Outgoing {
  const allowed = new Set(allowedHosts.map((host) => host.toLowerCase()))
  const mayReach = (host: string, address: string) =>
    allowed.has(host) || isPublicAddress(address) || (loopback && isLoopbackAddress(address))

  async function addressesOf(url: URL): Promise<readonly Address[]> {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const found = await resolve(host).catch((cause: unknown) => {
      throw new OutgoingError('unreachable', `the name ${host} leads nowhere`, cause)
    })
    const reachable = found.filter(({ address }) => mayReach(host, address))
    if (reachable.length === 0) throw new OutgoingError('refused', `${host} is at no address of the public internet`)
    if (url.protocol === 'http:' && !reachable.every(({ address }) => isLoopbackAddress(address))) {
      throw new OutgoingError('refused', `${host} may be called over https alone`)
    }
    return reachable
  }

  return {
    async send(text, request = {}) {
      const url = urlOf(text, loopback)
      const { timeoutMs = TIMEOUT_MS } = request
      const signal = AbortSignal.timeout(timeoutMs)
      const late = new Promise<never>((_, reject) => {
        const fail = () => reject(new OutgoingError('timeout', `${url.host} has not answered in ${timeoutMs} ms`))
        signal.addEventListener('abort', fail, { once: true })
      })
      const work = async () =>
        exchange(url, await addressesOf(url), request, { signal, ...(ca === undefined ? {} : { ca }) })
      return Promise.race([work(), late])
    },
  }
}

function urlOf(text: string, plain: boolean): URL {
  const url = URL.parse(text)
  if (!url || !(url.protocol === 'https:' || (plain && url.protocol === 'http:'))) {
    throw new OutgoingError('refused', 'only https URLs are called')
  }
  if (url.username !== '' || url.password !== '') throw new OutgoingError('refused', 'the URL holds a credential')
  return url
}

function exchange(
  url: URL,
  addresses: readonly Address[],
  { method = 'GET', headers = {}, body, longestAnswer = LONGEST_ANSWER }: OutgoingRequest,
  more: { signal: AbortSignal; ca?: string },
): Promise<OutgoingAnswer> {
  const options: RequestOptions = {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }) },
    lookup: toThese(addresses),
    // A connection that was kept would be to an address that nobody has looked at for this call.
    agent: false,
    ...more,
  }
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) =>
      reject(
        cause instanceof OutgoingError
          ? cause
          : new OutgoingError('unreachable', `${url.host} can't be reached`, cause),
      )
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    const sending = send(url, options, (response) => {
      const chunks: Buffer[] = []
      let length = 0
      response.on('data', (chunk: Buffer) => {
        length += chunk.length
        if (length <= longestAnswer) chunks.push(chunk)
        else response.destroy(new OutgoingError('too_large', `${url.host} answers more than ${longestAnswer} bytes`))
      })
      response.on('error', fail)
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      )
    })
    sending.on('error', fail)
    sending.end(body)
  })
}

/** In place of a second look at the name, which could say something else. */
function toThese(addresses: readonly Address[]): LookupFunction {
  return (host, { all }, callback) => {
    const [first] = addresses
    if (all) callback(null, [...addresses])
    else if (first) callback(null, first.address, first.family)
    else callback(new Error(`${host} has no address`), '', 4)
  }
}
