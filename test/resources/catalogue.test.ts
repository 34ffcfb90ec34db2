import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createLog } from '../../src/platform/log.ts'
import { applyResources } from '../../src/resources/apply.ts'
import { createCatalogue } from '../../src/resources/catalogue.ts'
import { resourceEntries, resourcesOf } from '../../src/resources/file-schema.ts'
import { managementResource } from '../../src/resources/management.ts'
import { openFeatureBench, type FeatureBench } from '../support/feature-bench.ts'

let bench: FeatureBench
beforeEach(async () => {
  bench = await openFeatureBench()
})
afterEach(() => bench[Symbol.asyncDispose]())

async function apply(name: string): Promise<void> {
  const scopes = { [`${name}:read`]: { title: 'Read' }, [`${name}:write`]: { title: 'Write' } }
  const resources = { [name]: { identifier: `https://api.example.com/${name}`, scopes } }
  const wanted = resourcesOf(resourceEntries.parse(resources))
  await bench.db.$transaction((tx) => applyResources(tx, wanted, { prune: false, dryRun: false }, bench.context))
}

const builtIn = managementResource({ apiUrl: 'https://api.example.com', platform: { name: 'ACME' }, since: new Date() })
const openCatalogue = async (log = bench.log) =>
  createCatalogue({ db: bench.db, changes: await bench.openChanges(), log, builtIn })

test('a resource is found by its identifier, its name and each of its scopes, as soon as the catalogue is there', async () => {
  await apply('reports')
  using catalogue = await openCatalogue()
  const reports = catalogue.all().find(({ name }) => name === 'reports')
  expect(reports).toMatchObject({ name: 'reports', scopes: [{ name: 'reports:read' }, { name: 'reports:write' }] })
  expect(catalogue.byIdentifier('https://api.example.com/reports')).toBe(reports)
  expect(catalogue.byName('reports')).toBe(reports)
  expect(catalogue.byScope('reports:write')).toBe(reports)
  expect(catalogue.scope('reports:write')).toMatchObject({ title: 'Write', writes: true })
  expect(catalogue.byIdentifier('https://api.example.com/reports/')).toBeUndefined()
  expect(catalogue.byScope('reports')).toBeUndefined()
})

test('a resource that is made elsewhere is soon there', async () => {
  using catalogue = await openCatalogue()
  expect(catalogue.all()).toEqual([builtIn])
  await apply('reports')
  await vi.waitFor(() => expect(catalogue.byName('reports')).toBeDefined())
})

test('a refresh holds what was committed before it was asked for, also while another one runs', async () => {
  using catalogue = await openCatalogue()
  const running = catalogue.refresh()
  await apply('reports')
  await Promise.all([running, catalogue.refresh(), catalogue.refresh()])
  expect(catalogue.byName('reports')).toBeDefined()
})

test('what was read last is kept when it can not be read anew, which is tried until it works', async () => {
  await apply('reports')
  const lines: string[] = []
  const log = createLog('warn', { write: (line) => void lines.push(line) })
  using catalogue = await openCatalogue(log)
  await bench.db.$executeRaw`ALTER TABLE scopes RENAME TO scopes_away`
  await bench.db.$executeRaw`SELECT pg_notify('keygrant_changes', '{"kind":"resource","id":"res_x"}')`
  await vi.waitFor(() => expect(lines.join()).toContain('it will be tried again'))
  expect(catalogue.byScope('reports:read')?.name).toBe('reports')
  // Nobody tells of this change: only the repeated try can bring it.
  await bench.db.$executeRaw`UPDATE scopes_away SET title = 'Anew' WHERE name = 'reports:read'`
  await bench.db.$executeRaw`ALTER TABLE scopes_away RENAME TO scopes`
  await vi.waitFor(() => expect(catalogue.scope('reports:read')?.title).toBe('Anew'), { timeout: 20_000 })
})

test('a catalogue that can not be read at first is an error at once', async () => {
  await bench.db.$executeRaw`ALTER TABLE scopes RENAME TO scopes_away`
  await expect(openCatalogue()).rejects.toThrow()
})

test('the management API is there as a resource of its own, and comes before whatever has its names', async () => {
  await apply('reports')
  await bench.db.$executeRaw`UPDATE resources SET name = 'keygrant' WHERE name = 'reports'`
  await bench.db.$executeRaw`UPDATE scopes SET name = 'keys:read' WHERE name = 'reports:read'`
  using catalogue = await openCatalogue()
  expect(catalogue.byIdentifier('https://api.example.com/v1')).toBe(builtIn)
  expect(catalogue.byName('keygrant')).toBe(builtIn)
  expect(catalogue.byScope('keys:read')).toBe(builtIn)
  expect(catalogue.scope('admin:keys:write')).toMatchObject({ grantableBy: 'administrator', writes: true })
  expect(catalogue.byScope('reports:write')).toBeUndefined()
  expect(catalogue.all()).toEqual([builtIn])
})

test('the version grows with each reading', async () => {
  using catalogue = await openCatalogue()
  const before = catalogue.version
  await catalogue.refresh()
  expect(catalogue.version).toBeGreaterThan(before)
})
