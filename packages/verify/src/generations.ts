/** A bounded memory that forgets what wasn't used lately: two generations of entries, of which the older one goes whole. */

export interface Generations<T> {
  get(key: string): T | undefined
  set(key: string, value: T): void
  delete(key: string): void
  clear(): void
  readonly size: number
}

/**
 * What is used is carried into the younger generation: nothing is moved at each use, and nothing searched for when room is
 * needed.
 * @param capacity between half of it and all of it are kept
 * @param onDrop gets those that go for want of room, or all at a clear
 */
export function createGenerations<T>(capacity: number, onDrop?: (values: Iterable<T>) => void): Generations<T> {
  const most = Math.max(1, Math.floor(capacity / 2))
  let young = new Map<string, T>()
  let old = new Map<string, T>()

  function put(key: string, value: T): void {
    if (young.size >= most && !young.has(key)) {
      onDrop?.(old.values())
      old = young
      young = new Map()
    }
    young.set(key, value)
  }

  return {
    get(key) {
      const value = young.get(key)
      if (value !== undefined) return value
      const older = old.get(key)
      if (older === undefined) return undefined
      old.delete(key)
      put(key, older)
      return older
    },
    set(key, value) {
      old.delete(key)
      put(key, value)
    },
    delete(key) {
      young.delete(key)
      old.delete(key)
    },
    clear() {
      onDrop?.(young.values())
      onDrop?.(old.values())
      young = new Map()
      old = new Map()
    },
    get size() {
      return young.size + old.size
    },
  }
}
