/** What checks are asked in the rounds, as the bytes that go over the wire. */
import type { Question } from './barrage.ts'
import { checkedApis } from './check-data.ts'
import { warmKeys } from './keys.ts'

const { jwt, opaque } = checkedApis

export const paths = {
  check: `/v1/check?${new URLSearchParams({ scope: jwt.scope, resource: jwt.identifier }).toString()}`,
  checkOpaque: `/v1/check?${new URLSearchParams({ scope: opaque.scope, resource: opaque.identifier }).toString()}`,
  policy: `/v1/check/@${jwt.name}/v1/reports/42`,
}

export function getRequest(path: string, headers: Readonly<Record<string, string>>): Buffer {
  return Buffer.from(`GET ${path} HTTP/1.1\r\n${linesOf(headers)}\r\n`, 'latin1')
}

export function postRequest(path: string, headers: Readonly<Record<string, string>>, body: string): Buffer {
  const length = { 'content-length': String(Buffer.byteLength(body)) }
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${linesOf({ ...headers, ...length })}\r\n${body}`)
}

function linesOf(headers: Readonly<Record<string, string>>): string {
  return Object.entries({ host: '127.0.0.1', ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')
}

/** The same ones again and again, made before. */
export function inTurns(requests: readonly Buffer[], statuses: readonly number[] = [200]): Question {
  let turn = 0
  return { next: () => requests[turn++ % requests.length]!, statuses }
}

/** Another one each time, made when it is asked. */
export function everNew(requestOf: (number: number) => Buffer, statuses: readonly number[] = [200]): Question {
  let number = 0
  return { next: () => requestOf(number++), statuses }
}

/** `many` requests, each with another key. */
export function ofKeys(request: (key: string) => Buffer, keyOf: (number: number) => string, many = warmKeys): Buffer[] {
  return Array.from({ length: many }, (_, number) => request(keyOf(number)))
}

/** Far from each other in the order in which keys were made, and each once before any comes again. */
export function scattered(number: number, many: number): number {
  return (number * 7_368_787) % many
}
