/** What is held of a credential, and of a client and its subject: bounded, and gone with the first event that names what it hangs on. */
import { createGenerations } from './generations.ts'
import type { Charge } from './charges.ts'
import type { RefusalCode } from './codes.ts'
import type { Counter } from './counters.ts'
import type { Identity } from './identity.ts'
import type { Admission } from './verdict.ts'

export interface Dependent {
  /** The digests whose event makes it worthless. */
  readonly dependsOn: readonly string[]
}

/** Of a credential. */
export interface Held extends Dependent {
  /** `valid`: it is judged by each question; else it is refused whatever is asked. */
  readonly code: 'valid' | RefusalCode
  readonly identity: Identity | null
  readonly scopes: ReadonlySet<string>
  /** Infinity: none. */
  readonly expiresAtMs: number
  readonly counters: readonly Counter[]
  /** No call may cost more. */
  readonly largestCost: number
  /** It is for the addresses of a list: each of them has its own answer. */
  readonly addressBound: boolean
  /** By a clock that nobody sets: from then on the server is asked again, since a node may not have heard yet. */
  readonly freshUntil: number
  readonly admission: Admission | null
  /** What passed and isn't told yet. */
  readonly charge: Charge | null
  /** Until when the server would refuse a call of this cost. */
  readonly limitedUntil: Map<number, number>
}

/** Of a client and whoever it acts for: what its tokens don't say themselves. */
export interface Facts extends Dependent {
  readonly organization: string | null
  readonly externalId: string | null
  readonly tier: string
  readonly counters: readonly Counter[]
  readonly largestCost: number
}

export interface Holding<T extends Dependent> {
  get(key: string): T | undefined
  keep(key: string, value: T): void
  /** Forgets what hangs on this. @returns whether there was any */
  forget(digest: string): boolean
  clear(): void
  readonly size: number
}

/** @param onDrop gets each value that isn't held any more */
export function createHolding<T extends Dependent>(capacity: number, onDrop: (value: T) => void): Holding<T> {
  const keys = new WeakMap<T, string>()
  const dependants = new Map<string, Set<T>>()
  const values = createGenerations<T>(capacity, (dropped) => {
    for (const value of dropped) drop(value)
  })

  function drop(value: T): void {
    for (const digest of value.dependsOn) {
      const dependent = dependants.get(digest)
      dependent?.delete(value)
      if (dependent?.size === 0) dependants.delete(digest)
    }
    onDrop(value)
  }

  return {
    get: (key) => values.get(key),
    keep(key, value) {
      const before = values.get(key)
      if (before) {
        values.delete(key)
        drop(before)
      }
      keys.set(value, key)
      for (const digest of value.dependsOn) {
        const dependent = dependants.get(digest)
        if (dependent) dependent.add(value)
        else dependants.set(digest, new Set([value]))
      }
      values.set(key, value)
    },
    forget(digest) {
      const dependent = dependants.get(digest)
      if (!dependent) return false
      for (const value of dependent) {
        values.delete(keys.get(value) ?? '')
        drop(value)
      }
      return true
    },
    clear: () => values.clear(),
    get size() {
      return values.size
    },
  }
}
