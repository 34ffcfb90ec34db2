/** The description of the API, looked through by a linter: every rule that it has, but for those that are ruled out here. */
import { createConfig, lintFromString } from '@redocly/openapi-core'

const ruledOut = {
  // Examples are of whole requests and answers, recorded from a server.
  'scalar-property-missing-example': 'off',
  // In answers it would say nothing; in requests the schemas that validate say it.
  'required-string-property-missing-min-length': 'off',
  // The API lives under /v1, and a key calls itself `self`.
  'path-segment-plural': 'off',
  // They come in the order of a newcomer's questions.
  'tags-alphabetical': 'off',
  'response-mime-type': {
    severity: 'error',
    allowedValues: ['application/json', 'application/problem+json', 'application/x-ndjson', 'text/event-stream'],
  },
} as const

/** Gateways ask with the call's own path behind the policy's name, and are answered in headers alone. */
const ofChecks = /^#\/paths\/~1v1~1check.* \((?:paths-kebab-case|operation-4xx-problem-details-rfc7807)\)$/

/** Every fault, in a line of its own. */
export async function faultsOf(document: object): Promise<string[]> {
  const config = await createConfig({ extends: ['all'], rules: ruledOut })
  const problems = await lintFromString({ source: JSON.stringify(document), absoluteRef: 'openapi.json', config })
  return problems
    .map(({ ruleId, message, location: [place] }) => `${place?.pointer ?? '#'} ${message} (${ruleId})`)
    .filter((fault) => !ofChecks.test(fault))
}
