/** Where editors get the JSON Schema of a file, by the first line of an export. */
import type { PageRoute } from '../http/pages.ts'
import { applyJsonSchema, SCHEMA_PATH } from './json-schema.ts'

export function schemaRoutes(): PageRoute[] {
  // As fixed as the program's code.
  const text = JSON.stringify(applyJsonSchema())
  return [
    {
      method: 'GET',
      path: SCHEMA_PATH,
      access: 'anyone',
      handle({ ctx }) {
        ctx.set('access-control-allow-origin', '*')
        ctx.set('cache-control', 'public, max-age=3600')
        ctx.type = 'application/schema+json'
        ctx.body = text
      },
    },
  ]
}
