/** A client of a gateway, honest or not: it sends what it is told to, byte for byte, from an address of its choice. */
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'

export interface Sent {
  method?: string
  /** An API key, as a bearer token. */
  key?: string | undefined
  /** Sent one by one, in this order and this spelling. */
  headers?: readonly (readonly [name: string, value: string])[]
  body?: string
  /** Of the client: all of 127.0.0.0/8 is this machine. */
  from?: string
}

export interface Got {
  status: number
  /** Names in lower case; what came twice has a comma in it. */
  headers: Readonly<Record<string, string>>
  text: string
}

/** Another address than the gateway's own, which Keygrant trusts. */
export const clientAddress = '127.0.0.2'

export async function send(port: number, path: string, sent: Sent = {}): Promise<Got> {
  const { method = 'GET', key, headers = [], body, from = clientAddress } = sent
  const outgoing = httpRequest({
    host: '127.0.0.1',
    port,
    localAddress: from,
    method,
    path,
    agent: false,
    headers: [
      ['Host', 'api.example.com'],
      ...(key === undefined ? [] : [['Authorization', `Bearer ${key}`]]),
      ...(body === undefined ? [] : [['Content-Length', String(Buffer.byteLength(body))]]),
      ...headers,
    ].flat(),
  })
  outgoing.end(body)
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  const got: Record<string, string> = {}
  for (const [name, values] of Object.entries(response.headersDistinct)) got[name] = (values ?? []).join(', ')
  return { status: response.statusCode ?? 0, headers: got, text: await text(response) }
}

/** Everything that comes back for these very bytes. */
export async function sendRaw(port: number, bytes: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: clientAddress })
  await once(socket, 'connect')
  socket.write(bytes)
  return text(socket)
}
