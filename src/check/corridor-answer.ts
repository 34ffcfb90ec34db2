/** How the corridors that answer in JSON do it: what verify and the revocation feed have in common. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Caller } from '../http/address.ts'
import { problemOf } from '../http/boundary.ts'
import { Problem, problemBody, type ProblemLinks } from '../http/problem.ts'
import { isUnencrypted, type NoteUnencrypted } from './exposure.ts'

/** Lets in what came by the right method, and encrypted. @throws {Problem} 405, or 403 */
export type Admit = (method: 'GET' | 'POST', request: IncomingMessage, caller: Caller, plainAllowed: boolean) => void

export function createAdmit({ https, note }: { https: boolean; note: NoteUnencrypted }): Admit {
  return (method, request, caller, plainAllowed) => {
    if (request.method !== method) throw new Problem('method_not_allowed', { headers: { allow: method } })
    if (https && isUnencrypted(caller, plainAllowed)) {
      note(request, caller)
      throw new Problem('https_required')
    }
  }
}

/** Tells an error as the problem that it is. */
export type Refuse = (response: ServerResponse, requestId: string, error: unknown) => void

export function createRefuse({ links, onError }: { links: ProblemLinks; onError(error: unknown): void }): Refuse {
  return (response, requestId, error) => {
    const problem = problemOf(error)
    // An outage is told by what has failed, and not by each of thousands who ask meanwhile.
    if (problem.status >= 500 && problem.code !== 'unavailable') onError(problem.cause ?? error)
    const { retryAfterSeconds, headers } = problem
    const more = Object.entries(headers).flat()
    if (retryAfterSeconds !== null) more.push('retry-after', String(retryAfterSeconds))
    sendJson(response, problem.status, requestId, problemBody(problem, requestId, links), more)
  }
}

/** @param more further headers, names and values in turn */
export function sendJson(
  response: ServerResponse,
  status: number,
  requestId: string,
  body: object,
  more: string[],
): void {
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
