/** The API over HTTP, with a key: patient with limits and with connections that break, where asking again is safe. */
import { setTimeout as delay } from 'node:timers/promises'
import { CommandFailure } from '../failure.ts'
import { printable } from '../output.ts'
import type { ApiCall, ApiClient, ApiReply } from './client.ts'
import { ProblemFailure, type ProblemDocument } from './problem-failure.ts'
import type { RemoteAddress } from './remote-address.ts'

/** An import of a thousand slow hashes may take this long. */
const ANSWER_TIMEOUT_MS = 120_000

/** How often it is asked again: after a wait that the server asks for, and after a connection that broke. */
const MOST_WAITS = 3
const MOST_RECONNECTS = 2
/** Who has to wait longer is told so in place of a silent command. */
const LONGEST_WAIT_SECONDS = 60

export interface RemoteOptions extends RemoteAddress {
  /** Told of each wait, for people. */
  note(text: string): void
  /** In place of the real passing of time, for tests. */
  wait?(seconds: number): Promise<void>
}

export function openRemoteApi({ url, apiKey, note, wait = waitFor }: RemoteOptions): ApiClient {
  async function send(call: ApiCall, accept: string, attempt = 0): Promise<Response> {
    const again = (seconds: number) => wait(seconds).then(() => send(call, accept, attempt + 1))
    let response: Response
    try {
      response = await fetch(addressOf(url, call), requestOf(call, accept, apiKey))
    } catch (error) {
      if (attempt < MOST_RECONNECTS && isRepeatable(call) && !isTimeout(error)) return again(2 ** attempt / 4)
      throw unreachable(url, error)
    }
    const seconds = retryAfterOf(response)
    if (seconds === null || seconds > LONGEST_WAIT_SECONDS || attempt >= MOST_WAITS) return response
    if (!mayAskAgain(response, call, attempt)) return response
    await response.body?.cancel()
    note(`The server asks to wait for ${seconds} s …`)
    return again(seconds)
  }

  return {
    where: 'remote',
    async call(call) {
      const response = await send(call, 'application/json')
      return replyOf(url, response)
    },
    async *lines(call) {
      const response = await send({ ...call, method: 'GET' }, 'application/x-ndjson')
      if (!response.ok || !response.body) {
        const reply = await replyOf(url, response)
        throw reply.ok ? new CommandFailure(notThis(url, response)) : new ProblemFailure(reply.problem)
      }
      yield* objectsOf(response.body)
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

const waitFor = (seconds: number): Promise<void> => delay(seconds * 1000)

function addressOf(url: string, { path, query = {} }: ApiCall): string {
  const search = new URLSearchParams(query).toString()
  return `${url}${path}${search === '' ? '' : `?${search}`}`
}

function requestOf({ method, body, idempotencyKey }: ApiCall, accept: string, apiKey: string): RequestInit {
  return {
    method,
    headers: {
      accept,
      authorization: `Bearer ${apiKey}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    // The key goes to the server that was named, and to no other that it names.
    redirect: 'manual',
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  }
}

/** What may have been done without an answer is asked for again only where doing it twice is doing it once. */
const isRepeatable = ({ method, idempotencyKey }: ApiCall): boolean =>
  method === 'GET' || method === 'PUT' || idempotencyKey !== undefined

/** What is over a limit was not begun, whatever it is; what still runs is the same that was sent before. */
function mayAskAgain({ status }: Response, call: ApiCall, attempt: number): boolean {
  return status === 429 || (status === 503 && isRepeatable(call)) || (status === 409 && attempt > 0)
}

const isTimeout = (error: unknown): boolean => (error as Error).name === 'TimeoutError'

function retryAfterOf({ headers }: Response): number | null {
  const text = headers.get('retry-after')
  return text !== null && /^\d+$/.test(text) ? Number(text) : null
}

async function replyOf(url: string, response: Response): Promise<ApiReply> {
  const { status } = response
  const text = await response.text().catch(() => {
    throw brokenOff()
  })
  const document = parsed(text)
  if (status === 204) return { ok: true, status, document: null }
  if (response.ok && document !== undefined) return { ok: true, status, document }
  if (status >= 400 && isProblem(document)) return { ok: false, problem: document }
  throw new CommandFailure(notThis(url, response))
}

/** Something in between answered, or what was named is no server of this kind. */
function notThis(url: string, { status, headers }: Response): string {
  const location = headers.get('location')
  if (status >= 300 && status < 400 && location !== null) {
    return `${url} sends on to ${printable(location)}. Set KEYGRANT_URL to where the API itself is.`
  }
  return `${url} answered ${status} with something else than Keygrant's API does. Is KEYGRANT_URL where the API is?`
}

function unreachable(url: string, error: unknown): CommandFailure {
  if (isTimeout(error)) return new CommandFailure(`${url} did not answer within ${ANSWER_TIMEOUT_MS / 1000} s.`)
  const { cause, message } = error as Error
  const { code, message: because } = (cause ?? {}) as { code?: unknown; message?: unknown }
  const why = [code, because, message].find((one) => typeof one === 'string' && one !== '') as string
  return new CommandFailure(`${url} can't be reached (${printable(why)}). Is KEYGRANT_URL right, and does it run?`)
}

function isProblem(document: unknown): document is ProblemDocument {
  if (typeof document !== 'object' || document === null) return false
  const { code, title, status } = document as Record<string, unknown>
  return typeof code === 'string' && typeof title === 'string' && typeof status === 'number'
}

/** Undefined: no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** @throws {CommandFailure} where the last line isn't whole: the answer was cut */
async function* objectsOf(body: ReadableStream<Uint8Array>): AsyncGenerator {
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for await (const chunk of body) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) yield JSON.parse(line) as unknown
    }
  } catch {
    throw brokenOff()
  }
  if (rest !== '') throw brokenOff()
}

const brokenOff = () => new CommandFailure('The answer broke off before its end.')
