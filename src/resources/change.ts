/** Single changes to resources and scopes, as `apply` makes them together: each with its event and its notice. */
import { record, type AuditContext } from '../audit/record.ts'
import { notify } from '../platform/changes.ts'
import type { Tx } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import { fieldNameInFile } from './file-schema.ts'
import type { Resource, ResourceDefinition, Scope } from './resource.ts'
import {
  deleteResource as deleteRow,
  deleteScope as deleteScopeRow,
  insertResource,
  listResources,
  lockResources,
  putScope,
  updateResource as updateRow,
} from './store.ts'

/** What is taken already: by another resource, or by the management API. */
export type Taken = { outcome: 'taken'; what: 'name' | 'identifier' | 'scope'; by: string; value: string }
type Missing = { outcome: 'not_found' }
type Changed = { outcome: 'done'; resource: Resource }

/** Its scopes come with it. */
export async function createResource(
  tx: Tx,
  builtIn: Resource,
  definition: ResourceDefinition,
  context: AuditContext,
): Promise<Changed | Taken> {
  const others = [...(await lockedResources(tx)), builtIn]
  const taken =
    takenBy(others, 'name', definition.name) ??
    takenBy(others, 'identifier', definition.identifier) ??
    definition.scopes.map(({ name }) => takenBy(others, 'scope', name)).find((one) => one !== undefined)
  if (taken) return taken
  const { scopes, ...columns } = definition
  const id = newId('res', context.clock)
  const { identifier } = definition
  await insertResource(tx, { ...columns, id, createdAt: context.clock.now() })
  for (const scope of scopes) await putScope(tx, id, scope)
  await record(
    tx,
    [
      { type: 'resource.created', id, data: { identifier } },
      ...scopes.map(({ name }) => ({ type: 'scope.created', id: name, data: { resource_id: id } }) as const),
    ],
    context,
  )
  return told(tx, id)
}

/** Its name stays: policies and files know it by it. */
export async function updateResource(
  tx: Tx,
  builtIn: Resource,
  id: string,
  changes: Partial<Omit<ResourceDefinition, 'name' | 'scopes'>>,
  context: AuditContext,
): Promise<Changed | Taken | Missing> {
  const all = await lockedResources(tx)
  const current = all.find((resource) => resource.id === id)
  if (!current) return { outcome: 'not_found' }
  const others = [...all.filter((resource) => resource !== current), builtIn]
  const taken = changes.identifier === undefined ? undefined : takenBy(others, 'identifier', changes.identifier)
  if (taken) return taken
  const changed = changedFields(current, changes)
  if (changed.length === 0) return { outcome: 'done', resource: current }
  await updateRow(tx, id, changes)
  await record(tx, { type: 'resource.updated', id, data: { changed } }, context)
  return told(tx, id)
}

/** Its scopes and its policy go with it; keys and grants that name them keep the names, which count for nothing. */
export async function deleteResource(
  tx: Tx,
  id: string,
  context: AuditContext,
): Promise<{ outcome: 'done' } | Missing> {
  const resource = (await lockedResources(tx)).find((one) => one.id === id)
  if (!resource) return { outcome: 'not_found' }
  const { name, identifier } = resource
  await deleteRow(tx, id)
  await record(tx, { type: 'resource.deleted', id, data: { identifier } }, context)
  await notify(tx, { kind: 'resource', id }, { kind: 'policy', id: name })
  return { outcome: 'done' }
}

/** It stands behind those that the resource has. */
export async function createScope(
  tx: Tx,
  builtIn: Resource,
  resourceId: string,
  scope: Omit<Scope, 'position'>,
  context: AuditContext,
): Promise<Changed | Taken | Missing> {
  const all = await lockedResources(tx)
  const resource = all.find(({ id }) => id === resourceId)
  if (!resource) return { outcome: 'not_found' }
  const taken = takenBy([...all, builtIn], 'scope', scope.name)
  if (taken) return taken
  const position = 1 + Math.max(-1, ...resource.scopes.map((one) => one.position))
  await putScope(tx, resourceId, { ...scope, position })
  await record(tx, { type: 'scope.created', id: scope.name, data: { resource_id: resourceId } }, context)
  return told(tx, resourceId)
}

export async function updateScope(
  tx: Tx,
  resourceId: string,
  name: string,
  { position, ...changes }: Partial<Omit<Scope, 'name'>>,
  context: AuditContext,
): Promise<Changed | Missing> {
  const resource = (await lockedResources(tx)).find(({ id }) => id === resourceId)
  const current = resource?.scopes.find((scope) => scope.name === name)
  if (!resource || !current) return { outcome: 'not_found' }
  const others = resource.scopes.filter((scope) => scope !== current)
  const place = Math.min(position ?? Infinity, others.length)
  const moves = position !== undefined && place !== resource.scopes.indexOf(current)
  const changed = [...changedFields(current, changes), ...(moves ? ['position'] : [])]
  if (changed.length === 0) return { outcome: 'done', resource }
  const wanted = { ...current, ...changes }
  const inOrder = moves ? others.toSpliced(place, 0, wanted) : null
  for (const [index, scope] of inOrder?.entries() ?? []) await putScope(tx, resourceId, { ...scope, position: index })
  if (!inOrder) await putScope(tx, resourceId, wanted)
  await record(tx, { type: 'scope.updated', id: name, data: { changed } }, context)
  return told(tx, resourceId)
}

export async function deleteScope(
  tx: Tx,
  resourceId: string,
  name: string,
  context: AuditContext,
): Promise<{ outcome: 'done' } | Missing> {
  const resource = (await lockedResources(tx)).find(({ id }) => id === resourceId)
  if (!resource?.scopes.some((scope) => scope.name === name)) return { outcome: 'not_found' }
  await deleteScopeRow(tx, name)
  await record(tx, { type: 'scope.deleted', id: name, data: { resource_id: resourceId } }, context)
  await notify(tx, { kind: 'resource', id: resourceId })
  return { outcome: 'done' }
}

/** What is found free or there stays so until the transaction ends. */
async function lockedResources(tx: Tx): Promise<Resource[]> {
  await lockResources(tx)
  return listResources(tx)
}

/** Tells every node, and reads what came of it. */
async function told(tx: Tx, id: string): Promise<Changed> {
  await notify(tx, { kind: 'resource', id })
  const resource = (await listResources(tx)).find((one) => one.id === id)
  if (!resource) throw new Error(`the resource ${id} was not written`)
  return { outcome: 'done', resource }
}

function takenBy(others: readonly Resource[], what: Taken['what'], value: string): Taken | undefined {
  const owner = others.find((one) =>
    what === 'scope' ? one.scopes.some(({ name }) => name === value) : one[what] === value,
  )
  return owner && { outcome: 'taken', what, by: owner.name, value }
}

/** In wire names. */
function changedFields<T extends object>(current: T, changes: Partial<T>): string[] {
  const fields = Object.keys(changes) as (keyof T & string)[]
  return fields.filter((field) => current[field] !== changes[field]).map(fieldNameInFile)
}
