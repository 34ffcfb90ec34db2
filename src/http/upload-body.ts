/** A posted form that may bring files (RFC 7578), read whole but never without a bound. */
import type { Context } from 'koa'
import { readBody } from './body.ts'
import type { FormFields } from './forms.ts'
import { Problem } from './problem.ts'

/** The largest file that is taken, and what stands around it. */
const LONGEST_UPLOAD = 128 * 1024

export interface Upload {
  fields: FormFields
  /** Those that were chosen, by their fields. */
  files: ReadonlyMap<string, Buffer>
}

/** Refuses a longer body (413), and one that can't be read (400). */
export async function readUploadBody(ctx: Context): Promise<Upload> {
  const body = await readBody(ctx.req, LONGEST_UPLOAD)
  const form = await parse(body, ctx.get('content-type'))
  const fields = new Map<string, string[]>()
  const files = new Map<string, Buffer>()
  for (const [name, value] of form.entries()) {
    if (typeof value === 'string') fields.set(name, [...(fields.get(name) ?? []), value])
    // A field without a file comes as one without a byte.
    else if (value.size > 0) files.set(name, Buffer.from(await value.arrayBuffer()))
  }
  return { fields: Object.fromEntries(fields), files }
}

async function parse(body: Buffer, type: string): Promise<FormData> {
  try {
    return await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
  } catch (cause) {
    throw new Problem('bad_request', { detail: 'The form could not be read.', cause })
  }
}
