/** What the revocation feed has named, and when: so much as decides whether an answer, or a token, is from before or after. */

export interface Named {
  /** @param at when it changed, by the server's clock, in ms */
  note(digest: string, at: number): void
  /** When it was named last, by the server's clock; -Infinity: never since `since`. */
  lastAt(digest: string): number
  /** Was it named since the event that had this number? */
  isAfter(digest: string, count: number): boolean
  /** Grows with each event. */
  readonly count: number
  /** Grows whenever what was known is worth nothing any more. */
  readonly resets: number
  /** From then on, by the server's clock, everything is known; Infinity: nothing is. */
  readonly since: number
  /** Everything from then on is told from now on. */
  begin(since: number): void
  /** Nothing is known any more. */
  reset(): void
}

interface Mention {
  at: number
  count: number
}

/** Some 150 bytes each. What goes for want of room moves `since`. */
const CAPACITY = 50_000

export function createNamed(capacity = CAPACITY): Named {
  /** In the order in which they were named last. */
  const mentions = new Map<string, Mention>()
  let count = 0
  let resets = 0
  let since = Infinity

  return {
    note(digest, at) {
      count++
      const before = mentions.get(digest)
      mentions.delete(digest)
      // What comes again after a reconnection comes with its old time.
      mentions.set(digest, { at: Math.max(at, before?.at ?? -Infinity), count })
      if (mentions.size <= capacity) return
      const [oldest] = mentions
      if (!oldest) return
      mentions.delete(oldest[0])
      since = Math.max(since, oldest[1].at + 1)
    },
    lastAt: (digest) => mentions.get(digest)?.at ?? -Infinity,
    isAfter: (digest, number) => (mentions.get(digest)?.count ?? 0) > number,
    get count() {
      return count
    },
    get since() {
      return since
    },
    begin(at) {
      if (since === Infinity) since = at
    },
    get resets() {
      return resets
    },
    reset() {
      resets++
      mentions.clear()
      since = Infinity
    },
  }
}
