/** `POST /v1/keys/verify` and `/verify-batch`, before Koa like checks: gateways and SDKs ask as often. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { z } from 'zod'
import type { Principal } from '../http/api/principal.ts'
import { checkInput } from '../http/api/input.ts'
import { readBody } from '../http/body.ts'
import type { Soon } from '../platform/soon.ts'
import { callerOf, type Caller, type TrustedProxies } from '../http/address.ts'
import { problemOf } from '../http/boundary.ts'
import { requestIdOf } from '../http/entrance.ts'
import { Problem, problemBody, type ProblemLinks } from '../http/problem.ts'
import { isUnencrypted, type NoteUnencrypted } from './exposure.ts'
import { verifyBatchRequest, verifyRequest, type Verify } from './verify.ts'

export interface VerifyCorridor {
  /** Answers a verify; false: it is none. */
  serve(request: IncomingMessage, response: ServerResponse, plainAllowed: boolean): boolean
}

/** A batch holds up to a hundred credentials. */
const LONGEST_BATCH = 512 * 1024

const routes: Readonly<Record<string, 'one' | 'batch'>> = {
  '/v1/keys/verify': 'one',
  '/v1/keys/verify-batch': 'batch',
}

export function createVerifyCorridor(options: {
  verify: Verify
  /** @throws {Problem} */
  authenticate(request: IncomingMessage, address: string): Soon<Principal>
  isTrusted: TrustedProxies
  https: boolean
  links: ProblemLinks
  noteUnencrypted: NoteUnencrypted
  onError(error: unknown): void
}): VerifyCorridor {
  const { verify, authenticate, isTrusted, https, links, noteUnencrypted, onError } = options

  function admit(request: IncomingMessage, caller: Caller, plainAllowed: boolean): Soon<Principal> {
    if (request.method !== 'POST') throw new Problem('method_not_allowed', { headers: { allow: 'POST' } })
    if (https && isUnencrypted(caller, plainAllowed)) {
      noteUnencrypted(request, caller)
      throw new Problem('https_required')
    }
    if (!json.test((request.headers['content-type'] ?? '').trim()))
      throw new Problem('unsupported_media_type', {
        detail: 'Send the body as JSON, with Content-Type: application/json.',
      })
    return authenticate(request, caller.address)
  }

  function answer(principal: Principal, kind: 'one' | 'batch', body: Buffer): Soon<object> {
    if (kind === 'one') return verify(principal, parsed(body, verifyRequest))
    const { requests } = parsed(body, verifyBatchRequest)
    return Promise.all(requests.map(async (one) => verify(principal, one))).then((results) => ({ results }))
  }

  async function serve(request: IncomingMessage, caller: Caller, kind: 'one' | 'batch', plainAllowed: boolean) {
    const admitted = admit(request, caller, plainAllowed)
    const principal = admitted instanceof Promise ? await admitted : admitted
    const body = await readBody(request, kind === 'batch' ? LONGEST_BATCH : undefined)
    return answer(principal, kind, body)
  }

  function send(response: ServerResponse, status: number, requestId: string, body: object, more: string[]): void {
    const text = JSON.stringify(body)
    const length = Buffer.byteLength(text)
    const type = status === 200 ? 'application/json' : 'application/problem+json'
    response.writeHead(status, [
      'x-request-id',
      requestId,
      'cache-control',
      'no-store',
      'content-type',
      type,
      'content-length',
      String(length),
      ...more,
    ])
    // Plain ASCII goes out with the head as it is; UTF-8 is encoded anew, which takes longer than making the answer.
    response.end(text, length === text.length ? 'latin1' : 'utf8')
  }

  function refuse(response: ServerResponse, requestId: string, error: unknown): void {
    const problem = problemOf(error)
    // An outage is told by what has failed, and not by each of thousands who ask meanwhile.
    if (problem.status >= 500 && problem.code !== 'unavailable') onError(problem.cause ?? error)
    const { retryAfterSeconds, headers } = problem
    const more = Object.entries(headers).flat()
    if (retryAfterSeconds !== null) more.push('retry-after', String(retryAfterSeconds))
    send(response, problem.status, requestId, problemBody(problem, requestId, links), more)
  }

  return {
    serve(request, response, plainAllowed) {
      const url = request.url ?? ''
      const mark = url.indexOf('?')
      const kind = routes[mark === -1 ? url : url.slice(0, mark)]
      if (kind === undefined) return false
      const caller = callerOf(request, isTrusted)
      const requestId = requestIdOf(request, caller)
      serve(request, caller, kind, plainAllowed).then(
        (body) => send(response, 200, requestId, body, []),
        (error: unknown) => refuse(response, requestId, error),
      )
      return true
    },
  }
}

const json = /^application\/(?:[\w.-]+\+)?json(?:;|$)/i

/** @throws {Problem} 400 */
function parsed<T extends z.ZodType>(body: Buffer, schema: T): z.output<T> {
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch (cause) {
    throw new Problem('bad_request', { cause, detail: 'The body is not JSON.' })
  }
  return checkInput([{ place: 'body', schema, value }]).body as z.output<T>
}
