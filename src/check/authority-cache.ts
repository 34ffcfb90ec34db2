/**
 * What credentials may do, in memory: a bounded cache before the database, kept true by the database's own notices. It
 * holds digests and never secrets. Revocation can't be outrun: a fill that an invalidation overtook is read anew.
 */
import type { ChangeKind, Changes } from '../platform/changes.ts'
import { createGenerations } from './generations.ts'

export interface Held {
  /** The ids of everything that decides what it may do: a change of any of them makes it worthless. */
  readonly dependsOn: readonly string[]
  /** Set when it became worthless; whoever still holds it for a moment can tell. */
  stale: boolean
}

export interface AuthorityCache<T extends Held, C> {
  /** What is held for this digest, at once. */
  get(digest: string): T | undefined
  /** It was looked for lately, and there was none. */
  isUnknown(digest: string): boolean
  /** Reads it, together with what others look for at the same moment. Null: there is none. Rejects when the store is down. */
  load(digest: string, credential: C): Promise<T | null>
  /** It was found to be none without the store: a forged signature. */
  reject(digest: string): void
  /** What was none may be one by now. */
  forgetUnknown(): void
  readonly size: number
  /** How often the store was asked, and for how many. */
  readonly looks: { statements: number; credentials: number }
}

export interface AuthorityCacheOptions<T extends Held, C> {
  changes: Pick<Changes, 'on' | 'onGap' | 'state'>
  /** Whose notices count. */
  kinds: readonly ChangeKind[]
  /** The kind whose notice may tell of a credential that was looked for in vain before (an imported one). */
  ownKind: ChangeKind
  capacity: number
  /** 0: none is kept. */
  unknownCapacity: number
  /** How many reads may be under way; one for each connection for look-ups unless said. */
  batchesAtOnce?: number
  /** Reads several at once, from the primary; in the order asked, null for those that aren't there. */
  read(credentials: readonly C[]): Promise<readonly (T | null)[]>
}

interface Waiting<T, C> {
  digest: string
  credential: C
  resolve(found: T | null): void
  reject(error: unknown): void
}

/** One statement's worth. */
const LARGEST_BATCH = 128
const BATCHES_AT_ONCE = 2

/** Notices can overtake a read again and again only if somebody changes the same key without pause. */
const MOST_READS = 5

export function createAuthorityCache<T extends Held, C>(options: AuthorityCacheOptions<T, C>): AuthorityCache<T, C> {
  const { changes, kinds, ownKind, capacity, unknownCapacity, read } = options
  const { batchesAtOnce = BATCHES_AT_ONCE } = options
  const dependants = new Map<string, Set<T>>()
  const digests = new WeakMap<T, string>()
  const held = createGenerations<T>(capacity, (dropped) => {
    for (const value of dropped) forget(value)
  })
  const unknown = createGenerations<true>(unknownCapacity)
  const looks = { statements: 0, credentials: 0 }

  const pending = new Map<string, Promise<T | null>>()
  let queue: Waiting<T, C>[] = []
  let scheduled = false
  let running = 0
  /** What was invalidated since each running read began: null stands for everything. */
  const overtaken = new Set<{ ids: Set<string> | null }>()

  for (const kind of kinds) changes.on(kind, (id) => invalidate(id, kind))
  changes.onGap(() => {
    for (const since of overtaken) since.ids = null
    pending.clear()
    held.clear()
    unknown.clear()
  })

  function invalidate(id: string, kind: ChangeKind): void {
    for (const since of overtaken) since.ids?.add(id)
    // Whoever asks from now on must not get what was read before.
    pending.clear()
    const dependent = dependants.get(id)
    if (!dependent) {
      if (kind === ownKind) unknown.clear()
      return
    }
    for (const value of dependent) {
      held.delete(digests.get(value) ?? '')
      forget(value)
    }
  }

  function forget(value: T): void {
    value.stale = true
    for (const id of value.dependsOn) {
      const dependent = dependants.get(id)
      dependent?.delete(value)
      if (dependent?.size === 0) dependants.delete(id)
    }
  }

  function keep(digest: string, value: T): void {
    const before = held.get(digest)
    if (before) forget(before)
    digests.set(value, digest)
    for (const id of value.dependsOn) {
      const dependent = dependants.get(id)
      if (dependent) dependent.add(value)
      else dependants.set(id, new Set([value]))
    }
    held.set(digest, value)
  }

  function schedule(): void {
    if (scheduled || queue.length === 0 || running >= batchesAtOnce) return
    scheduled = true
    // After the requests that arrived in the same turn, so that they share a statement.
    setImmediate(() => {
      scheduled = false
      while (queue.length > 0 && running < batchesAtOnce) {
        const batch = queue.slice(0, LARGEST_BATCH)
        queue = queue.slice(LARGEST_BATCH)
        running++
        void run(batch).finally(() => {
          running--
          schedule()
        })
      }
    })
  }

  async function run(batch: readonly Waiting<T, C>[]): Promise<void> {
    try {
      let left = batch
      for (let reads = 1; left.length > 0; reads++) left = await fill(left, reads === MOST_READS)
    } catch (error) {
      for (const waiting of batch) waiting.reject(error)
    }
  }

  /** @returns those that have to be read anew */
  async function fill(batch: readonly Waiting<T, C>[], last: boolean): Promise<readonly Waiting<T, C>[]> {
    const since = { ids: new Set<string>() as Set<string> | null }
    const sure = changes.state() === 'live'
    overtaken.add(since)
    looks.statements++
    looks.credentials += batch.length
    const found = await read(batch.map(({ credential }) => credential)).finally(() => overtaken.delete(since))
    // What is read while nothing is heard is right at this moment and worth nothing in the next.
    const keeps = sure && since.ids !== null && changes.state() === 'live'
    return batch.filter((waiting, index) => {
      const value = found[index] ?? null
      const late = since.ids === null || (value?.dependsOn.some((id) => since.ids?.has(id)) ?? false)
      if (late && !last) return true
      if (keeps && !late) {
        if (value) keep(waiting.digest, value)
        else if (since.ids?.size === 0 && unknownCapacity > 0) unknown.set(waiting.digest, true)
      }
      waiting.resolve(value)
      return false
    })
  }

  return {
    get: (digest) => held.get(digest),
    isUnknown: (digest) => unknown.get(digest) === true,
    reject: (digest) => unknown.set(digest, true),
    forgetUnknown: () => unknown.clear(),
    load(digest, credential) {
      const known = pending.get(digest)
      if (known) return known
      const loading = new Promise<T | null>((resolve, reject) => {
        queue.push({ digest, credential, resolve, reject })
        schedule()
      }).finally(() => {
        if (pending.get(digest) === loading) pending.delete(digest)
      })
      pending.set(digest, loading)
      return loading
    },
    get size() {
      return held.size
    },
    looks,
  }
}
