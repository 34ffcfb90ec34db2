/**
 * The management API as commands use it, wherever it is: in this process as whoever sits at the host (host.ts), or over
 * HTTP with a key (remote.ts). `openApi` of open.ts chooses.
 *
 *     await using api = await openApi(io)
 *     const tier = await answerOf(api, { method: 'GET', path: pathOf('/v1/tiers/:name', { name: 'pro' }) })
 */
import { ProblemFailure, type ProblemDocument } from './problem-failure.ts'

export interface ApiCall {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With its parameters filled in: see `pathOf`. */
  path: string
  query?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  body?: unknown
  /** Of a creating POST: with one, it is safe to send it again when the connection breaks. */
  idempotencyKey?: string
}

/** `document` is the answer's JSON as it is; null where there is no body. */
export type ApiReply = { ok: true; status: number; document: unknown } | { ok: false; problem: ProblemDocument }

export interface ApiClient extends AsyncDisposable {
  readonly where: 'host' | 'remote'
  /** @throws {CommandFailure} where no answer of the API came at all */
  call(call: ApiCall): Promise<ApiReply>
  /** What a route that has lines (`application/x-ndjson`) answers with, an object after the other. @throws {CommandFailure} */
  lines(call: Pick<ApiCall, 'path' | 'query'>): AsyncIterable<unknown>
}

/** The document of an answer. @throws {ProblemFailure} with the words of the problem, which end the command */
export async function answerOf<Document = unknown>(api: Pick<ApiClient, 'call'>, call: ApiCall): Promise<Document> {
  const reply = await api.call(call)
  if (!reply.ok) throw new ProblemFailure(reply.problem)
  return reply.document as Document
}

/** `/v1/keys/:id` with its parameters filled in, each encoded. */
export function pathOf(pattern: string, params: Readonly<Record<string, string>> = {}): string {
  return pattern.replaceAll(/:([a-z_]+)/g, (_, name: string) => {
    const value = params[name]
    if (value === undefined) throw new Error(`${pattern} has no ${name}`)
    return encodeURIComponent(value)
  })
}
