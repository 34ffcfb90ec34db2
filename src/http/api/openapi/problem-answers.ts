/** The problems that an operation answers with, as components: those that share all codes share one. */
import { STATUS_CODES } from 'node:http'
import { z } from 'zod'
import { problems, type ProblemCode } from '../../problem.ts'
import type { DescribedOperation, Examples } from './described-operation.ts'
import { headerReferences, type HeaderName } from './headers.ts'
import type { JsonObject, Json, Schemas } from './json-schema.ts'

const codes = Object.keys(problems) as [ProblemCode, ...ProblemCode[]]

/** RFC 9457. What a single code adds is named by its own documentation. */
const problemSchema = z
  .looseObject({
    type: z.url().describe('Where this problem is explained.'),
    title: z.string().describe('What is wrong, the same for every problem of this code.'),
    status: z.int().min(400).max(599),
    code: z.enum(codes).describe('What programs decide by; the same words as at check and verify.'),
    detail: z.string().optional().describe('What is wrong with this request, and what to do about it.'),
    request_id: z.string().describe('What the log knows this request by.'),
    errors: z
      .array(
        z.strictObject({
          path: z.string().describe('A JSON pointer into the body, or the name of a parameter.'),
          code: z.string(),
          message: z.string(),
        }),
      )
      .optional()
      .describe('Of bad input: every fault at once.'),
    support: z.string().describe('Whom to write to.'),
    help_url: z.url().optional().describe('With 401, 403 and 429: the troubleshooting guide.'),
    upgrade_url: z.url().optional().describe('With 429: where there is more.'),
    missing_scopes: z.array(z.string()).optional().describe('With insufficient_scope: what would have been needed.'),
    'violated-policies': z.array(z.string()).optional().describe('With rate_limited: which of the limits.'),
  })
  .meta({ id: 'Problem', description: 'RFC 9457, application/problem+json.' })

const ofCredentials: readonly ProblemCode[] = [
  'missing',
  'malformed',
  'not_found',
  'revoked',
  'disabled',
  'expired',
  'proof_required',
]

/** Whoever sends a credential may get these, whatever they ask. */
const everywhere: Readonly<Record<number, readonly ProblemCode[]>> = {
  400: ['bad_request'],
  401: ofCredentials,
  403: ['https_required', 'wrong_resource', 'ip_not_allowed', 'insufficient_scope'],
  404: ['not_found'],
  409: ['conflict'],
  413: ['payload_too_large'],
  415: ['unsupported_media_type'],
  422: ['idempotency_key_reused'],
  429: ['rate_limited'],
  500: ['internal_error'],
  503: ['unavailable'],
}

/** By status, in ascending order. */
function problemsOf(operation: DescribedOperation): ReadonlyMap<number, readonly ProblemCode[]> {
  const { access, body, creates, problems: own = [] } = operation
  const found = new Map<number, Set<ProblemCode>>()
  const add = (status: number, those: readonly ProblemCode[]) =>
    found.set(status, new Set([...(found.get(status) ?? []), ...those]))
  const always = (...statuses: number[]) => statuses.forEach((status) => add(status, everywhere[status] ?? []))
  always(400, 500, 503)
  if (access === 'anyone') add(403, ['https_required'])
  else always(401, 403, 429)
  if (body !== undefined) always(413, 415)
  if (creates) {
    always(422)
    add(409, ['idempotency_key_in_use'])
  }
  for (const code of own) add(problems[code].status, [code])
  const ascending = [...found].toSorted(([one], [other]) => one - other)
  return new Map(ascending.map(([status, some]) => [status, [...some]]))
}

export interface ProblemAnswers {
  /** References to the components, by status. */
  of(operation: DescribedOperation): Record<string, JsonObject>
  components: Record<string, JsonObject>
}

export function createProblemAnswers(schemas: Schemas, examples: Examples['problems']): ProblemAnswers {
  const components: Record<string, JsonObject> = {}
  const reference = schemas.ofOutput(problemSchema)

  function describe(status: number, some: readonly ProblemCode[]): JsonObject {
    const example = some
      .map((code) => examples[code])
      .find((one) => (one as { status?: number } | undefined)?.status === status)
    return {
      description: some.map((code) => `\`${code}\`: ${problems[code].title}.`).join(' '),
      headers: headerReferences(headersOf(status, some)),
      content: {
        'application/problem+json': {
          schema: {
            allOf: [
              reference,
              { type: 'object', properties: { status: { const: status }, code: { enum: [...some] } } },
            ],
          },
          ...(example === undefined ? {} : { example: example as Json }),
        },
      },
    }
  }

  return {
    of(operation) {
      const answers = [...problemsOf(operation)].map(([status, some]) => {
        const name = nameOf(status, some)
        components[name] ??= describe(status, some)
        return [String(status), { $ref: `#/components/responses/${name}` }] as const
      })
      return Object.fromEntries(answers)
    },
    components,
  }
}

function headersOf(status: number, some: readonly ProblemCode[]): HeaderName[] {
  const headers: HeaderName[] = ['x-request-id', 'cache-control']
  if (status === 401 || some.includes('insufficient_scope')) headers.push('www-authenticate')
  if (status === 429 || status === 503) headers.push('retry-after')
  return headers
}

/** `Forbidden` with what everybody may get; else with what makes it another one: `Forbidden-host_only`. */
function nameOf(status: number, some: readonly ProblemCode[]): string {
  const usual = everywhere[status] ?? []
  const missing = usual.some((code) => !some.includes(code))
  const own = missing ? some : some.filter((code) => !usual.includes(code))
  return [(STATUS_CODES[status] ?? String(status)).replaceAll(' ', ''), ...own].join('-')
}
