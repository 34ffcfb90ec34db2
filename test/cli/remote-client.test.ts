import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openRemoteApi } from '../../src/cli/api/remote.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** Answers one request after the other as it is told, and remembers what was asked. */
let answers: Answer[] = []
let asked: { method: string; url: string; key: string; body: string; authorization: string }[] = []
let url = ''
let waited: number[] = []
let notes: string[] = []

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const { method = '', url: path = '', headers } = request
    const body = Buffer.concat(chunks).toString()
    const key = String(headers['idempotency-key'] ?? '')
    asked.push({ method, url: path, key, body, authorization: headers.authorization ?? '' })
    const answer = answers.shift()
    if (answer) answer(request, response)
    else response.writeHead(500).end()
  })
})

beforeEach(async () => {
  answers = []
  asked = []
  waited = []
  notes = []
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  url = `http://localhost:${(server.address() as AddressInfo).port}`
})
afterEach(() => {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(resolve))
})

const json =
  (status: number, document: unknown, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(document))
const limited = (seconds: string) =>
  json(429, { status: 429, code: 'rate_limited', title: 'Over a limit' }, { 'retry-after': seconds })
const breaksOff: Answer = (request) => request.socket.destroy()

const open = () =>
  openRemoteApi({
    url,
    apiKey: 'kg_live_x',
    note: (text) => notes.push(text),
    wait: (seconds) => {
      waited.push(seconds)
      return Promise.resolve()
    },
  })

const read = { method: 'GET', path: '/v1/tiers', query: { q: 'a b' } } as const
const create = { method: 'POST', path: '/v1/keys', body: { name: 'x' }, idempotencyKey: 'one' } as const

describe('a limit is waited for', () => {
  test('as long as the server says, and then asked again, whatever it was: nothing was done', async () => {
    answers = [limited('7'), limited('2'), json(201, { id: 'key_x' })]
    expect(await open().call({ method: 'POST', path: '/v1/keys', body: {} })).toEqual({
      ok: true,
      status: 201,
      document: { id: 'key_x' },
    })
    expect([waited, asked.length]).toEqual([[7, 2], 3])
    expect(notes).toEqual(['The server asks to wait for 7 s …', 'The server asks to wait for 2 s …'])
  })

  test('a few times, and not for minutes', async () => {
    answers = Array.from({ length: 9 }, () => limited('1'))
    expect(await open().call(read)).toMatchObject({ ok: false, problem: { code: 'rate_limited' } })
    expect(asked).toHaveLength(4)
    answers = [limited('3600')]
    expect(await open().call(read)).toMatchObject({ ok: false })
    expect(asked).toHaveLength(5)
  })
})

describe('a connection that breaks', () => {
  test('is tried again for what is read, and for what is created, by the same Idempotency-Key', async () => {
    answers = [breaksOff, json(200, { data: [] })]
    expect(await open().call(read)).toMatchObject({ ok: true })
    answers = [breaksOff, json(201, { id: 'key_x' })]
    expect(await open().call(create)).toMatchObject({ ok: true })
    expect(asked.slice(2).map(({ key, body }) => [key, body])).toEqual([
      ['one', '{"name":"x"}'],
      ['one', '{"name":"x"}'],
    ])
  })

  test('waits for the first of two that create the same', async () => {
    answers = [
      breaksOff,
      json(409, { status: 409, code: 'idempotency_key_in_use', title: '' }, { 'retry-after': '1' }),
      json(201, {}),
    ]
    expect(await open().call(create)).toMatchObject({ ok: true, status: 201 })
  })

  test('is not tried again for a change, which may have been made', async () => {
    answers = [breaksOff]
    const changing = open().call({ method: 'PATCH', path: '/v1/keys/key_x', body: {} })
    await expect(changing).rejects.toThrow(/can't be reached/)
    expect(asked).toHaveLength(1)
  })
})

describe('the key goes to the server that was named', () => {
  test('in a header, and a redirect is not followed', async () => {
    answers = [(_, response) => response.writeHead(308, { location: 'https://elsewhere.example.com/v1/tiers' }).end()]
    await expect(open().call(read)).rejects.toThrow(
      `${url} sends on to https://elsewhere.example.com/v1/tiers. Set KEYGRANT_URL to where the API itself is.`,
    )
    expect(asked).toMatchObject([{ url: '/v1/tiers?q=a+b', authorization: 'Bearer kg_live_x' }])
  })
})

test.for([
  ['a page', (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hi</h1>')],
  ['a proxy’s own error', (_, response) => response.writeHead(502).end('Bad gateway')],
  ['JSON that is no problem', json(404, { error: 'nope' })],
] as const satisfies [string, Answer][])('%s is no answer of the API, and is said to be none', async ([, answer]) => {
  answers = [answer]
  await expect(open().call(read)).rejects.toThrow(/with something else than Keygrant's API does/)
})

describe('lines', () => {
  const lines = async () => {
    const objects: unknown[] = []
    for await (const object of open().lines({ path: '/v1/usage' })) objects.push(object)
    return objects
  }

  test('are read one by one, however they are cut', async () => {
    answers = [
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/x-ndjson' })
        response.write('{"a":1}\n{"a"')
        setImmediate(() => response.end(':2}\n'))
      },
    ]
    expect(await lines()).toEqual([{ a: 1 }, { a: 2 }])
  })

  test('that end in the middle of one are told to be broken off', async () => {
    answers = [(_, response) => response.writeHead(200).end('{"a":1}\n{"a"')]
    await expect(lines()).rejects.toThrow('The answer broke off before its end.')
  })

  test('that are refused are a problem', async () => {
    answers = [json(403, { status: 403, code: 'insufficient_scope', title: 'A scope is missing', request_id: 'r1' })]
    await expect(lines()).rejects.toThrow('A scope is missing.\nRequest r1')
  })
})

test('what the server says can not command a terminal', async () => {
  answers = [json(409, { status: 409, code: 'conflict', title: 'x', detail: 'a\u001b[2Jb', request_id: '\u001b]0;c' })]
  const { answerOf } = await import('../../src/cli/api/client.ts')
  await expect(answerOf(open(), read)).rejects.toThrow('a\ufffd[2Jb\nRequest \ufffd]0;c')
})
