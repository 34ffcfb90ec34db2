/** `POST /v1/keys/verify` and `/verify-batch`, before Koa like checks: gateways and SDKs ask as often. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Principal } from '../http/api/principal.ts'
import { checkInput } from '../http/api/input.ts'
import { readBody } from '../http/body.ts'
import type { Soon } from '../platform/soon.ts'
import { callerOf, type Caller, type TrustedProxies } from '../http/address.ts'
import { requestIdOf } from '../http/entrance.ts'
import { Problem } from '../http/problem.ts'
import { sendJson, type Admit, type Refuse } from './corridor-answer.ts'
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
  admit: Admit
  refuse: Refuse
}): VerifyCorridor {
  const { verify, authenticate, isTrusted, admit, refuse } = options

  function principalOf(request: IncomingMessage, caller: Caller, plainAllowed: boolean): Soon<Principal> {
    admit('POST', request, caller, plainAllowed)
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
    const admitted = principalOf(request, caller, plainAllowed)
    const principal = admitted instanceof Promise ? await admitted : admitted
    demandNoQuery(request.url ?? '')
    const body = await readBody(request, kind === 'batch' ? LONGEST_BATCH : undefined)
    return answer(principal, kind, body)
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
        (body) => sendJson(response, 200, requestId, body, []),
        (error: unknown) => refuse(response, requestId, error),
      )
      return true
    },
  }
}

const noParameters = z.strictObject({})

/** @throws {Problem} 400 */
function demandNoQuery(url: string): void {
  const mark = url.indexOf('?')
  if (mark === -1) return
  const value = Object.fromEntries(new URLSearchParams(url.slice(mark + 1)))
  checkInput([{ place: 'query', schema: noParameters, value }])
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
