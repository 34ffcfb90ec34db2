/** `resources`: the protected APIs, their scopes, and what gateways ask for each of their routes. */
import { z } from 'zod'
import { applyResources } from '../resources/apply.ts'
import { resourceName } from '../resources/fields.ts'
import { demandOnce, fieldNameInFile, resourceFields, resourcesOf } from '../resources/file-schema.ts'
import type { Change } from '../resources/plan.ts'
import type { Resource, Scope } from '../resources/resource.ts'
import { listResources } from '../resources/store.ts'
import { impliesWriting, titleFromName } from '../resources/words.ts'
import { applyPolicies, checkFields, policiesSaid } from './check-routes.ts'
import { section, type Run } from './section.ts'
import { withoutDefaults } from './without-defaults.ts'

const entry = z
  .strictObject({ ...resourceFields, ...checkFields })
  .refine(({ routes, check }) => routes !== undefined || check === undefined, {
    path: ['check'],
    error: 'says how routes are checked: without routes there is nothing to check',
  })

type Entries = Record<string, z.output<typeof entry>>

export const resources = section<Entries>({
  name: 'resources',
  collections: ['resources', 'scopes', 'policies'],
  schema: z.record(resourceName, entry).superRefine(demandOnce),

  async make(run, entries) {
    const { tx, services, prune, report, context } = run
    for (const [name, { identifier }] of Object.entries(entries)) {
      if (identifier !== services.builtIn.identifier) continue
      report.fault('conflict', ['resources', name, 'identifier'], 'is the identifier of the management API')
    }
    const { changes, kept, conflicts } = await applyResources(
      tx,
      resourcesOf(entries),
      { prune, dryRun: false },
      context,
    )
    for (const { place, message } of conflicts) report.fault('conflict', ['resources', ...place], message)
    if (conflicts.length > 0) return
    for (const change of changes) tell(run, change)
    for (const { kind, name } of kept) report.keep(kind, name)
    await applyPolicies(run, entries)
  },

  async read({ tx }) {
    const said = await policiesSaid(tx)
    const all = await listResources(tx)
    return Object.fromEntries(
      all.map((resource) => [resource.name, { ...saidOf(resource), ...said.get(resource.name) }]),
    )
  },
})

function tell({ report }: Run, change: Change): void {
  switch (change.kind) {
    case 'create_resource':
    case 'delete_resource': {
      const { name, identifier: about } = change.resource
      report.change({ action: change.kind === 'create_resource' ? 'create' : 'delete', kind: 'resource', name, about })
      break
    }
    case 'update_resource':
      report.change({
        action: 'update',
        kind: 'resource',
        name: change.resource.name,
        fields: inFile(change.changes),
      })
      break
    case 'create_scope':
    case 'delete_scope': {
      const { name, title: about } = change.scope
      report.change({ action: change.kind === 'create_scope' ? 'create' : 'delete', kind: 'scope', name, about })
      break
    }
    case 'update_scope':
      report.change({ action: 'update', kind: 'scope', name: change.scope.name, fields: inFile(change.changes) })
      break
  }
}

function inFile(changes: readonly { field: string; from: unknown; to: unknown }[]) {
  return changes.map(({ field, from, to }) => ({ field: fieldNameInFile(field), from, to }))
}

function saidOf({ name, identifier, title, accessTokenFormat, accessTokenLifetimeSeconds, scopes }: Resource) {
  const token = { format: accessTokenFormat, lifetime: accessTokenLifetimeSeconds }
  return {
    identifier,
    ...(title !== titleFromName(name) && { title }),
    ...(Object.keys(withoutDefaults(token, tokenUnsaid)).length > 0 && {
      access_token: withoutDefaults(token, tokenUnsaid),
    }),
    scopes: Object.fromEntries(scopes.map((scope) => [scope.name, scopeSaid(scope)])),
  } as Entries[string]
}

const tokenUnsaid = { format: 'jwt', lifetime: 900 } as const

function scopeSaid({ name, title, description, optional, sensitive, writes, grantableBy }: Scope) {
  return withoutDefaults(
    { title, description, optional, sensitive, writes, grantable_by: grantableBy },
    {
      description: null,
      optional: false,
      sensitive: false,
      writes: impliesWriting(name),
      grantable_by: 'anyone',
    },
  )
}
