/** Makes the resources what a file says. */
import { record, type AuditContext } from '../audit/record.ts'
import type { Event } from '../audit/events.ts'
import { notify, type Change as Notice } from '../platform/changes.ts'
import type { Tx } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import { fieldNameInFile } from './file-schema.ts'
import { planResources, type Change, type FieldChange, type Plan } from './plan.ts'
import type { Resource, ResourceDefinition } from './resource.ts'
import {
  deleteResource,
  deleteScope,
  insertResource,
  listResources,
  lockResources,
  putScope,
  updateResource,
} from './store.ts'

/**
 * Plans and, unless there are conflicts or it is only a dry run, applies in one transaction that nobody else's apply
 * comes between; then the plan is what was done.
 */
export async function applyResources(
  tx: Tx,
  wanted: readonly ResourceDefinition[],
  options: { prune: boolean; dryRun: boolean },
  context: AuditContext,
): Promise<Plan> {
  if (!options.dryRun) await lockResources(tx)
  const current = await listResources(tx)
  const plan = planResources(current, wanted, options)
  if (options.dryRun || plan.conflicts.length > 0 || plan.changes.length === 0) return plan
  await apply(tx, current, plan.changes, context)
  return plan
}

async function apply(
  tx: Tx,
  current: readonly Resource[],
  changes: readonly Change[],
  context: AuditContext,
): Promise<void> {
  await parkIdentifiers(tx, changes)
  const ids = new Map(current.map(({ name, id }) => [name, id]))
  const idOf = (name: string): string => {
    const id = ids.get(name)
    if (id === undefined) throw new Error(`the plan speaks of a resource that is not there: ${name}`)
    return id
  }
  const happened: Event[] = []
  const touched = new Set<string>()
  for (const change of changes) {
    if (change.kind === 'create_resource') ids.set(change.resource.name, newId('res', context.clock))
    const { resourceId, event } = await make(tx, change, idOf, context)
    touched.add(resourceId)
    happened.push(event)
  }
  await record(tx, happened, context)
  // A resource's policy goes with it.
  const policies = changes.flatMap((change): Notice[] =>
    change.kind === 'delete_resource' ? [{ kind: 'policy', id: change.resource.name }] : [],
  )
  await notify(tx, ...[...touched].map((id): Notice => ({ kind: 'resource', id })), ...policies)
}

/**
 * Identifiers are unique at every moment, and two resources may exchange theirs or one take over that of another: those
 * that leave theirs do so first.
 */
async function parkIdentifiers(tx: Tx, changes: readonly Change[]): Promise<void> {
  const leaving = changes.flatMap((change) => {
    if (change.kind === 'delete_resource') return [change.resource.id]
    if (change.kind === 'update_resource' && changedFields(change.changes).includes('identifier')) return [change.id]
    return []
  })
  for (const id of leaving) await updateResource(tx, id, { identifier: `urn:keygrant:parked:${id}` })
}

async function make(
  tx: Tx,
  change: Change,
  idOf: (name: string) => string,
  context: AuditContext,
): Promise<{ resourceId: string; event: Event }> {
  switch (change.kind) {
    case 'create_resource': {
      const { scopes: _, ...columns } = change.resource
      const id = idOf(columns.name)
      await insertResource(tx, { ...columns, id, createdAt: context.clock.now() })
      return { resourceId: id, event: { type: 'resource.created', id, data: { identifier: columns.identifier } } }
    }
    case 'update_resource': {
      const { scopes: _, ...columns } = change.resource
      await updateResource(tx, change.id, columns)
      const data = { changed: changedFields(change.changes) }
      return { resourceId: change.id, event: { type: 'resource.updated', id: change.id, data } }
    }
    case 'delete_resource': {
      const { id, identifier } = change.resource
      await deleteResource(tx, id)
      return { resourceId: id, event: { type: 'resource.deleted', id, data: { identifier } } }
    }
    case 'create_scope': {
      const resourceId = idOf(change.resource)
      await putScope(tx, resourceId, change.scope)
      return { resourceId, event: { type: 'scope.created', id: change.scope.name, data: { resource_id: resourceId } } }
    }
    case 'update_scope': {
      const resourceId = idOf(change.resource)
      await putScope(tx, resourceId, change.scope)
      const data = { changed: changedFields(change.changes) }
      return { resourceId, event: { type: 'scope.updated', id: change.scope.name, data } }
    }
    case 'delete_scope': {
      const { id: resourceId } = change.resource
      await deleteScope(tx, change.scope.name)
      return { resourceId, event: { type: 'scope.deleted', id: change.scope.name, data: { resource_id: resourceId } } }
    }
  }
}

/** In the file's own words. */
const changedFields = (changes: readonly FieldChange<string>[]): string[] =>
  changes.map(({ field }) => fieldNameInFile(field))
