/** What has to change so that the resources are as a file says, decided without touching anything. */
import type { Resource, ResourceDefinition, Scope } from './resource.ts'

type ResourceField = Exclude<keyof ResourceDefinition, 'name' | 'scopes'>
type ScopeField = Exclude<keyof Scope, 'name'> | 'resource'

export interface FieldChange<Field extends string> {
  readonly field: Field
  readonly from: unknown
  readonly to: unknown
}

/** A scope and the name of its resource. */
export interface PlannedScope {
  readonly scope: Scope
  readonly resource: string
}

export type Change =
  | { kind: 'create_resource'; resource: ResourceDefinition }
  | { kind: 'update_resource'; id: string; resource: ResourceDefinition; changes: FieldChange<ResourceField>[] }
  | { kind: 'delete_resource'; resource: Resource }
  | ({ kind: 'create_scope' } & PlannedScope)
  | ({ kind: 'update_scope'; changes: FieldChange<ScopeField>[] } & PlannedScope)
  | { kind: 'delete_scope'; scope: Scope; resource: Resource }

export interface Plan {
  /** In an order in which they can be made: a resource is deleted after the scopes that another one takes over from it. */
  readonly changes: readonly Change[]
  /** There, but not in the file; only `prune` deletes them. Those of a resource that is kept go with it. */
  readonly kept: readonly { kind: 'resource' | 'scope'; name: string }[]
  /** Why the file can't be applied as it is. */
  readonly conflicts: readonly Conflict[]
}

export interface Conflict {
  /** Among the resources of the file: `['reports', 'identifier']`. */
  readonly place: readonly string[]
  readonly message: string
}

/** Objects are known by name: another name is another object. */
export function planResources(
  current: readonly Resource[],
  wanted: readonly ResourceDefinition[],
  options: { prune: boolean },
): Plan {
  const { prune } = options
  const wantedNames = new Set(wanted.map(({ name }) => name))
  const wantedScopes = new Set(wanted.flatMap(({ scopes }) => scopes.map(({ name }) => name)))
  const byName = new Map(current.map((resource) => [resource.name, resource]))
  const surplus = current
    .filter(({ name }) => !wantedNames.has(name))
    .map((resource) => ({ kind: 'delete_resource', resource }) as const)
  const surplusScopes = current.flatMap((resource) =>
    resource.scopes
      .filter(({ name }) => !wantedScopes.has(name))
      .map((scope) => ({ kind: 'delete_scope', scope, resource }) as const),
  )
  const upserts = wanted.flatMap((resource) => {
    const existing = byName.get(resource.name)
    return existing ? updateOf(existing, resource) : [{ kind: 'create_resource', resource } as const]
  })
  return {
    changes: [...(prune ? surplusScopes : []), ...upserts, ...scopeChanges(current, wanted), ...(prune ? surplus : [])],
    kept: prune
      ? []
      : [
          ...surplus.map(({ resource }) => ({ kind: 'resource', name: resource.name }) as const),
          ...surplusScopes
            .filter(({ resource }) => wantedNames.has(resource.name))
            .map(({ scope }) => ({ kind: 'scope', name: scope.name }) as const),
        ],
    conflicts: prune
      ? []
      : conflictsWith(
          surplus.map(({ resource }) => resource),
          wanted,
        ),
  }
}

const resourceFields = ['identifier', 'title', 'accessTokenFormat', 'accessTokenLifetimeSeconds'] as const
const scopeFields = ['title', 'description', 'optional', 'sensitive', 'writes', 'grantableBy', 'position'] as const

function updateOf(existing: Resource, resource: ResourceDefinition): Change[] {
  const changes = resourceFields
    .filter((field) => existing[field] !== resource[field])
    .map((field) => ({ field, from: existing[field], to: resource[field] }))
  return changes.length === 0 ? [] : [{ kind: 'update_resource', id: existing.id, resource, changes }]
}

function scopeChanges(current: readonly Resource[], wanted: readonly ResourceDefinition[]): Change[] {
  const existing = new Map(placed(current).map((entry) => [entry.scope.name, entry]))
  return placed(wanted).flatMap((entry): Change[] => {
    const before = existing.get(entry.scope.name)
    if (!before) return [{ kind: 'create_scope', ...entry }]
    const changes: FieldChange<ScopeField>[] = scopeFields
      .filter((field) => before.scope[field] !== entry.scope[field])
      .map((field) => ({ field, from: before.scope[field], to: entry.scope[field] }))
    if (before.resource !== entry.resource)
      changes.push({ field: 'resource', from: before.resource, to: entry.resource })
    return changes.length === 0 ? [] : [{ kind: 'update_scope', changes, ...entry }]
  })
}

function placed(resources: readonly ResourceDefinition[]): PlannedScope[] {
  return resources.flatMap(({ name, scopes }) => scopes.map((scope) => ({ scope, resource: name })))
}

/** A file may move a scope or an identifier between resources that it names, but not take it from one that it doesn't. */
function conflictsWith(surplus: readonly Resource[], wanted: readonly ResourceDefinition[]): Conflict[] {
  const remedy = 'name that resource in the file, too, or delete it with --prune'
  const identifiers = new Map(surplus.map((resource) => [resource.identifier, resource.name]))
  const owners = new Map(surplus.flatMap(({ name, scopes }) => scopes.map((scope) => [scope.name, name])))
  return wanted.flatMap((resource) => [
    ...[resource.identifier]
      .filter((uri) => identifiers.has(uri))
      .map((uri) => ({
        place: [resource.name, 'identifier'],
        message: `is the identifier of ${identifiers.get(uri)}: ${remedy}`,
      })),
    ...resource.scopes
      .filter(({ name }) => owners.has(name))
      .map(({ name }) => ({
        place: [resource.name, 'scopes', name],
        message: `is a scope of ${owners.get(name)}: ${remedy}`,
      })),
  ])
}
