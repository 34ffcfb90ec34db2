/** The JSON body of a request to `/v1`. */
import type { Context } from 'koa'
import { LONGEST_BODY, readBody } from '../body.ts'
import { Problem } from '../problem.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * The parsed value, and the bytes that it came as; an empty body is `{}`, so that a POST without options needs none.
 * @param demandSigned looks at the bytes before anything else does
 * @throws {Problem} 413, 415, what `demandSigned` throws, or 400 for what is no JSON
 */
export async function readJsonBody(
  ctx: Context,
  longest = LONGEST_BODY,
  demandSigned?: (bytes: Buffer) => void,
): Promise<{ value: unknown; bytes: Buffer }> {
  const bytes = await readBody(ctx.req, longest)
  if (bytes.length > 0) demandJson(ctx)
  demandSigned?.(bytes)
  if (bytes.length === 0) return { value: {}, bytes }
  try {
    return { value: JSON.parse(utf8.decode(bytes)) as unknown, bytes }
  } catch (cause) {
    throw new Problem('bad_request', { cause, detail: 'The body is not JSON in UTF-8.' })
  }
}

/** @throws {Problem} 415 */
export function demandJson(ctx: Context): void {
  if (ctx.is('application/json', '+json')) return
  throw new Problem('unsupported_media_type', {
    detail: 'Send the body as JSON, with Content-Type: application/json.',
  })
}
