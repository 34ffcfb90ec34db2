/** A schema as a list of fields, in words. */
import type { DocsField } from '../../../http/docs-models.ts'
import { resolve, type Description, type Schema } from './description.ts'
import { inlineMarkdown } from './markdown.ts'

/** Deeper than that, the example says it better. */
const DEEPEST = 3

export function fieldsOf(document: Description, schema: Schema, depth = 0): DocsField[] {
  const { properties, required = [] } = whole(document, schema)
  if (depth > DEEPEST) return []
  return Object.entries(properties ?? {}).flatMap(([name, given]) => [
    fieldOf(document, name, given, { required: required.includes(name), depth }),
    ...inside(document, given).flatMap((inner) => fieldsOf(document, inner, depth + 1)),
  ])
}

export function fieldOf(
  document: Description,
  name: string,
  given: Schema,
  { required, depth = 0, description }: { required: boolean; depth?: number; description?: string | undefined },
): DocsField {
  const schema = whole(document, given)
  return {
    name,
    type: typeOf(document, given),
    required,
    depth,
    description: inlineMarkdown(description ?? given.description ?? schema.description ?? ''),
    rules: rulesOf(schema),
  }
}

/** With the members of everything that it is made of. */
function whole(document: Description, schema: Schema): Schema {
  const { $ref: _, ...own } = schema
  const named = schema.$ref === undefined ? own : { ...resolve<Schema>(document, { $ref: schema.$ref }), ...own }
  if (named.allOf === undefined) return named
  const parts = [named, ...named.allOf.map((part) => whole(document, part))]
  return {
    ...(Object.assign({}, ...parts) as Schema),
    properties: Object.assign({}, ...parts.map((part) => part.properties)) as Record<string, Schema>,
    required: parts.flatMap((part) => part.required ?? []),
  }
}

const alternatives = ({ anyOf, oneOf }: Schema): Schema[] => anyOf ?? oneOf ?? []
const isNull = ({ type, const: constant }: Schema) => type === 'null' || constant === null

/** The objects whose members are shown beneath it: its own, its items', or those it may be. */
function inside(document: Description, given: Schema): Schema[] {
  const schema = whole(document, given)
  if (schema.properties !== undefined) return [schema]
  if (schema.items !== undefined) return inside(document, schema.items)
  return alternatives(schema)
    .filter((one) => !isNull(one))
    .flatMap((one) => inside(document, one))
}

function typeOf(document: Description, given: Schema): string {
  const schema = whole(document, given)
  const several = alternatives(schema)
  if (several.length > 0) {
    const types = several.map((one) => typeOf(document, one))
    return [...new Set(types)].join(' or ')
  }
  if (schema.const !== undefined) return schema.const === null ? 'null' : JSON.stringify(schema.const)
  if (schema.type === 'array') {
    const items = schema.items ? typeOf(document, schema.items) : 'anything'
    return `array of ${items === 'object' ? 'objects' : items}`
  }
  if (schema.type === undefined) return schema.properties ? 'object' : schema.enum ? 'string' : 'anything'
  return [schema.type].flat().join(' or ')
}

const show = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

/** Values stand as code, so a list of them is one rule each. */
function rulesOf(schema: Schema): DocsField['rules'] {
  const of = (name: string, value: unknown) => (value === undefined ? [] : [{ name, value: show(value) }])
  const huge = schema.maximum !== undefined && schema.maximum >= Number.MAX_SAFE_INTEGER
  return [
    ...(schema.enum ?? schema.items?.enum ?? []).map((value) => ({ name: 'value', value: show(value) })),
    ...(schema.default === undefined || JSON.stringify(schema.default) === '{}' ? [] : of('default', schema.default)),
    ...of('format', schema.format === 'int64' ? undefined : schema.format),
    ...of('minimum', schema.minimum ?? schema.exclusiveMinimum),
    ...of('maximum', huge ? undefined : schema.maximum),
    ...of('characters', schema.maxLength),
    ...of('items', schema.maxItems),
  ]
}
