/**
 * One kept-alive HTTP/1.1 connection with one request on it at a time. A client library would take as much of a CPU as the
 * server that is measured; this takes a small part of that.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface Reply {
  status: number
  /** By lower-case name; the last one counts. */
  header(name: string): string | null
  /** All that it sets, as a browser sends them back. */
  cookies(): string
  body: string
}

export interface Connection extends Disposable {
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Reply>
  post(path: string, form: URLSearchParams, headers?: Readonly<Record<string, string>>): Promise<Reply>
  delete(path: string, headers?: Readonly<Record<string, string>>): Promise<Reply>
}

export async function openConnection(port: number): Promise<Connection> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  await once(socket, 'connect')
  const host = `host: 127.0.0.1:${port}\r\n`
  const exchange = exchangeOn(socket)
  const lines = (headers: Readonly<Record<string, string>>) =>
    Object.entries(headers).reduce((text, [name, value]) => `${text}${name}: ${value}\r\n`, host)
  return {
    get: (path, headers = {}) => exchange(`GET ${path} HTTP/1.1\r\n${lines(headers)}\r\n`),
    post(path, form, headers = {}) {
      const body = form.toString()
      const type = `content-type: application/x-www-form-urlencoded\r\ncontent-length: ${body.length}\r\n`
      return exchange(`POST ${path} HTTP/1.1\r\n${lines(headers)}${type}\r\n${body}`)
    },
    delete: (path, headers = {}) => exchange(`DELETE ${path} HTTP/1.1\r\n${lines(headers)}\r\n`),
    [Symbol.dispose]: () => void socket.destroy(),
  }
}

function exchangeOn(socket: Socket): (request: string) => Promise<Reply> {
  let waiting: PromiseWithResolvers<Reply> | null = null
  let received = ''

  socket.setEncoding('latin1')
  socket.on('data', (text: string) => {
    received += text
    try {
      const reply = whole(received)
      if (!reply) return
      received = ''
      waiting?.resolve(reply)
    } catch (error) {
      waiting?.reject(error)
    }
    waiting = null
  })
  const broken = (error?: Error) => waiting?.reject(error ?? new Error('the server closed the connection'))
  socket.on('error', broken)
  socket.on('close', () => broken())

  return (request) => {
    waiting = Promise.withResolvers<Reply>()
    socket.write(request)
    return waiting.promise
  }
}

/** The reply, once all of it is here. Every answer with a body says its length. */
function whole(received: string): Reply | null {
  const headEnd = received.indexOf('\r\n\r\n')
  if (headEnd === -1) return null
  const head = received.slice(0, headEnd)
  const header = (name: string) => {
    const at = head.toLowerCase().lastIndexOf(`\r\n${name}:`)
    if (at === -1) return null
    const end = head.indexOf('\r\n', at + 2)
    return head.slice(at + name.length + 3, end === -1 ? undefined : end).trim()
  }
  const cookies = () => Array.from(head.matchAll(/\r\nset-cookie: *([^;\r]*)/gi), ([, pair]) => pair).join('; ')
  const status = Number(head.slice(9, 12))
  const length = header('content-length') ?? (status === 204 ? '0' : null)
  if (length === null) throw new Error(`an answer without a length:\n${head}`)
  const body = received.slice(headEnd + 4)
  if (body.length < Number(length)) return null
  return { status, header, cookies, body }
}
