/** The clients that this node knows: a bounded cache before the database, kept true by the database's own notices. */
import type { Changes } from '../platform/changes.ts'
import type { Db } from '../platform/database.ts'
import type { Client } from './client.ts'
import { findClient } from './store.ts'

/** Some 3 KB each: at most some 30 MB. */
const CAPACITY = 10_000

/** Without a sign that changes are heard, what is held may be used this long; then the database is asked each time. */
const TRUSTED_SILENCE_MS = 5_000

export interface ClientDirectory extends Disposable {
  /** Null if there is none. A disabled one is found: see its `disabledAt`. */
  find(clientId: string): Promise<Client | null>
}

/**
 * What isn't there is never remembered: a stranger could otherwise fill the cache with names, and a client that was just
 * registered elsewhere is found at once. Nothing is looked up for what can't be a client_id.
 */
export function createClientDirectory(options: {
  db: Db
  changes: Pick<Changes, 'on' | 'onGap' | 'silenceMs'>
  capacity?: number
  load?: (db: Db, clientId: string) => Promise<Client | null>
}): ClientDirectory {
  const { db, changes, capacity = CAPACITY, load = findClient } = options
  /** A Map remembers the order of insertion: the first key is the one that was used the longest time ago. */
  const known = new Map<string, Client>()
  const loading = new Map<string, Promise<Client | null>>()

  function remember(clientId: string, client: Client): void {
    known.delete(clientId)
    known.set(clientId, client)
    const oldest = known.size > capacity ? known.keys().next() : undefined
    if (oldest && !oldest.done) known.delete(oldest.value)
  }

  /**
   * An invalidation takes the running load out of `loading`. Whoever asked before it gets what that load read, but it isn't
   * remembered, and whoever asks after it starts a load of their own: a revoked secret can't come back by a slow read.
   */
  function start(clientId: string): Promise<Client | null> {
    const running = load(db, clientId)
      .then((client) => {
        if (client && loading.get(clientId) === running) remember(clientId, client)
        return client
      })
      .finally(() => {
        if (loading.get(clientId) === running) loading.delete(clientId)
      })
    loading.set(clientId, running)
    return running
  }

  changes.on('client', (clientId) => {
    known.delete(clientId)
    loading.delete(clientId)
  })
  changes.onGap(() => {
    known.clear()
    loading.clear()
  })

  return {
    async find(clientId) {
      const client = known.get(clientId)
      if (client && changes.silenceMs() <= TRUSTED_SILENCE_MS) {
        remember(clientId, client)
        return client
      }
      if (!isPlausible(clientId)) return null
      return loading.get(clientId) ?? start(clientId)
    },
    [Symbol.dispose]() {
      known.clear()
      loading.clear()
    },
  }
}

/** RFC 6749, A.1: visible ASCII. Imported clients keep the client_id that they had, so nothing more is asked of it. */
function isPlausible(clientId: string): boolean {
  return clientId.length <= 255 && /^[\x20-\x7e]+$/.test(clientId)
}
