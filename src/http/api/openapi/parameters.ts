/** The parameters of an operation: one by one out of the strict objects that validate them. */
import type { z } from 'zod'
import type { DescribedOperation, OperationExample } from './described-operation.ts'
import type { Json, JsonObject, Schemas } from './json-schema.ts'

/** Draft ietf-httpapi-idempotency-key-header. */
export const idempotencyKey: JsonObject = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'A text of your choice for this one creation. Whoever sends the same again within 24 hours gets the answer of the first time, and nothing is made twice.',
  schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' },
  example: '8e03978e-40d5-43dd-bc93-6894a57f9324',
}

export function parametersOf(
  operation: DescribedOperation,
  schemas: Schemas,
  example: OperationExample | undefined,
): JsonObject[] {
  const { params, query, creates, headers = {} } = operation
  return [
    ...placed(schemas, 'path', params, example?.params),
    ...placed(schemas, 'query', query, example?.query),
    ...Object.entries(headers).map(([name, description]) => ({
      name,
      in: 'header',
      required: false,
      description,
      schema: { type: 'string' },
    })),
    ...(creates ? [{ $ref: '#/components/parameters/idempotency-key' }] : []),
  ]
}

function placed(
  schemas: Schemas,
  place: 'path' | 'query',
  schema: z.ZodType | undefined,
  examples: Readonly<Record<string, string>> = {},
): JsonObject[] {
  if (!schema) return []
  const { properties = {}, required = [] } = schemas.ofInput(schema)
  return Object.entries(properties as Record<string, JsonObject>).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: place === 'path' || (required as readonly string[]).includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
    ...(examples[name] === undefined ? {} : { example: exampleOf(rest, examples[name]) }),
  }))
}

/** In a URL everything is text; in an example it is what the schema says. */
function exampleOf({ type }: JsonObject, text: string): Json {
  if (type === 'integer' || type === 'number') return Number(text)
  return type === 'boolean' ? text === 'true' : text
}
