/** The linter of the description finds what is wrong with one, and nothing in ours. */
import { expect, test } from 'vitest'
import { describeAlone } from './describe.ts'
import { faultsOf } from './linting.ts'

// oxlint-disable-next-line typescript/no-explicit-any
type Document = any

const body = 'application/json'

/** What is done to it, by the rule that finds it. */
const spoils: Record<string, (document: Document) => void> = {
  'operation-operationId': ({ paths }) => delete paths['/v1/tiers'].get.operationId,
  'operation-operationId-unique': ({ paths }) => (paths['/v1/limits'].get.operationId = 'getUsage'),
  'operation-description': ({ paths }) => delete paths['/v1/usage'].get.description,
  'operation-4xx-response': ({ paths }) => (paths['/v1/usage'].get.responses = { 200: { description: 'Done.' } }),
  'parameter-description': ({ paths }) => delete paths['/v1/keys/{id}'].get.parameters[0].description,
  'path-parameters-defined': ({ paths }) => delete paths['/v1/users/{id}'].get.parameters,
  'no-unresolved-refs': ({ components }) => delete components.schemas.Tier,
  'no-unused-components': ({ components }) => (components.schemas.Nobodys = { type: 'string' }),
  'security-defined': ({ paths }) => (paths['/v1/clients'].get.security = [{ nonsense: [] }]),
  'no-invalid-media-type-examples': ({ paths }) =>
    (paths['/v1/organizations'].post.requestBody.content[body].example.name = 7),
  'spec-components-invalid-map-name': ({ components }) => (components.schemas['Not a name'] = { type: 'string' }),
  struct: ({ info }) => delete info.title,
}

test('our description has no fault', async () => {
  expect(await faultsOf(await describeAlone())).toEqual([])
})

test('each of many faults is found in one that has them', async () => {
  const document = structuredClone(await describeAlone()) as Document
  for (const spoil of Object.values(spoils)) spoil(document)
  const faults = await faultsOf(document)
  const found = Object.keys(spoils).filter((rule) => faults.some((fault) => fault.endsWith(`(${rule})`)))
  expect(found).toEqual(Object.keys(spoils))
})
