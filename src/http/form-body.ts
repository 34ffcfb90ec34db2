/** A posted form, read whole but never without a bound: names and texts, and nothing that a name could turn them into. */
import type { Context } from 'koa'
import { Problem } from './problem.ts'

const longestBody = 64 * 1024

/** Refuses a longer body (413) and one of another type (415). */
export async function readFormBody(ctx: Context): Promise<URLSearchParams> {
  if (ctx.request.length === 0) return new URLSearchParams()
  if (!ctx.is('application/x-www-form-urlencoded')) {
    throw new Problem('unsupported_media_type', { detail: 'Send an HTML form (application/x-www-form-urlencoded).' })
  }
  const chunks: Buffer[] = []
  let length = 0
  // Left open where reading stops early: on a closed socket nobody would get the answer.
  for await (const chunk of ctx.req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > longestBody) throw new Problem('payload_too_large')
    chunks.push(chunk)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
}
