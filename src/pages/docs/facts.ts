/** What the documentation is told by the server that it is about. */
import type { Resource } from '../../resources/resource.ts'
import type { Addresses } from './words/words.ts'

/** A tier as the guide shows it; null: without that limit. */
export interface TierFacts {
  name: string
  hour: number | null
  burst: number
  refillPerSecond: number | null
}

export interface DocsFacts {
  at: Addresses
  /** As it is called now. */
  platform: { readonly name: string }
  keyPrefix: string
  resources: () => readonly Resource[]
  tiers: () => Promise<TierFacts[]>
  /** Where a person's newest key ends, and its environment; null: there is none. */
  newestKey: (userId: string) => Promise<{ environment: string; hint: string } | null>
  /** The description of the API; another object once it has changed. */
  describe: () => Promise<object>
}
