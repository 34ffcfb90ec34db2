/** What is read whole from the database and held in memory: read anew at each change, one read at a time, until it works. */
import type { Log } from './log.ts'

/** How soon a failed read is tried again: half of the second within which a change has to hold everywhere. */
const RETRY_MS = 500

export interface Reading extends Disposable {
  /** Reads it anew; resolves when everything that was committed before the call is in it. */
  refresh(): Promise<void>
  /** The same for a notice, which nobody waits for: a read that fails is tried again until it works. */
  reload(): void
}

/** `what` is what the log calls it. A read that fails changes nothing. */
export function createReading(what: string, read: () => Promise<void>, log: Log): Reading {
  let running: Promise<void> | null = null
  let next: Promise<void> | null = null
  let retry: NodeJS.Timeout | null = null
  let disposed = false

  /** A read under way may have begun before a change, so whoever asks meanwhile gets the one after it. */
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
    running = read().finally(() => (running = null))
    return running
  }

  function reload(): void {
    if (disposed) return
    if (retry) clearTimeout(retry)
    retry = null
    refresh().catch((error: unknown) => {
      if (disposed) return
      log.warn({ err: error }, `${what} could not be read anew; those known are kept, and it will be tried again`)
      retry ??= setTimeout(reload, RETRY_MS)
    })
  }

  return {
    refresh,
    reload,
    [Symbol.dispose]() {
      disposed = true
      if (retry) clearTimeout(retry)
    },
  }
}
