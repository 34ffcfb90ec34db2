/** Every resource and scope, in memory: what consent, tokens and keys draw on. The database's notices keep it true. */
import type { Changes } from '../platform/changes.ts'
import type { Db } from '../platform/database.ts'
import type { Log } from '../platform/log.ts'
import type { Resource, Scope } from './resource.ts'
import { listResources } from './store.ts'

/** How soon a failed reload is tried again: half of the second within which a change has to hold everywhere. */
const RETRY_MS = 500

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
}

/**
 * Resolves once it has been read; from then on every answer is synchronous. A reload that fails keeps what was read last
 * and is tried again until it works.
 */
export async function createCatalogue(options: {
  db: Db
  changes: Pick<Changes, 'on' | 'onGap'>
  log: Log
}): Promise<Catalogue> {
  const { db, changes, log } = options
  let current = index([])
  let running: Promise<void> | null = null
  let next: Promise<void> | null = null
  let retry: NodeJS.Timeout | null = null
  let disposed = false

  async function load(): Promise<void> {
    const resources = await listResources(db)
    current = index(resources)
  }

  /** One read at a time. A read under way may have begun before a change, so whoever asks meanwhile gets the one after it. */
  function refresh(): Promise<void> {
    if (running) {
      next ??= running
        .catch(() => undefined)
        .then(() => {
          next = null
          return refresh()
        })
      return next
    }
    running = load().finally(() => (running = null))
    return running
  }

  function reload(): void {
    if (disposed) return
    if (retry) clearTimeout(retry)
    retry = null
    refresh().catch((error: unknown) => {
      if (disposed) return
      log.warn({ err: error }, 'the resources could not be read anew; those known are kept, and it will be tried again')
      retry ??= setTimeout(reload, RETRY_MS)
    })
  }

  // Listening comes before the first read, so that no change falls between the two.
  changes.on('resource', reload)
  changes.onGap(reload)
  function dispose(): void {
    disposed = true
    if (retry) clearTimeout(retry)
  }

  try {
    await refresh()
  } catch (error) {
    dispose()
    throw error
  }

  return {
    byIdentifier: (identifier) => current.byIdentifier.get(identifier),
    byName: (name) => current.byName.get(name),
    byScope: (scopeName) => current.byScope.get(scopeName)?.resource,
    scope: (scopeName) => current.byScope.get(scopeName)?.scope,
    all: () => current.all,
    refresh,
    [Symbol.dispose]: dispose,
  }
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
