/** The description of the whole API (OpenAPI 3.1), out of the table of routes and the schemas that validate. */
import { setImmediate } from 'node:timers/promises'
import { managementScopes } from '../scopes.ts'
import type { DescribedOperation, Examples } from './described-operation.ts'
import { headerComponents } from './headers.ts'
import { createSchemas, type JsonObject } from './json-schema.ts'
import { describeOperation } from './operation.ts'
import { operationIdOf } from './operation-id.ts'
import { idempotencyKey } from './parameters.ts'
import { createProblemAnswers } from './problem-answers.ts'
import { tagOf, tagsOf } from './tags.ts'

export interface ApiDescription {
  /** Of this program. */
  version: string
  platformName: string
  supportEmail: string
  /** The issuer. */
  publicUrl: string
  apiUrl: string
  operations: readonly DescribedOperation[]
  examples: Examples
}

/** Lets others have their turn in between: all of it takes a fifth of a second the first time, and checks don't wait for that. */
export async function describeApi(api: ApiDescription): Promise<JsonObject> {
  const { operations, examples, publicUrl, apiUrl } = api
  const schemas = createSchemas()
  const problems = createProblemAnswers(schemas, examples.problems)
  const paths: Record<string, Record<string, JsonObject>> = {}
  for (const operation of operations.toSorted(byMethod)) {
    await setImmediate()
    const example = examples.operations[operationIdOf(operation)]
    const path = operation.path.replaceAll(/:([a-z_]+)/g, '{$1}')
    paths[path] = {
      ...paths[path],
      [operation.method.toLowerCase()]: describeOperation(operation, { schemas, problems }, example),
    }
  }
  return {
    openapi: '3.1.1',
    info: infoOf(api),
    servers: [{ url: apiUrl, description: 'This installation.' }],
    externalDocs: { url: `${publicUrl}/docs`, description: 'Guides, troubleshooting and every code of a problem.' },
    tags: tagsOf(new Set(operations.map(({ path }) => tagOf(path)))).map((tag) => ({ ...tag })),
    paths,
    components: {
      securitySchemes: securitySchemes(publicUrl),
      parameters: { 'idempotency-key': idempotencyKey },
      headers: headerComponents(),
      responses: problems.components,
      schemas: inOrder(schemas.components),
    },
  }
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

const byMethod = (one: DescribedOperation, other: DescribedOperation): number =>
  methods.indexOf(one.method) - methods.indexOf(other.method)

function infoOf({ version, platformName, supportEmail, publicUrl }: ApiDescription): JsonObject {
  return {
    title: `${platformName}: management API`,
    version,
    description: conventions,
    contact: { name: platformName, url: `${publicUrl}/docs`, email: supportEmail },
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  }
}

const conventions = `
Everything that Keygrant knows and does, over HTTP. The schemas here are the ones that validate.

- **Credentials.** An API key or an access token as \`Authorization: Bearer …\`, or an API key as \`X-API-Key\`; one of them, never two.
- **Scopes.** \`keys:write\` and its like reach the organizations of the credential. \`admin:keys:write\` and its like, with an
  administrator of the platform behind the credential, reach everything. What is not yours is answered like what isn't there: 404.
- **Objects.** JSON in \`snake_case\`, times as RFC 3339 in UTC (\`2026-01-31T12:00:00Z\`), durations in whole seconds. Fields and parameters that an
  operation doesn't name are refused. Answers may gain fields: ignore those that you don't know.
- **Lists** are newest first. \`next_cursor\` of an answer is the \`cursor\` of the next page; null: that was all.
- **Problems** are RFC 9457: \`code\` is for programs, \`detail\` says what to do, \`errors\` names every fault of the input at once.
- **Again.** A creating POST takes an \`Idempotency-Key\`: for 24 hours the same request gets the same answer, a secret in it included.
- **Limits.** Calls are charged to the credential by its tier. \`RateLimit\` says what is left, and a 429 says with \`Retry-After\` when to come back.
`.trim()

function securitySchemes(publicUrl: string): JsonObject {
  const scopes = Object.fromEntries(managementScopes.map(({ name, title }) => [name, title]))
  const token = { tokenUrl: `${publicUrl}/oauth2/token`, scopes }
  return {
    bearer: { type: 'http', scheme: 'bearer', description: 'An API key or an access token.' },
    api_key: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'An API key.' },
    oauth: {
      type: 'oauth2',
      description: 'An access token whose `resource` is this API: `<server>/v1`.',
      flows: {
        authorizationCode: { authorizationUrl: `${publicUrl}/oauth2/authorize`, refreshUrl: token.tokenUrl, ...token },
        clientCredentials: token,
      },
    },
  }
}

function inOrder(components: Readonly<Record<string, JsonObject>>): JsonObject {
  return Object.fromEntries(Object.entries(components).toSorted(([one], [other]) => (one < other ? -1 : 1)))
}
