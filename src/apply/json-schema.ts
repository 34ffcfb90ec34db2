/** What a file may say, as JSON Schema: for editors, which complete and check while one writes. */
import { z } from 'zod'
import { fileSchema } from './document.ts'

/** Below the issuer. */
export const SCHEMA_PATH = '/docs/apply.schema.json'

/** What only the server knows, names that are taken, say, isn't in it. */
export function applyJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(fileSchema, { io: 'input', unrepresentable: 'any' })
  return { $schema, title: 'A file for keygrant apply', ...schema }
}
