/**
 * Keys of other systems: looked for once any were imported, by a memory and batches of their own, so that who sends what
 * only looks like one costs those with keys of ours nothing.
 */
import type { Pool } from 'pg'
import { lookUpByDigests, type FoundKey } from '../api-keys/look-up.ts'
import { createFirstUse } from '../api-keys/import/first-use.ts'
import { mayBeForeign } from '../api-keys/import/foreign.ts'
import type { FormatDirectory } from '../api-keys/import/format-directory.ts'
import { foreignDigests } from '../api-keys/import/formats.ts'
import type { CounterRow } from '../limits/limits.ts'
import type { Changes } from '../platform/changes.ts'
import type { Log } from '../platform/log.ts'
import type { Secrets } from '../platform/secrets.ts'
import { BusyError } from '../platform/work-limit.ts'
import { createAuthorityCache } from './authority-cache.ts'
import { createFailures, slowHashes, type Failures } from './failures.ts'
import { createGenerations } from './generations.ts'
import type { Holder } from './holder.ts'
import { notFound, throttled, type Unresolved } from './unresolved.ts'

export interface ForeignKeys {
  /** Are any looked for, and may this be one? */
  mayBe(text: string): boolean
  /** What is held for this digest, at once. */
  get(digest: string): Holder | undefined
  /** It was looked for lately, and there was none. */
  isUnknown(digest: string): boolean
  /** Looks for it. Rejects when the store is down. */
  find(digest: string, text: string, address: string): Promise<Holder | Unresolved>
  readonly figures: {
    readonly held: number
    readonly looks: { readonly statements: number; readonly credentials: number }
    /** Slow hashes that were computed. */
    readonly computations: number
  }
}

export function createForeignKeys(options: {
  pool: Pool
  secrets: Secrets
  formats: FormatDirectory
  /** KEY_PREFIX. */
  prefix: string
  changes: Pick<Changes, 'on' | 'onGap' | 'state'>
  log: Log
  /** Milliseconds that never go back. */
  now: () => number
  holderOf: (key: FoundKey) => Holder
  restore: (rows: readonly CounterRow[]) => void
  failures: Failures
  capacity: number
  unknownCapacity: number
}): ForeignKeys {
  const { pool, secrets, formats, prefix, changes, log, now, holderOf, restore, failures } = options
  const firstUse = createFirstUse({ pool, secrets, log })
  const vain = createFailures(now, slowHashes)
  const searches = new Map<string, Promise<Holder | Unresolved>>()

  const cache = createAuthorityCache<Holder, string>({
    changes,
    kinds: ['api_key', 'organization', 'user', 'service_account'],
    ownKind: 'api_key',
    capacity: options.capacity,
    // That the fast look finds none says nothing yet: what is unknown is kept here.
    unknownCapacity: 0,
    batchesAtOnce: 1,
    async read(texts) {
      const digests = texts.map((text) => foreignDigests(formats.current, secrets, text))
      const found = await lookUpByDigests(pool, digests, restore)
      return found.map((key) => key && holderOf(key))
    },
  })
  const unknown = createGenerations<true>(options.unknownCapacity)
  /** Grows whenever what was unknown may be known by now. */
  let epoch = 0
  const forgetUnknown = () => {
    epoch++
    unknown.clear()
  }
  changes.on('api_key', forgetUnknown)
  changes.onGap(forgetUnknown)
  formats.onChange(forgetUnknown)

  async function search(digest: string, text: string, address: string): Promise<Holder | Unresolved> {
    const began = epoch
    const sure = changes.state() === 'live'
    const held = await cache.load(digest, text)
    if (held) return held
    const first = await useFirst(text, address)
    if (typeof first === 'object') return first
    const settled = first === 'settled' ? await cache.load(digest, text) : null
    if (settled) return settled
    if (sure && epoch === began && changes.state() === 'live') unknown.set(digest, true)
    failures.count(address)
    return notFound
  }

  /**
   * Compares it with the slow hashes that begin like it. Tries in vain are throttled by address, and by what they begin
   * with, too: who knows that of one key, and comes from everywhere, is in the way of that key alone.
   */
  async function useFirst(text: string, address: string): Promise<'settled' | 'none' | Unresolved> {
    const { prefixLengths } = formats.current
    const candidates = prefixLengths.length === 0 ? [] : await firstUse.candidates(text, prefixLengths)
    if (candidates.length === 0) return 'none'
    const sources = [address, ...new Set(candidates.map(({ lookupPrefix }) => `begins with ${lookupPrefix}`))]
    const wait = Math.max(...sources.map((source) => vain.wait(source)))
    if (wait > 0) return throttled(wait)
    try {
      for (const candidate of candidates) {
        if (!(await firstUse.matches(candidate, text))) continue
        await firstUse.settle(candidate, text)
        return 'settled'
      }
    } catch (error) {
      if (error instanceof BusyError) return { code: 'unavailable', retryAfterSeconds: error.retryAfterSeconds }
      throw error
    }
    for (const source of sources) for (const _ of candidates) vain.count(source)
    return 'none'
  }

  return {
    mayBe: (text) => formats.current.any && mayBeForeign(text, prefix),
    get: (digest) => cache.get(digest),
    isUnknown: (digest) => unknown.get(digest) === true,
    find(digest, text, address) {
      const known = searches.get(digest)
      if (known) return known
      const searching = search(digest, text, address).finally(() => searches.delete(digest))
      searches.set(digest, searching)
      return searching
    },
    figures: {
      get held() {
        return cache.size
      },
      looks: cache.looks,
      get computations() {
        return firstUse.computations
      },
    },
  }
}
