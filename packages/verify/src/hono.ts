/** For Hono: sets `c.var.keygrant`. */
import type { Context, MiddlewareHandler } from 'hono'
import { problemType, type AdapterOptions } from './adapter.ts'
import { KeygrantError } from './errors.ts'
import type { Identity } from './identity.ts'
import type { Requirement } from './question.ts'
import type { Verifier } from './verifier.ts'

/** For `new Hono<KeygrantEnv>()`. */
export interface KeygrantEnv {
  Variables: { keygrant: Identity }
}

export type RequireScope = (
  scopes: string | readonly string[],
  requirement?: Requirement,
) => MiddlewareHandler<KeygrantEnv>

/** Each runtime has its own way to the client's address (`getConnInfo`): `clientIp` says it. */
export function createRequireScope(
  verifier: Verifier,
  options: AdapterOptions<Context<KeygrantEnv>> = {},
): RequireScope {
  const { clientIp = () => undefined, throwErrors = false } = options
  return (scopes, requirement) => {
    const decide = verifier.requireScope(scopes, requirement)
    return async (c, next) => {
      const decided = decide({ headers: c.req.raw.headers, ip: clientIp(c) })
      const verdict = decided instanceof Promise ? await decided : decided
      if (!verdict.allowed) {
        if (throwErrors) throw new KeygrantError(verdict)
        const headers = Object.fromEntries([...verdict.headers(), ['content-type', problemType]])
        return c.newResponse(JSON.stringify(verdict.problem()), verdict.status, headers)
      }
      c.set('keygrant', verdict.identity)
      await next()
      for (const [name, value] of verdict.headers()) c.res.headers.set(name, value)
    }
  }
}
