/** One operation as OpenAPI has it. */
import type { z } from 'zod'
import { isManagementScope } from '../scopes.ts'
import type { DescribedOperation, OperationExample } from './described-operation.ts'
import { headerReferences, ofLimits } from './headers.ts'
import type { Json, JsonObject, Schemas } from './json-schema.ts'
import { operationIdOf } from './operation-id.ts'
import { parametersOf } from './parameters.ts'
import type { ProblemAnswers } from './problem-answers.ts'
import { tagOf } from './tags.ts'

const KIB = 1024

export function describeOperation(
  operation: DescribedOperation,
  { schemas, problems }: { schemas: Schemas; problems: ProblemAnswers },
  example: OperationExample | undefined,
): JsonObject {
  const { path, summary, access, body } = operation
  const parameters = parametersOf(operation, schemas, example)
  return {
    operationId: operationIdOf(operation),
    tags: [tagOf(path)],
    summary,
    description: descriptionOf(operation),
    ...(hasScope(access) ? { 'x-required-scope': access } : {}),
    ...(operation.signed ? { 'x-signed': true } : {}),
    security: securityOf(operation),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: requestBody(body, schemas, example) }),
    responses: operation.bodiless
      ? bodiless(operation.bodiless)
      : { ...success(operation, schemas, example), ...problems.of(operation) },
  }
}

const hasScope = (access: string): boolean => access.includes(':')

function descriptionOf({
  description,
  access,
  needs,
  creates,
  charge,
  longestBody,
  signed,
}: DescribedOperation): string {
  const twin = `admin:${access}`
  return [
    ...(description === undefined ? [] : [description]),
    ...(access === 'anyone' ? ['Needs no credential.'] : []),
    ...(signed ? ['Its sender is known by a signature over the body.'] : []),
    ...(access === 'any-credential' ? ['Any valid credential will do.'] : []),
    ...(access === 'administrator' ? ['Needs the credential of an administrator of the platform.'] : []),
    ...(hasScope(access) ? [`Needs the scope \`${access}\`.`] : []),
    ...(isManagementScope(twin)
      ? [`With \`${twin}\` and an administrator of the platform behind the credential, it reaches everything.`]
      : []),
    ...(needs === 'fresh-sign-in'
      ? [
          'Needs the access token of an administrator who has signed in within ten minutes (RFC 9470); no API key does it.',
        ]
      : []),
    ...(charge === false && access !== 'anyone' ? ['The call itself isn’t charged.'] : []),
    ...(creates ? ['Takes an `Idempotency-Key`.'] : []),
    ...(longestBody === undefined ? [] : [`The body may have up to ${longestBody / KIB} KiB.`]),
  ].join(' ')
}

/** An access token is a bearer token, too: it is told apart so that generated clients can get one. */
function securityOf({ access, needs }: DescribedOperation): JsonObject[] {
  if (access === 'anyone') return []
  const scopes = hasScope(access) ? [access] : []
  if (needs === 'fresh-sign-in') return [{ bearer: [] }, { oauth: scopes }]
  return [{ bearer: [] }, { api_key: [] }, { oauth: scopes }]
}

function requestBody(body: z.ZodType, schemas: Schemas, example: OperationExample | undefined): JsonObject {
  const schema = schemas.ofInput(body)
  return {
    // An empty one is an empty object.
    required: !body.safeParse({}).success,
    content: {
      'application/json': {
        schema,
        ...(example?.body === undefined ? {} : { example: example.body as Json }),
      },
    },
  }
}

function success(operation: DescribedOperation, schemas: Schemas, example: OperationExample | undefined): JsonObject {
  const { answer, access, creates, lines, content, cached } = operation
  const headers = headerReferences([
    'x-request-id',
    ...(cached ? (['etag'] as const) : (['cache-control'] as const)),
    ...(access === 'anyone' ? [] : ofLimits),
    ...(creates ? (['idempotency-replayed'] as const) : []),
  ])
  const shown =
    example?.status === answer.status && example.answer !== undefined ? { example: example.answer as Json } : {}
  const bodies = {
    ...(answer.body === null ? {} : { 'application/json': { schema: schemas.ofOutput(answer.body), ...shown } }),
    ...(lines === undefined ? {} : { 'application/x-ndjson': { schema: linesSchema } }),
    ...(content === undefined
      ? {}
      : { [content.type]: { schema: { type: 'string', description: content.description }, ...shown } }),
  }
  return {
    [answer.status]: {
      description: described[answer.status],
      headers,
      ...(Object.keys(bodies).length === 0 ? {} : { content: bodies }),
    },
    ...(cached ? { 304: { description: 'As it was.', headers } } : {}),
  }
}

const described = { 200: 'Done.', 201: 'Made.', 202: 'Taken on.', 204: 'Done; there is nothing to tell.' } as const

const linesSchema = {
  type: 'string',
  description: 'All of it, with no pages: one object a line, each as in `data`. Send `Accept: application/x-ndjson`.',
}

function bodiless(answers: NonNullable<DescribedOperation['bodiless']>): JsonObject {
  const told = answers.map(({ status, description, headers }) => {
    const shown = Object.entries(headers).map(([name, header]) => [name, { ...header, schema: { type: 'string' } }])
    return [String(status), { description, headers: Object.fromEntries(shown) as JsonObject }]
  })
  return Object.fromEntries(told) as JsonObject
}
