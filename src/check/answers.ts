/** From a verdict to what a gateway gets: status and headers, and never a body. */
import type { ServerResponse } from 'node:http'
import { headersOf } from '../limits/headers.ts'
import type { Catalogue } from '../resources/catalogue.ts'
import { checkCodes, type CheckCode } from './codes.ts'
import type { Verdict } from './decide.ts'
import { nobodysHeaders } from './derive.ts'
import type { Question } from './question.ts'

/** How a question changes the status; `null` where it couldn't be read. */
type Changes = Pick<Question, 'onLimit' | 'onOutage' | 'mode' | 'resource'> | null

export interface Answers {
  send(response: ServerResponse, requestId: string, verdict: Verdict, changes: Changes): void
}

export function createAnswers(options: {
  issuer: string
  catalogue: Pick<Catalogue, 'byIdentifier'>
  nowMs: () => number
}): Answers {
  const { issuer, catalogue, nowMs } = options

  /** RFC 6750, 3, and RFC 9728, 5.1: what is wrong, and where it says how to get a token. */
  function challenge({ code, missingScopes }: Verdict, changes: Changes): string {
    const name = changes && catalogue.byIdentifier(changes.resource)?.name
    const metadata = `resource_metadata="${issuer}/.well-known/oauth-protected-resource${name ? `/${name}` : ''}"`
    if (code === 'insufficient_scope') {
      // A scope is RFC 6749's, which has no quotes; a gateway's own question may hold anything.
      const scope = missingScopes.join(' ').replaceAll(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, '')
      return `Bearer error="insufficient_scope", scope="${scope}", ${metadata}`
    }
    // Who sent none is told no error (RFC 6750, 3.1).
    return code === 'missing' ? `Bearer ${metadata}` : `Bearer error="invalid_token", ${metadata}`
  }

  return {
    send(response, requestId, verdict, changes) {
      const { code, derived, limits, retryAfterSeconds } = verdict
      const real = checkCodes[code]
      const status = statusOf(code, changes)
      const headers = [
        'x-request-id',
        requestId,
        'cache-control',
        'no-store',
        'x-auth-code',
        code,
        'x-auth-status',
        String(real),
      ]
      if (status === 200) headers.push(...(derived?.headers ?? nobodysHeaders))
      if (limits && derived) headers.push(...headersOf(limits, derived.meters, nowMs()))
      if (retryAfterSeconds > 0) headers.push('retry-after', String(retryAfterSeconds))
      if (real === 401 || code === 'insufficient_scope') headers.push('www-authenticate', challenge(verdict, changes))
      headers.push('content-length', '0')
      response.writeHead(status, headers)
      response.end()
    },
  }
}

function statusOf(code: CheckCode, changes: Changes): number {
  const status = checkCodes[code]
  if (!changes || status === 200) return status
  if (changes.mode === 'observe') return 200
  if (status === 429 && changes.onLimit !== null) return changes.onLimit
  return status === 503 && changes.onOutage !== null ? changes.onOutage : status
}
