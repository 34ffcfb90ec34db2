/** For Koa: sets `ctx.state.keygrant`. */
import { problemType, type AdapterOptions } from './adapter.ts'
import { KeygrantError } from './errors.ts'
import type { Identity } from './identity.ts'
import type { Requirement } from './question.ts'
import type { Verifier } from './verifier.ts'

/** For `new Koa<KeygrantState>()` and routers. */
export interface KeygrantState {
  keygrant: Identity
}

/** As much of Koa's context as is used here. */
export interface KoaContext {
  readonly req: { readonly headers: Record<string, string | string[] | undefined>; readonly rawHeaders: string[] }
  /** The client's: behind a proxy by `app.proxy`. */
  readonly ip: string
  state: object
  status: number
  type: string
  body: unknown
  set(name: string, value: string): void
}

export type RequireScope = (
  scopes: string | readonly string[],
  requirement?: Requirement,
) => (ctx: KoaContext, next: () => Promise<unknown>) => Promise<void>

export function createRequireScope(verifier: Verifier, options: AdapterOptions<KoaContext> = {}): RequireScope {
  const { clientIp = (ctx) => ctx.ip, throwErrors = false } = options
  return (scopes, requirement) => {
    const decide = verifier.requireScope(scopes, requirement)
    return async (ctx, next) => {
      const { headers, rawHeaders } = ctx.req
      const decided = decide({ headers, rawHeaders, ip: clientIp(ctx) })
      const verdict = decided instanceof Promise ? await decided : decided
      if (!verdict.allowed && throwErrors) throw new KeygrantError(verdict)
      for (const [name, value] of verdict.headers()) ctx.set(name, value)
      if (verdict.allowed) {
        ;(ctx.state as KeygrantState).keygrant = verdict.identity
        await next()
        return
      }
      ctx.status = verdict.status
      ctx.body = JSON.stringify(verdict.problem())
      ctx.type = problemType
    }
  }
}
