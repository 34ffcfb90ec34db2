/** The JSON Schema for editors: it is in docs/ as it is made, and takes what apply takes. */
import { readFile } from 'node:fs/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import fc from 'fast-check'
import { format, resolveConfig } from 'prettier'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { applyJsonSchema } from '../../src/apply/json-schema.ts'
import { anyDocument, sectionNames } from './any-document.ts'

const committed = new URL('../../docs/apply.schema.json', import.meta.url)

const validate = (() => {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true })
  formats.default(ajv)
  return ajv.compile(applyJsonSchema())
})()

function faultsOf(document: unknown): string[] {
  return validate(document) ? [] : (validate.errors ?? []).map(({ instancePath }) => instancePath)
}

test('docs/apply.schema.json is the schema as it is made (npx vitest run test/apply/json-schema -u)', async () => {
  const options = { ...(await resolveConfig(committed)), parser: 'json' }
  await expect(await format(JSON.stringify(applyJsonSchema()), options)).toMatchFileSnapshot(committed.pathname)
})

test('it takes the file that docs/apply.md begins with', async () => {
  const text = await readFile(new URL('../../docs/apply.md', import.meta.url), 'utf8')
  const [, yaml = ''] = /```yaml\n([^]*?)```/.exec(text) ?? []
  expect(faultsOf(parse(yaml))).toEqual([])
})

test('it takes every document that apply takes, with its secrets elsewhere', () => {
  fc.assert(
    fc.property(anyDocument(sectionNames), ({ clients = {}, ...rest }) => {
      const elsewhere = Object.entries(clients as Record<string, object>).map(([name, client]) => [
        name,
        'secret' in client ? { ...client, secret: { from_env: 'SECRET' } } : client,
      ])
      expect(faultsOf({ version: 1, ...rest, clients: Object.fromEntries(elsewhere) as object })).toEqual([])
    }),
    { numRuns: 50 },
  )
})

test.for([
  ['another version', { version: 2 }, '/version'],
  ['a section that there isn’t', { version: 1, bells: {} }, ''],
  ['a tier without a burst', { version: 1, tiers: { gold: { hour: 1 } } }, '/tiers/gold'],
  ['a field that there isn’t', { version: 1, organizations: { acme: { titel: 'x' } } }, '/organizations/acme'],
  ['a secret in the file', { version: 1, clients: { web: { secret: 'x'.repeat(40) } } }, '/clients/web/secret'],
] as const)('it refuses %s', ([, document, place]) => {
  expect(faultsOf(document)).toContain(place)
})
