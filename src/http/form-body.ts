/** A posted form, read whole but never without a bound: names and texts, and nothing that a name could turn them into. */
import type { Context } from 'koa'
import { readBody } from './body.ts'
import { Problem } from './problem.ts'

/** Refuses a longer body (413) and one of another type (415). */
export async function readFormBody(ctx: Context): Promise<URLSearchParams> {
  if (ctx.request.length === 0) return new URLSearchParams()
  if (!ctx.is('application/x-www-form-urlencoded')) {
    throw new Problem('unsupported_media_type', { detail: 'Send an HTML form (application/x-www-form-urlencoded).' })
  }
  return new URLSearchParams((await readBody(ctx.req)).toString('utf8'))
}
