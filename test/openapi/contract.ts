/** A description of an API as the contract that it is: requests and answers are held against it, by its own schemas. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { Reply } from '../support/api.ts'

// oxlint-disable-next-line typescript/no-explicit-any
type Node = any

export interface ContractOperation {
  id: string
  method: string
  /** As the document has it: `/v1/keys/{id}`. */
  path: string
  /** What it says. */
  node: Node
  /** The status of what went well. */
  success: number
  hasBody: boolean
  /** Everything is in the headers, also what went wrong. */
  isBodiless: boolean
}

export interface Contract {
  operations: readonly ContractOperation[]
  /** What is wrong with an answer; nothing: it is as described. */
  answerFaults(operation: ContractOperation, reply: Pick<Reply, 'status' | 'headers' | 'body'>): string[]
  bodyFaults(operation: ContractOperation, body: unknown): string[]
  parameterFaults(operation: ContractOperation, place: 'path' | 'query', values: Record<string, string>): string[]
}

const methods = ['get', 'post', 'put', 'patch', 'delete']

export function readContract(document: Node): Contract {
  const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true, coerceTypes: false })
  formats.default(ajv)
  // The document is no schema, but holds them all.
  ajv.addVocabulary(Object.keys(document))
  ajv.addSchema(closed(document), 'api')
  const compiled = new Map<string, ValidateFunction>()

  function faultsAt(pointer: string, value: unknown): string[] {
    const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `api${pointer}` })
    compiled.set(pointer, validate)
    if (validate(value)) return []
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    )
  }

  /** What is there, or what it refers to, and where that is. */
  function at(pointer: string): { node: Node; pointer: string } {
    const node = pointer
      .slice(2)
      .split('/')
      .reduce((whole: Node, part) => whole?.[decoded(part)], document)
    return typeof node?.$ref === 'string' ? at(node.$ref) : { node, pointer }
  }

  function answerFaults({ id, method, path }: ContractOperation, { status, headers, body }: Reply): string[] {
    const { node: answer, pointer } = at(`#/paths/${encoded(path)}/${method}/responses/${status}`)
    if (!answer) return [`${id} answers ${status}, which isn't described: ${JSON.stringify(body)}`]
    const type = headers['content-type']?.split(';')[0]
    const content = type && answer.content?.[type]
    return [
      ...Object.keys(answer.headers ?? {}).flatMap((name) => headerFaults(`${pointer}/headers/${name}`, name, headers)),
      ...(answer.content && !content ? [`is ${type}, which isn't described`] : []),
      ...(!answer.content && body !== '' ? ['has a body'] : []),
      ...(content ? faultsAt(`${pointer}/content/${encoded(type)}/schema`, body) : []),
    ].map((fault) => `${id} ${status}: ${fault}`)
  }

  function headerFaults(where: string, name: string, headers: Reply['headers']): string[] {
    const { node, pointer } = at(where)
    const value = headers[name]
    if (value === undefined) return node.required ? [`has no ${name}`] : []
    return faultsAt(`${pointer}/schema`, value).map((fault) => `${name}: ${fault}`)
  }

  return {
    operations: operationsOf(document),
    answerFaults,
    bodyFaults: ({ path, method }, body) =>
      faultsAt(`#/paths/${encoded(path)}/${method}/requestBody/content/application~1json/schema`, body),
    parameterFaults({ path, method, node }, place, values) {
      const pointers = (node.parameters ?? []).map(
        (_: Node, index: number) => `#/paths/${encoded(path)}/${method}/parameters/${index}`,
      )
      const known = pointers.map(at).filter((one: { node: Node }) => one.node.in === place) as ReturnType<typeof at>[]
      const names = known.map(({ node: { name } }) => name as string)
      return [
        ...Object.keys(values)
          .filter((name) => !names.includes(name))
          .map((name) => `${name} isn't described`),
        ...known.flatMap(({ node: { name, required, schema }, pointer }) => {
          const text = values[name]
          if (text === undefined) return required ? [`${name} is missing`] : []
          return faultsAt(`${pointer}/schema`, valueOf(text, schema.type)).map((fault) => `${name}: ${fault}`)
        }),
      ]
    },
  }
}

function operationsOf({ paths }: Node): ContractOperation[] {
  return Object.entries<Node>(paths).flatMap(([path, item]) =>
    methods
      .filter((method) => item[method])
      .map((method) => {
        const node = item[method]
        const statuses = Object.keys(node.responses)
        return {
          id: node.operationId,
          method,
          path,
          node,
          success: Number(statuses.find((status) => status.startsWith('2'))),
          hasBody: node.requestBody !== undefined,
          isBodiless: Object.values<Node>(node.responses).every(({ $ref, content }) => !$ref && !content),
        }
      }),
  )
}

/**
 * Answers may gain fields, and the description doesn't forbid what it doesn't name. Here nothing may come that it
 * doesn't name.
 */
function closed(document: Node): Node {
  const copy = structuredClone(document)
  for (const [name, schema] of Object.entries<Node>(copy.components.schemas)) {
    if (!/(?:Input|Request)$|^Problem$/.test(name)) close(schema)
  }
  for (const { node } of operationsOf(copy)) {
    for (const answer of Object.values<Node>(node.responses)) close(answer.content?.['application/json']?.schema)
  }
  return copy
}

function close(schema: Node): void {
  if (schema === null || typeof schema !== 'object') return
  if (schema.properties && schema.additionalProperties === undefined) schema.additionalProperties = false
  Object.values(schema).forEach(close)
}

/** As a server reads what is text in a URL. */
function valueOf(text: string, type: unknown): unknown {
  const types = [type].flat()
  if (types.includes('integer') || types.includes('number')) return Number(text)
  return types.includes('boolean') && /^(?:true|false)$/.test(text) ? text === 'true' : text
}

const encoded = (part: string) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))
const decoded = (part: string) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
