/** One HTTP request as it goes over the wire, with headers that no browser and no fetch would send. */
import { once } from 'node:events'
import { request as plainRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'

export interface RawRequest {
  method?: string
  path?: string
  headers?: Record<string, string>
  body?: string
  /** Over TLS, to whoever answers with this certificate. */
  ca?: string
}

export interface RawAnswer {
  status: number
  headers: Record<string, string>
  /** One entry a cookie, its attributes as they came. */
  cookies: string[]
  text: string
}

export async function ask(
  port: number,
  { method = 'GET', path = '/', headers = {}, body, ca }: RawRequest = {},
): Promise<RawAnswer> {
  const options: RequestOptions = { host: 'localhost', port, method, path, headers, agent: false }
  const request = ca === undefined ? plainRequest(options) : tlsRequest({ ...options, ca })
  request.end(body)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const { 'set-cookie': cookies = [], ...others } = response.headers
  return {
    status: response.statusCode ?? 0,
    headers: Object.fromEntries(Object.entries(others).map(([name, value]) => [name, String(value)])),
    cookies,
    text: await text(response),
  }
}

/** Sends these very bytes. @returns everything that comes back until the other side closes */
export async function sendBytes(port: number, bytes: string): Promise<string> {
  const socket = connect(port, 'localhost')
  await once(socket, 'connect')
  socket.end(bytes)
  return text(socket)
}

export const jsonOf = ({ text: body }: RawAnswer): Record<string, unknown> =>
  JSON.parse(body) as Record<string, unknown>
