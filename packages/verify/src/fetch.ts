/** For handlers of the Fetch standard, `(request) => response`: the identity is the second argument. */
import { problemType, type AdapterOptions } from './adapter.ts'
import { KeygrantError } from './errors.ts'
import type { Identity } from './identity.ts'
import type { Requirement } from './question.ts'
import type { HeaderPairs } from './rate-limit.ts'
import type { Verifier } from './verifier.ts'

/** What the runtime passes besides the request comes after the identity. */
export type IdentifiedHandler<Rest extends unknown[]> = (
  request: Request,
  keygrant: Identity,
  ...rest: Rest
) => Response | Promise<Response>

export type RequireScope = (
  scopes: string | readonly string[],
  requirement?: Requirement,
) => <Rest extends unknown[]>(
  handler: IdentifiedHandler<Rest>,
) => (request: Request, ...rest: Rest) => Promise<Response>

/** Each runtime has its own way to the client's address: `clientIp` says it. */
export function createRequireScope(verifier: Verifier, options: AdapterOptions<Request> = {}): RequireScope {
  const { clientIp = () => undefined, throwErrors = false } = options
  return (scopes, requirement) => {
    const decide = verifier.requireScope(scopes, requirement)
    return (handler) =>
      async (request, ...rest) => {
        const decided = decide({ headers: request.headers, ip: clientIp(request) })
        const verdict = decided instanceof Promise ? await decided : decided
        if (verdict.allowed) return withHeaders(await handler(request, verdict.identity, ...rest), verdict.headers())
        if (throwErrors) throw new KeygrantError(verdict)
        const headers = Object.fromEntries([...verdict.headers(), ['content-type', problemType]])
        return new Response(JSON.stringify(verdict.problem()), { status: verdict.status, headers })
      }
  }
}

function withHeaders(response: Response, headers: HeaderPairs): Response {
  try {
    for (const [name, value] of headers) response.headers.set(name, value)
    return response
  } catch {
    // Those of a redirect, and of what fetch gave, can't be changed.
    return withHeaders(new Response(response.body, response), headers)
  }
}
