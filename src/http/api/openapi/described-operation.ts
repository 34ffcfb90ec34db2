/** What the description of the API says of an operation. Every route of the table is one; what is answered before the table says it by itself. */
import type { ApiRoute } from '../route.ts'

export type DescribedOperation = Pick<
  ApiRoute,
  | 'method'
  | 'path'
  | 'operation'
  | 'summary'
  | 'access'
  | 'needs'
  | 'params'
  | 'query'
  | 'body'
  | 'answer'
  | 'problems'
  | 'charge'
  | 'creates'
  | 'longestBody'
  | 'signed'
> & {
  lines?: unknown
  /** Of a request, by name, and what it says. */
  headers?: Readonly<Record<string, string>>
  /** More than the summary tells, in Markdown. */
  description?: string
  /** Its answer may be kept, and asked for again by its ETag. */
  cached?: true
  /** Of an answer that is no JSON, and what its body is then. */
  content?: { type: string; description: string }
  /** Where answers are in the headers alone: all of them. */
  bodiless?: readonly BodilessAnswer[]
}

export interface BodilessAnswer {
  status: number
  description: string
  /** By name: what it says, and whether it is there always. */
  headers: Readonly<Record<string, { description: string; required: boolean }>>
}

/** One real exchange, told with made-up ids, times and secrets. */
export interface OperationExample {
  params?: Readonly<Record<string, string>>
  query?: Readonly<Record<string, string>>
  body?: unknown
  status: number
  /** Of the JSON or, as text, of anything else; left out where there is none. */
  answer?: unknown
}

export interface Examples {
  /** By operationId. */
  operations: Readonly<Record<string, OperationExample>>
  /** By code. */
  problems: Readonly<Record<string, unknown>>
}
