/** Every resource and scope, in memory: what consent, tokens and keys draw on. The database's notices keep it true. */
import type { Changes } from '../platform/changes.ts'
import type { Db } from '../platform/database.ts'
import type { Log } from '../platform/log.ts'
import { createReading } from '../platform/reading.ts'
import type { Resource, Scope } from './resource.ts'
import { listResources } from './store.ts'

export interface Catalogue extends Disposable {
  byIdentifier(identifier: string): Resource | undefined
  byName(name: string): Resource | undefined
  /** The resource that a scope belongs to. */
  byScope(scopeName: string): Resource | undefined
  scope(scopeName: string): Scope | undefined
  /** By name. */
  all(): readonly Resource[]
  /** Reads it anew; resolves when everything that was committed before the call is in it. */
  refresh(): Promise<void>
  /** Grows with each reading: what was made of an older one has to be made anew. */
  readonly version: number
}

/**
 * Resolves once it has been read; from then on every answer is synchronous. A reload that fails keeps what was read last
 * and is tried again until it works.
 */
export async function createCatalogue(options: {
  db: Db
  changes: Pick<Changes, 'on' | 'onGap'>
  log: Log
  /** The management API, which is in no table; it comes before whatever has its names. */
  builtIn: Resource
}): Promise<Catalogue> {
  const { db, changes, log, builtIn } = options
  let current = index([])
  let version = 0
  const reading = createReading(
    'the resources',
    async () => {
      current = index(withBuiltIn(await listResources(db), builtIn))
      version++
    },
    log,
  )

  // Listening comes before the first read, so that no change falls between the two.
  changes.on('resource', reading.reload)
  changes.onGap(reading.reload)
  try {
    await reading.refresh()
  } catch (error) {
    reading[Symbol.dispose]()
    throw error
  }

  return {
    byIdentifier: (identifier) => current.byIdentifier.get(identifier),
    byName: (name) => current.byName.get(name),
    byScope: (scopeName) => current.byScope.get(scopeName)?.resource,
    scope: (scopeName) => current.byScope.get(scopeName)?.scope,
    all: () => current.all,
    refresh: reading.refresh,
    get version() {
      return version
    },
    [Symbol.dispose]: reading[Symbol.dispose],
  }
}

/** Names that are ours now may have been given away by an older version: such a resource or scope is there no more. */
function withBuiltIn(registered: readonly Resource[], builtIn: Resource): Resource[] {
  const ours = new Set(builtIn.scopes.map(({ name }) => name))
  const others = registered
    .filter(({ name, identifier }) => name !== builtIn.name && identifier !== builtIn.identifier)
    .map((resource) => ({ ...resource, scopes: resource.scopes.filter(({ name }) => !ours.has(name)) }))
  return [...others, builtIn].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function index(resources: readonly Resource[]) {
  return {
    all: resources,
    byIdentifier: new Map(resources.map((resource) => [resource.identifier, resource])),
    byName: new Map(resources.map((resource) => [resource.name, resource])),
    byScope: new Map(
      resources.flatMap((resource) => resource.scopes.map((scope) => [scope.name, { resource, scope }] as const)),
    ),
  }
}
