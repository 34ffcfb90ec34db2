/** A posted form as the text of a query. */
import type { Context } from 'koa'
import { Problem } from '../http/problem.ts'

const longestBody = 64 * 1024

export async function urlencoded(ctx: Context): Promise<string> {
  if (!ctx.is('application/x-www-form-urlencoded')) throw new Problem('unsupported_media_type')
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of ctx.req as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > longestBody) throw new Problem('payload_too_large')
    chunks.push(chunk)
  }
  // Parsed and written anew, so that what follows is a query and nothing else.
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8')).toString()
}
