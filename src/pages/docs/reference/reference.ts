/** The reference, drawn from the description of the API that this very server answers with. */
import type { DocsOperation } from '../../../http/docs-models.ts'
import { isErrorCode } from '../errors.ts'
import { codeBlock, codeTabs } from '../guides/code.ts'
import { operationsOf, resolve, type Answer, type Description, type Operation, type Parameter } from './description.ts'
import { examplesOf } from './examples.ts'
import { fieldOf, fieldsOf } from './fields.ts'
import { blockMarkdown, inlineMarkdown } from './markdown.ts'

export interface Collection {
  slug: string
  title: string
  /** HTML. */
  description: string
  operations: DocsOperation[]
}

export interface Reference {
  version: string
  collections: Collection[]
}

/** @param apiUrl where the examples call */
export function referenceOf(document: Description, apiUrl: string): Reference {
  const all = operationsOf(document)
  return {
    version: document.info.version,
    collections: document.tags.map(({ name, description }) => ({
      slug: slugOf(name),
      title: name,
      description: inlineMarkdown(description),
      operations: all
        .filter(({ operation }) => operation.tags[0] === name)
        .map(({ method, path, operation }) => operationOf(document, { method, path, operation, apiUrl })),
    })),
  }
}

const sentence = (text: string) => (/^\p{Ll}/u.test(text) ? `${text[0]?.toUpperCase()}${text.slice(1)}.` : text)

const slugOf = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')

interface Place {
  method: string
  path: string
  operation: Operation
  apiUrl: string
}

function operationOf(document: Description, place: Place): DocsOperation {
  const { method, path, operation, apiUrl } = place
  const parameters = (operation.parameters ?? []).map((one) => resolve<Parameter>(document, one))
  const content = operation.requestBody && Object.values(operation.requestBody.content)[0]
  const id = operation.operationId
  // What stands behind a semicolon explains, and is no part of a heading.
  const [title = '', ...more] = operation.summary.split('; ')
  const call = {
    method,
    url: apiUrl + addressOf(path, parameters),
    credential: operation.security === undefined || operation.security.length > 0,
    body: content?.example,
  }
  return {
    id,
    method,
    path,
    title,
    description: blockMarkdown([more.join('; '), operation.description ?? ''].map(sentence).join(' ')),
    scope: operation['x-required-scope'] ?? null,
    parameters: (['path', 'query', 'header'] as const)
      .map((where) => ({
        place: where,
        fields: parameters
          .filter((one) => one.in === where)
          .map((one) =>
            fieldOf(document, one.name, one.schema ?? {}, {
              required: one.required ?? false,
              description: one.description,
            }),
          ),
      }))
      .filter(({ fields }) => fields.length > 0),
    body: content?.schema
      ? { fields: fieldsOf(document, content.schema), required: operation.requestBody?.required ?? false }
      : null,
    examples: codeTabs(`example-${id}`, examplesOf(call)),
    answer: goodAnswer(document, operation),
    refusals: refusalsOf(document, operation),
  }
}

/** With an example in each place of the path, and those of the query that have to be said. */
function addressOf(path: string, parameters: readonly Parameter[]): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
    const example = parameters.find((one) => one.in === 'path' && one.name === name)?.example
    return typeof example === 'string' ? example : whole
  })
  const asked = parameters.filter((one) => one.in === 'query' && one.required === true && one.example !== undefined)
  const query = new URLSearchParams(asked.map((one) => [one.name, String(one.example)] as [string, string])).toString()
  return query === '' ? filled : `${filled}?${query}`
}

function goodAnswer(document: Description, { responses }: Operation): DocsOperation['answer'] {
  const [found] = Object.entries(responses).filter(([status]) => status.startsWith('2'))
  if (!found) return null
  const [status, given] = found
  const answer = resolve<Answer>(document, given)
  const [type, content] = Object.entries(answer.content ?? {})[0] ?? []
  const example = content?.example
  return {
    status,
    description: inlineMarkdown(answer.description),
    fields: content?.schema ? fieldsOf(document, content.schema) : [],
    example:
      example === undefined
        ? ''
        : typeof example === 'string'
          ? codeBlock(example, 'text', type ?? 'Text')
          : codeBlock(JSON.stringify(example, null, 2), 'json'),
  }
}

/** Each status with its codes, which lead to what to do. */
function refusalsOf(document: Description, { responses }: Operation): DocsOperation['refusals'] {
  return Object.entries(responses)
    .filter(([status]) => /^[45]/.test(status))
    .map(([status, given]) => {
      const { description } = resolve<Answer>(document, given)
      const codes = [...description.matchAll(/`(\w+)`/g)].map(([, code = '']) => code)
      return { status, codes: codes.map((code) => ({ code, known: isErrorCode(code) })) }
    })
}
