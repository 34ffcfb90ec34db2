/** docs/infrastructure-as-code.md and its examples: what of them runs here is run. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { drawApiKey } from '../../src/api-keys/format.ts'
import { openCommandBench, type CommandBench, type Outcome } from '../cli/command.ts'
import { caller } from '../support/api.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFile(new URL(path, root), 'utf8')

const firstKey = drawApiKey('kg', 'live')
let server: TestServer
let bench: CommandBench
beforeAll(async () => {
  server = await startTestServer({ settings: { BOOTSTRAP_ADMIN_KEY: firstKey } })
  bench = await openCommandBench()
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await bench[Symbol.asyncDispose]()
})

/** Without any of the host's settings. */
const nowhere = { DATABASE_URL: '', SECRET_KEY: '', PUBLIC_URL: '' }
const away = (args: readonly string[], environment: Record<string, string> = {}): Promise<Outcome> =>
  bench.run(args, {
    environment: { ...nowhere, KEYGRANT_URL: server.url, KEYGRANT_API_KEY: firstKey, ...environment },
  })
const ask = (method: string, path: string, body?: unknown) => caller(server, firstKey)(method, path, { body })

test('the first key makes the pipeline’s, with the commands of the guide, and is revoked', async () => {
  const [organization] = await listed('organizations', 'list')
  const [account] = await listed('service-accounts', 'list', organization?.id ?? '')
  expect(account).toMatchObject({ name: 'bootstrap', administrator: true })
  const guide = await read('docs/infrastructure-as-code.md')
  const [, options = ''] = /keygrant keys create (.*?)\nkeygrant/s.exec(guide) ?? []
  const args = options
    .replaceAll('\\\n', ' ')
    .replace('org_…', organization?.id ?? '')
    .replace('svc_…', account?.id ?? '')
    .split(/\s+/)
  const made = await away(['keys', 'create', ...args, '--json'])
  expect([made.status, made.stderr]).toEqual([0, expect.any(String)])
  const { secret } = JSON.parse(made.stdout) as { secret: string }
  const file = join(bench.folder, 'empty.yaml')
  await writeFile(file, 'version: 1\ntiers: {}\nresources: {}\norganizations: {}\nclients: {}\n')
  expect(await away(['apply', file], { KEYGRANT_API_KEY: secret })).toMatchObject({ status: 0 })
})

async function listed(...args: string[]): Promise<{ id: string; name: string; administrator?: boolean }[]> {
  const { stdout } = await away([...args, '--json'])
  return (JSON.parse(stdout) as { data: { id: string; name: string }[] }).data
}

interface Manifest {
  kind: string
  metadata: { name: string }
  data: Record<string, string>
  stringData: Record<string, string>
  spec: { template?: PodTemplate; jobTemplate: { spec: { template: PodTemplate } } }
}
interface PodTemplate {
  spec: {
    containers: [
      { command: string[]; args: string[]; env: { name: string }[]; envFrom: { secretRef: { name: string } }[] },
    ]
  }
}

test('the Job of the Kubernetes example applies its ConfigMap, and its CronJob finds nothing changed, and then something', async () => {
  const text = await read('examples/kubernetes/keygrant-apply.yaml')
  const manifests = parseAllDocuments(text).map((document) => document.toJS() as Manifest)
  const of = (kind: string) => manifests.find((one) => one.kind === kind)
  const file = join(bench.folder, 'platform.yaml')
  await writeFile(file, of('ConfigMap')?.data['platform.yaml'] ?? '')
  const environment = { ...of('Secret')?.stringData, KEYGRANT_API_KEY: firstKey }

  const run = async (template: PodTemplate | undefined): Promise<Outcome> => {
    const [container] = template?.spec.containers ?? []
    expect(container).toMatchObject({
      command: ['node', 'src/cli/keygrant.ts'],
      env: [{ name: 'KEYGRANT_URL' }],
      envFrom: [{ secretRef: { name: of('Secret')?.metadata.name } }],
    })
    return away(container?.args.map((arg) => arg.replace('/etc/keygrant/platform.yaml', file)) ?? [], environment)
  }
  const job = of('Job')?.spec.template
  const drift = of('CronJob')?.spec.jobTemplate.spec.template
  const first = await run(job)
  expect([first.status, first.stdout]).toEqual([0, expect.stringContaining('+ client dashboard')])
  expect((await run(drift)).status).toBe(0)
  const { body } = await ask('GET', '/v1/organizations?slug=acme')
  await ask('PATCH', `/v1/organizations/${body.data[0].id}`, { tier: 'free' })
  expect(await run(drift)).toMatchObject({ status: 2, stdout: expect.stringContaining('tier: "free" -> "enterprise"') })
})

/** As far as the example goes: objects of strings, numbers, lists and objects, and what other resources are called. */
function readResources(
  text: string,
  idOf: (name: string) => string,
): { name: string; fields: Record<string, unknown> }[] {
  return [...text.matchAll(/^resource "restapi_object" "(\w+)" \{\n(.*?)^\}$/gms)].map(([, name = '', body = '']) => {
    const filled = body
      .replaceAll(/#.*$/gm, '')
      .replaceAll(/depends_on.*$/gm, '')
      .replaceAll(/\$\{restapi_object\.(\w+)\.id\}/g, (_, other: string) => idOf(other))
      .replaceAll(/restapi_object\.(\w+)\.id/g, (_, other: string) => JSON.stringify(idOf(other)))
      .replaceAll(/jsonencode\(|\)$/gm, '')
    // What is left of HCL is YAML but for its signs and the ends of its lines.
    const yaml = filled.replaceAll(/^(\s*)(\w+)\s*=/gm, '$1$2:').replaceAll(/(\{|, )(\s*)(\w+) =/g, '$1$2$3:')
    const lines = yaml.split('\n').map((line) => (/[^{[,\s]\s*$/.test(line) ? `${line},` : line))
    return { name, fields: parse(`{${lines.join('\n')}}`) as Record<string, unknown> }
  })
}

test('what Terraform’s example says is made, read back as it was said, changed and destroyed by the requests that its provider sends', async () => {
  const nothing = { version: 1, resources: {}, organizations: {}, clients: {} }
  expect((await ask('POST', '/v1/apply', { document: nothing, prune: true })).status).toBe(200)
  const text = await read('examples/terraform/main.tf')
  const names = readResources(text, () => '').map(({ name }) => name)
  const made: { path: string; id: string }[] = []
  const ids = new Map<string, string>()
  for (const name of names) {
    const found = readResources(text, (other) => ids.get(other) ?? '').find((one) => one.name === name)
    if (!found) throw new Error(`${name} is gone`)
    const { path = '', data, ...more } = found.fields as Record<string, string> & { data: object }
    const { id_attribute: idField = 'id', create_method: create = 'POST', create_path: at = path } = more
    const created = await ask(create, at, data)
    expect([name, created.status, created.body]).toEqual([
      name,
      create === 'POST' ? 201 : 200,
      expect.objectContaining(data),
    ])
    const id = created.body[idField] as string
    ids.set(name, id)
    made.push({ path, id })

    const search = more['read_search'] as unknown as { search_key: string; results_key: string } | undefined
    const answer = await ask('GET', search ? (more['read_path'] ?? '') : `${path}/${id}`)
    const readBack = search
      ? answer.body[search.results_key].find((one: never) => one[search.search_key] === id)
      : answer.body
    // With `ignore_server_additions`, a plan is empty when all that was said is so.
    expect([name, readBack]).toEqual([name, expect.objectContaining(data)])
    const update = more['update_method'] ?? 'PATCH'
    const updated = await ask(update, `${path}/${id}`, more['update_data'] ?? data)
    expect([name, updated.status]).toEqual([name, 200])
  }
  for (const { path, id } of made.toReversed()) expect((await ask('DELETE', `${path}/${id}`)).status).toBe(204)
})
