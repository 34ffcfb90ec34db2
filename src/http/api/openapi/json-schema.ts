/** From the schemas that validate to those that are read: zod to JSON Schema 2020-12, named ones as components. */
import { z } from 'zod'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }
export type JsonObject = Readonly<Record<string, Json>>

export interface Schemas {
  /** What a request may send. */
  ofInput(schema: z.ZodType): JsonObject
  /** What an answer holds. */
  ofOutput(schema: z.ZodType): JsonObject
  /** Those that have a name (`.meta({ id })`), by it; filled as the others are asked for. */
  components: Record<string, JsonObject>
}

type Direction = 'input' | 'output'

/** What isn't said of a number goes on as long as a double counts exactly: no limit of ours. */
const BEYOND = Number.MAX_SAFE_INTEGER

const zodsPath = '#/$defs/'
const componentPath = '#/components/schemas/'

export function createSchemas(): Schemas {
  const components: Record<string, JsonObject> = {}

  /** @throws for what JSON can't say, and where one name would be two things */
  function convert(schema: z.ZodType, io: Direction): JsonObject {
    const {
      $schema: _,
      $defs = {},
      ...root
    } = z.toJSONSchema(schema, {
      io,
      target: 'draft-2020-12',
      override: ({ jsonSchema }) => mend(jsonSchema, io, convert),
    })
    for (const [id, definition] of Object.entries($defs)) {
      if (id.startsWith('__')) throw new Error('a schema that holds itself needs a name: give it a .meta({ id })')
      const [name, tidied] = [nameOf(id, io), tidy(definition as Json, io) as JsonObject]
      const known = components[name]
      if (known && JSON.stringify(known) !== JSON.stringify(tidied)) {
        throw new Error(`two schemas are called ${name}: give one of them another .meta({ id })`)
      }
      components[name] = tidied
    }
    return tidy(root as Json, io) as JsonObject
  }

  const once = (io: Direction) => {
    const known = new Map<z.ZodType, JsonObject>()
    return (schema: z.ZodType) => {
      const converted = known.get(schema) ?? convert(schema, io)
      known.set(schema, converted)
      return converted
    }
  }

  return { ofInput: once('input'), ofOutput: once('output'), components }
}

/** Defaults and unknown fields make what comes in another thing than what goes out. */
function nameOf(id: string, io: Direction): string {
  return io === 'output' || id.endsWith('Request') ? id : `${id}Input`
}

type Convert = (schema: z.ZodType, io: Direction) => JsonObject

function mend(schema: Record<string, unknown>, io: Direction, convert: Convert): void {
  // What is taken as it is and looked at later, row by row.
  const { describedAs } = schema
  if (describedAs instanceof z.ZodType) {
    delete schema['describedAs']
    Object.assign(schema, convert(describedAs, io))
    return
  }
  // Answers may gain fields, and a client that was generated before must live with them.
  if (io === 'output' && schema['additionalProperties'] === false) delete schema['additionalProperties']
  // Two hundred characters that say what the format says; in UTC, as the description of the API tells.
  if (schema['format'] !== undefined) delete schema['pattern']
  // Half of the languages that clients are generated in know no classes of characters, and fail at such a pattern.
  if (String(schema['pattern']).includes('\\p{')) delete schema['pattern']
  if (schema['type'] !== 'integer') return
  if (schema['maximum'] === BEYOND) {
    delete schema['maximum']
    // Counters outgrow what clients in other languages take for an integer.
    schema['format'] = 'int64'
  }
  if (schema['minimum'] === -BEYOND) delete schema['minimum']
}

function tidy(value: Json, io: Direction): Json {
  if (Array.isArray(value)) return value.map((one: Json) => tidy(one, io))
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).map(([name, inner]): [string, Json] =>
    name === '$ref' && typeof inner === 'string' && inner.startsWith(zodsPath)
      ? [name, componentPath + nameOf(inner.slice(zodsPath.length), io)]
      : [name, tidy(inner, io)],
  )
  return nullable(Object.fromEntries(entries))
}

/** `{ type: [string, null] }` reads better than one of two schemas. */
function nullable(schema: JsonObject): JsonObject {
  const { anyOf, ...rest } = schema
  if (!Array.isArray(anyOf) || anyOf.length !== 2) return schema
  const [one, other] = anyOf as [JsonObject, JsonObject]
  const { type, enum: values, const: constant, ...more } = one
  const isNull = other['type'] === 'null' && Object.keys(other).length === 1
  if (!isNull || typeof type !== 'string' || constant !== undefined) return schema
  const named = Array.isArray(values) ? { enum: [...(values as Json[]), null] } : {}
  return { ...more, ...rest, type: [type, 'null'], ...named }
}
