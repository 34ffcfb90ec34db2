/** For Express 4 and 5: sets `req.keygrant`. */
import { problemType, type AdapterOptions } from './adapter.ts'
import { KeygrantError } from './errors.ts'
import type { Identity } from './identity.ts'
import type { Requirement } from './question.ts'
import type { Verdict } from './verdict.ts'
import type { Verifier } from './verifier.ts'

declare global {
  namespace Express {
    interface Request {
      /** Whose call it is; there behind `requireScope`. */
      keygrant?: Identity
    }
  }
}

/** As much of Express' request and response as is used here. */
export interface ExpressRequest {
  readonly headers: Record<string, string | string[] | undefined>
  readonly rawHeaders: string[]
  /** The client's: behind a proxy by `trust proxy`. */
  readonly ip?: string | undefined
  keygrant?: Identity
}

export interface ExpressResponse {
  statusCode: number
  setHeader(name: string, value: string): unknown
  end(body: string): unknown
}

export type RequireScope = (
  scopes: string | readonly string[],
  requirement?: Requirement,
) => (request: ExpressRequest, response: ExpressResponse, next: (error?: unknown) => void) => void

export function createRequireScope(verifier: Verifier, options: AdapterOptions<ExpressRequest> = {}): RequireScope {
  const { clientIp = (request) => request.ip, throwErrors = false } = options

  function settle(
    verdict: Verdict,
    request: ExpressRequest,
    response: ExpressResponse,
    next: (error?: unknown) => void,
  ) {
    if (!verdict.allowed && throwErrors) return next(new KeygrantError(verdict))
    for (const [name, value] of verdict.headers()) response.setHeader(name, value)
    if (verdict.allowed) {
      request.keygrant = verdict.identity
      return next()
    }
    response.statusCode = verdict.status
    response.setHeader('content-type', problemType)
    response.end(JSON.stringify(verdict.problem()))
  }

  async function settleLater(
    decided: Promise<Verdict>,
    ...[request, response, next]: Parameters<ReturnType<RequireScope>>
  ): Promise<void> {
    try {
      settle(await decided, request, response, next)
    } catch (error) {
      next(error)
    }
  }

  return (scopes, requirement) => {
    const decide = verifier.requireScope(scopes, requirement)
    return (request, response, next) => {
      const { headers, rawHeaders } = request
      const decided = decide({ headers, rawHeaders, ip: clientIp(request) })
      if (decided instanceof Promise) void settleLater(decided, request, response, next)
      else settle(decided, request, response, next)
    }
  }
}
