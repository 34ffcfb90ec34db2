/** `GET /v1/openapi.json`: the description of the API, made when somebody first asks for it and kept. */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { Middleware } from 'koa'
import { z } from 'zod'
import { Problem } from '../../problem.ts'
import type { DescribedOperation } from './described-operation.ts'
import type { JsonObject } from './json-schema.ts'

const path = '/v1/openapi.json'

export const descriptionOperation: DescribedOperation = {
  method: 'GET',
  path,
  operation: 'getDescription',
  summary: 'Read this document',
  access: 'anyone',
  charge: false,
  answer: { status: 200, body: z.looseObject({ openapi: z.string() }) },
  cached: true,
}

/** Long enough for whoever generates a client or reads on; an update of the server is seen soon after. */
const MAX_AGE_SECONDS = 300

interface Made {
  etag: string
  body: Buffer
  gzipped: Buffer
}

/**
 * Ahead of the table, whose answers nobody keeps: this one is the same for everybody.
 * @param current what the description depends on: made anew once this is another
 */
export function descriptionPage(describe: () => Promise<JsonObject>, current: () => unknown): Middleware {
  let making: { of: unknown; made: Promise<Made> } | undefined
  return async (ctx, next) => {
    // Whoever begins at the root is told where everything else is (RFC 8631).
    if (ctx.path === '/v1' || ctx.path === '/v1/') ctx.set('link', `<${path}>; rel="service-desc"`)
    if (ctx.path !== path) {
      await next()
      return
    }
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') {
      throw new Problem('method_not_allowed', { headers: { allow: 'GET, HEAD' } })
    }
    const of = current()
    if (!making || making.of !== of) making = { of, made: describe().then(make) }
    const made = await making.made
    ctx.set('access-control-allow-origin', '*')
    ctx.set('cache-control', `public, max-age=${MAX_AGE_SECONDS}`)
    ctx.vary('accept-encoding')
    ctx.etag = made.etag
    ctx.status = 200
    if (ctx.fresh) {
      ctx.status = 304
      return
    }
    const gzip = ctx.acceptsEncodings('gzip', 'identity') === 'gzip'
    if (gzip) ctx.set('content-encoding', 'gzip')
    ctx.body = gzip ? made.gzipped : made.body
    ctx.type = 'application/json'
  }
}

function make(document: JsonObject): Made {
  const body = Buffer.from(JSON.stringify(document))
  const etag = createHash('sha256').update(body).digest('base64url').slice(0, 22)
  return { etag, body, gzipped: gzipSync(body) }
}
