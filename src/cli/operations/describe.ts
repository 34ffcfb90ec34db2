/** From the schemas of a route to what the command needs to know of it. */
import { z } from 'zod'
import type { ApiRoute } from '../../http/api/route.ts'
import type { Field, Fields, Operation } from './operation.ts'

type Described = Pick<ApiRoute, 'method' | 'path' | 'query' | 'body' | 'creates'>

function describeOperation({ query, body, creates }: Described): Operation {
  const row = body && rowOf(body)
  return {
    ...(query ? { query: fieldsOf(query) } : {}),
    ...(body ? { body: fieldsOf(body) } : {}),
    ...(row ? { rows: fieldsOf(row) } : {}),
    ...(creates ? { creates } : {}),
  }
}

/** One line for each, so that two who add routes don't meet in the file. */
export function operationsFile(routes: readonly Described[]): string {
  const entries = routes.map(
    (route) => [`${route.method} ${route.path}`, JSON.stringify(describeOperation(route))] as const,
  )
  const lines = entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `  "${name}": ${value}`)
  return `{\n${lines.join(',\n')}\n}\n`
}

/** Rows of imports are checked one by one: the body's own schema only refers to theirs. */
function rowOf(body: z.ZodType): z.ZodType | undefined {
  const rows = body instanceof z.ZodObject ? (body.shape as Record<string, unknown>)['rows'] : undefined
  const item = rows instanceof z.ZodArray ? (rows.element as z.ZodType) : undefined
  return item?.meta()?.['describedAs'] as z.ZodType | undefined
}

interface JsonSchema {
  type?: string | readonly string[]
  enum?: readonly (string | number)[]
  const?: string | number
  anyOf?: readonly JsonSchema[]
  items?: JsonSchema
  properties?: Readonly<Record<string, JsonSchema>>
  required?: readonly string[]
  default?: unknown
}

function fieldsOf(schema: z.ZodType): Fields {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    reused: 'inline',
    // A schema, and no part of one: `rowOf` reads it.
    override: ({ jsonSchema }) => delete jsonSchema['describedAs'],
  }) as JsonSchema
  const entries = Object.entries(properties).map(([name, property]): [string, Field] => [
    name,
    { ...fieldOf(property), ...(required.includes(name) && { required: true }) },
  ])
  return Object.fromEntries(entries)
}

function fieldOf(schema: JsonSchema): Field {
  const alternatives = flat(schema)
  const nullable = alternatives.some(({ type }) => type === 'null')
  const values = alternatives.filter(({ type }) => type !== 'null')
  return {
    ...valueOf(values),
    ...(nullable && { nullable }),
    ...(isTelling(schema.default) && { default: schema.default }),
  }
}

function valueOf(values: readonly JsonSchema[]): Field {
  const [first] = values
  if (values.length === 1 && first?.type === 'array') {
    const item = valueOf(flat(first.items ?? {}))
    return item.kind === 'json' || item.many ? { kind: 'json' } : { ...item, many: true }
  }
  if (values.length === 0 || values.some(isComposed)) return { kind: 'json' }
  if (values.every(({ type }) => type === 'boolean')) return { kind: 'boolean' }
  const choices = values.flatMap(({ enum: several, const: one }) => several ?? (one === undefined ? [] : [one]))
  const numeric = values.some(({ type }) => type === 'number' || type === 'integer')
  return { kind: numeric ? 'number' : 'text', ...(choices.length > 0 && { choices }) }
}

/** What there is to choose between; where that is nothing, the schema itself. */
function flat(schema: JsonSchema): readonly JsonSchema[] {
  if (schema.anyOf) return schema.anyOf.flatMap(flat)
  if (Array.isArray(schema.type)) return (schema.type as readonly string[]).map((type) => ({ ...schema, type }))
  return [schema]
}

const isComposed = ({ type, enum: several, const: one }: JsonSchema): boolean =>
  type === 'object' || type === 'array' || (type === undefined && several === undefined && one === undefined)

/** An empty list or object goes without saying. */
function isTelling(value: unknown): boolean {
  if (value === undefined || value === null) return false
  return typeof value !== 'object' || Object.keys(value).length > 0
}
