/** A route of `/v1` as data: what comes in and goes out (zod), who may call it, and the work. The table of them is the API. */
import type { IncomingHttpHeaders } from 'node:http'
import type { z } from 'zod'
import type { Clock } from '../../platform/clock.ts'
import type { Tx } from '../../platform/database.ts'
import type { Caller } from '../address.ts'
import type { ProblemCode } from '../problem.ts'
import type { Principal, Reach } from './principal.ts'
import type { ApiScope } from './scopes.ts'

/**
 * `anyone`: with or without a credential · `any-credential`: whoever has a valid one · `administrator`: who administers the
 * platform, with the scopes that what is asked for needs · else a scope or its `admin:` twin.
 */
export type Access = 'anyone' | 'any-credential' | 'administrator' | ApiScope

/** Who acts, and in which request: what the audit trail writes down. */
export interface ActingContext {
  actor: { kind: Exclude<Principal['subjectKind'], 'operator'> | 'cli' | 'system'; id: string | null }
  /** Null on the host, where there is no request. */
  requestId: string | null
  address: string | null
  clock: Clock
}

interface Request<P, Q, B> {
  params: P
  query: Q
  body: B
  caller: Caller
  requestId: string
  /** For `record`: who acts, and in which request. */
  context: ActingContext
}

/** What a handler gets by the route's access. */
export type ApiRequest<A extends Access, P, Q, B> = Request<P, Q, B> &
  (A extends 'anyone'
    ? object
    : A extends 'any-credential' | 'administrator'
      ? { principal: Principal }
      : { principal: Principal; reach: Reach })

/** In wire names. `secretId` names the secret (sec_…) that `body.secret` shows, so that a replay doesn't outlive it. */
export interface ApiAnswer<R> {
  status: 200 | 201 | 202 | 204
  body: R
  secretId?: string
  headers?: Readonly<Record<string, string>>
  /** Of a creating POST: called after its transaction has committed, so that nobody is told of what didn't happen. */
  afterwards?: () => void | Promise<void>
}

interface Definition<A extends Access, P, Q, B, R> {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** As @koa/router writes it: `/v1/keys/:id`. */
  path: `/v1/${string}`
  /** One line for the reference. */
  summary: string
  /** Its name in generated clients, where method and path say it badly: `rotateOwnKey`. */
  operation?: string
  access: A
  /** Strict objects: what they don't name is a fault. Path parameters are always strings. */
  params?: z.ZodType<P>
  query?: z.ZodType<Q>
  body?: z.ZodType<B>
  /** The answer's status and what its body is; null for none. The handler's answer is held against it. */
  answer: { status: 200 | 201 | 202 | 204; body: z.ZodType<R> | null }
  /** What else it answers, besides what every route does (bad input, credentials, limits, outages). */
  problems?: readonly ProblemCode[]
  /** Of an administrator of the platform, who has signed in within ten minutes, or whoever sits at the host. */
  needs?: 'fresh-sign-in'
  /** Unless said, calls with a valid credential are charged to it. */
  charge?: false
  /**
   * Of one for anyone, whose sender is known by a signature over the bytes that come: by the headers before a body is read,
   * then by the bytes before anything looks into them.
   * @throws {Problem} for whatever isn't signed; so does what it returns
   */
  signed?: (headers: IncomingHttpHeaders) => Promise<(body: Buffer) => void>
  /** In bytes. Unless said, 64 KiB. */
  longestBody?: number
}

/** An ordinary route; it opens its own transactions. */
interface PlainDefinition<A extends Access, P, Q, B, R> extends Definition<A, P, Q, B, R> {
  creates?: never
  handle(request: ApiRequest<A, P, Q, B>): Promise<ApiAnswer<R>>
  /**
   * What `Accept: application/x-ndjson` is answered with: all of it, an object a line, in blocks that are read as fast as
   * the caller takes them. Resolves with the first block read, so that a fault until then is answered as usual.
   */
  lines?(request: ApiRequest<A, P, Q, B>): Promise<AsyncIterable<readonly object[]>>
}

/**
 * A creating POST: it takes an `Idempotency-Key`, so it runs inside one transaction with the record of its answer, and
 * everything that it writes goes through `tx`.
 */
interface CreatingDefinition<A extends Access, P, Q, B, R> extends Definition<A, P, Q, B, R> {
  method: 'POST'
  creates: true
  handle(request: ApiRequest<A, P, Q, B> & { tx: Tx }): Promise<ApiAnswer<R>>
}

/** A route whose types are forgotten: they were checked where it was defined. */
export type ApiRoute = Omit<Definition<Access, never, never, never, never>, 'params' | 'query' | 'body' | 'answer'> & {
  params?: z.ZodType
  query?: z.ZodType
  body?: z.ZodType
  answer: { status: 200 | 201 | 202 | 204; body: z.ZodType | null }
  creates?: true
  handle(request: never): Promise<ApiAnswer<unknown>>
  lines?(request: never): Promise<AsyncIterable<readonly object[]>>
}

/** Checks a route's handler against its schemas. */
export function apiRoute<
  const A extends Access,
  P = Record<string, never>,
  Q = Record<string, never>,
  B = undefined,
  R = undefined,
>(route: PlainDefinition<A, P, Q, B, R> | CreatingDefinition<A, P, Q, B, R>): ApiRoute {
  return route
}
