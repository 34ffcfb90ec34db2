import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { applyResources } from '../../src/resources/apply.ts'
import { resourceEntries, resourcesOf } from '../../src/resources/file-schema.ts'
import type { Plan } from '../../src/resources/plan.ts'
import type { ResourceDefinition } from '../../src/resources/resource.ts'
import { listResources } from '../../src/resources/store.ts'
import { openFeatureBench, type FeatureBench } from '../support/feature-bench.ts'

let bench: FeatureBench
beforeAll(async () => {
  bench = await openFeatureBench()
})
afterAll(() => bench[Symbol.asyncDispose]())
beforeEach(clear)

async function clear(): Promise<void> {
  await bench.db.resource.deleteMany()
  await bench.db.auditEvent.deleteMany()
}

function apply(
  wanted: readonly ResourceDefinition[],
  options: { prune?: boolean; dryRun?: boolean } = {},
): Promise<Plan> {
  const { prune = false, dryRun = false } = options
  return bench.db.$transaction((tx) => applyResources(tx, wanted, { prune, dryRun }, bench.context))
}

/** `{ reports: ['reports:read'] }`, or with the identifier in place of the usual one: `{ 'reports https://…': [] }`. */
function file(resources: Record<string, string[]>): ResourceDefinition[] {
  const entries = Object.entries(resources).map(([key, scopes]) => {
    const [name = '', identifier = `https://api.example.com/${name}`] = key.split(' ')
    return [
      name,
      { identifier, scopes: Object.fromEntries(scopes.map((scope) => [scope, { title: `May ${scope}` }])) },
    ] as const
  })
  return resourcesOf(resourceEntries.parse(Object.fromEntries(entries)))
}

/** All that is there, without ids and times. */
async function state(): Promise<ResourceDefinition[]> {
  return (await listResources(bench.db)).map(({ id: _, createdAt: _at, updatedAt: _since, ...resource }) => resource)
}

const kinds = ({ changes }: Plan) => changes.map(({ kind }) => kind)

describe('applying a file', () => {
  test('makes what it says, and the same file again changes nothing', async () => {
    const wanted = file({ reports: ['reports:read', 'reports:write'], exports: [] })
    expect(kinds(await apply(wanted))).toEqual(['create_resource', 'create_resource', 'create_scope', 'create_scope'])
    const made = await state()
    expect(made).toEqual(wanted.toSorted((a, b) => a.name.localeCompare(b.name)))
    const events = await bench.db.auditEvent.count()
    expect(kinds(await apply(wanted))).toEqual([])
    expect(kinds(await apply(wanted, { prune: true }))).toEqual([])
    expect(await state()).toEqual(made)
    expect(await bench.db.auditEvent.count()).toBe(events)
  })

  test('as a dry run plans the same and changes nothing', async () => {
    await apply(file({ reports: ['reports:read'] }))
    const before = await state()
    const wanted = file({ 'reports https://other.example.com/': [], exports: ['exports:run'] })
    const planned = await apply(wanted, { prune: true, dryRun: true })
    expect(await state()).toEqual(before)
    expect(await apply(wanted, { prune: true })).toEqual(planned)
  })

  test('deletes what it does not name only when it is told to prune', async () => {
    await apply(file({ reports: ['reports:read', 'reports:write'], exports: ['exports:run'] }))
    const wanted = file({ reports: ['reports:read'] })
    const plan = await apply(wanted)
    expect(kinds(plan)).toEqual([])
    expect(plan.kept.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['resource exports', 'scope reports:write'])
    expect(kinds(await apply(wanted, { prune: true }))).toEqual(['delete_scope', 'delete_scope', 'delete_resource'])
    expect(await state()).toEqual(wanted)
  })

  test('tells each changed field, from what to what', async () => {
    await apply(file({ reports: ['reports:read'] }))
    const [resource] = file({ 'reports https://reports.example.com': ['reports:read'] })
    if (!resource) throw new Error('no resource')
    const scopes = resource.scopes.map((scope) => ({ ...scope, title: 'Read', sensitive: true }))
    const { changes } = await apply([{ ...resource, accessTokenFormat: 'opaque', scopes }])
    expect(changes.map((change) => ('changes' in change ? change.changes : []))).toEqual([
      [
        { field: 'identifier', from: 'https://api.example.com/reports', to: 'https://reports.example.com' },
        { field: 'accessTokenFormat', from: 'jwt', to: 'opaque' },
      ],
      [
        { field: 'title', from: 'May reports:read', to: 'Read' },
        { field: 'sensitive', from: false, to: true },
      ],
    ])
  })

  test('keeps the ids of what it changes', async () => {
    await apply(file({ reports: ['a:read'], exports: ['b:read'] }))
    const ids = async () => (await listResources(bench.db)).map(({ name, id }) => [name, id])
    const before = await ids()
    await apply(file({ reports: ['b:read'], exports: ['a:read'] }), { prune: true })
    expect(await ids()).toEqual(before)
  })

  test('may exchange the identifiers of two resources', async () => {
    await apply(file({ 'a https://one.example.com': [], 'b https://two.example.com': [] }))
    const wanted = file({ 'a https://two.example.com': [], 'b https://one.example.com': [] })
    await apply(wanted)
    expect(await state()).toEqual(wanted)
  })

  test('may give a new resource the identifier and the scopes of one that it deletes', async () => {
    await apply(file({ 'old https://one.example.com': ['x:read'] }))
    const wanted = file({ 'new https://one.example.com': ['x:read'] })
    await apply(wanted, { prune: true })
    expect(await state()).toEqual(wanted)
  })

  test('takes nothing from a resource that it does not name', async () => {
    await apply(file({ 'old https://one.example.com': ['x:read'] }))
    const before = await state()
    const plan = await apply(file({ 'new https://one.example.com': ['x:read'] }))
    expect(plan.conflicts).toMatchObject([
      { place: ['new', 'identifier'], message: expect.stringContaining('is the identifier of old') },
      { place: ['new', 'scopes', 'x:read'], message: expect.stringContaining('is a scope of old') },
    ])
    expect(await state()).toEqual(before)
  })

  test('notes each change with its own event', async () => {
    await apply(file({ reports: ['reports:read'] }))
    await apply(file({ 'reports https://reports.example.com': ['reports:write'] }), { prune: true })
    await apply([], { prune: true })
    const rows = await bench.db.auditEvent.findMany({ orderBy: { id: 'asc' } })
    expect(rows.map(({ type }) => type).toSorted()).toEqual([
      'resource.created',
      'resource.deleted',
      'resource.updated',
      'scope.created',
      'scope.created',
      'scope.deleted',
      'scope.deleted',
    ])
  })

  test('tells every node which resources have changed', async () => {
    const changes = await bench.openChanges()
    const heard = new Set<string>()
    changes.on('resource', (id) => heard.add(id))
    await apply(file({ reports: ['reports:read'], exports: [] }))
    const ids = (await listResources(bench.db)).map(({ id }) => id)
    await vi.waitFor(() => expect([...heard].toSorted()).toEqual(ids.toSorted()))
  })

  test('leaves nothing half done when two are applied at once', async () => {
    const files = [
      file({ a: ['x:read', 'y:read'] }),
      file({ b: ['y:read', 'x:read'] }),
      file({ a: ['y:read'], b: ['x:read'] }),
    ]
    await Promise.all(files.map((wanted) => apply(wanted, { prune: true })))
    expect(files).toContainEqual(await state())
  })
})

describe('any two files', () => {
  const names = ['a', 'b', 'c']
  const scopeNames = ['w:read', 'x:read', 'y:write', 'z:write']
  const scope = fc.record({
    title: fc.constantFrom('One', 'Two'),
    optional: fc.boolean(),
    grantable_by: fc.constantFrom('anyone', 'org_admin', 'administrator'),
  })
  const document = fc
    .record({
      present: fc.subarray(names),
      identifiers: fc.shuffledSubarray(names, { minLength: 3 }),
      owners: fc.array(fc.nat(3), { minLength: 4, maxLength: 4 }),
      order: fc.shuffledSubarray(scopeNames, { minLength: 4 }),
      scopes: fc.array(scope, { minLength: 4, maxLength: 4 }),
      lifetime: fc.constantFrom(300, 900),
    })
    .map(({ present, identifiers, owners, order, scopes, lifetime }) => {
      const resources = present.map((name, index) => {
        const own = order.flatMap((scopeName, at) => (owners[at] === index ? [[scopeName, scopes[at]] as const] : []))
        const identifier = `https://${identifiers[names.indexOf(name)]}.example.com`
        return [name, { identifier, access_token: { lifetime }, scopes: Object.fromEntries(own) }] as const
      })
      return resourcesOf(resourceEntries.parse(Object.fromEntries(resources)))
    })

  test('applied one after the other with --prune equal the second applied to nothing', async () => {
    await fc.assert(
      fc.asyncProperty(document, document, async (first, second) => {
        await clear()
        await apply(second, { prune: true })
        const alone = await state()
        await clear()
        await apply(first, { prune: true })
        await apply(second, { prune: true })
        expect(await state()).toEqual(alone)
        expect((await apply(second, { prune: true, dryRun: true })).changes).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  test('applied one after the other without --prune leave the second with nothing to change, or are told to conflict', async () => {
    await fc.assert(
      fc.asyncProperty(document, document, async (first, second) => {
        await clear()
        await apply(first)
        const plan = await apply(second)
        const again = await apply(second, { dryRun: true })
        expect(again.conflicts).toEqual(plan.conflicts)
        if (plan.conflicts.length === 0) expect(again.changes).toEqual([])
      }),
      { numRuns: 60 },
    )
  })
})
