/** For Fastify, as an `onRequest` hook: sets `request.keygrant`. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { problemType, type AdapterOptions } from './adapter.ts'
import { KeygrantError } from './errors.ts'
import type { Identity } from './identity.ts'
import type { Requirement } from './question.ts'
import type { Verifier } from './verifier.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose call it is; there behind `requireScope`. */
    keygrant?: Identity
  }
}

export type RequireScope = (
  scopes: string | readonly string[],
  requirement?: Requirement,
) => (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

export function createRequireScope(verifier: Verifier, options: AdapterOptions<FastifyRequest> = {}): RequireScope {
  const { clientIp = (request) => request.ip, throwErrors = false } = options
  return (scopes, requirement) => {
    const decide = verifier.requireScope(scopes, requirement)
    return async (request, reply) => {
      const { headers, rawHeaders } = request.raw
      const decided = decide({ headers, rawHeaders, ip: clientIp(request) })
      const verdict = decided instanceof Promise ? await decided : decided
      if (!verdict.allowed && throwErrors) throw new KeygrantError(verdict)
      for (const [name, value] of verdict.headers()) void reply.header(name, value)
      if (verdict.allowed) {
        request.keygrant = verdict.identity
        return undefined
      }
      void reply.code(verdict.status)
      void reply.type(problemType)
      // Fastify goes no further when a hook has sent an answer and gives it back.
      return reply.send(JSON.stringify(verdict.problem()))
    }
  }
}
