/** Bounds work that is dear: so many at once, so many waiting, none waiting for long; whoever comes on top is told to come again. */

/** The work was not begun. Pages and APIs answer 503 with Retry-After. */
export class BusyError extends Error {
  override name = 'BusyError'
  readonly retryAfterSeconds: number

  constructor(retryAfterSeconds: number) {
    super('too much work of this kind is waiting')
    this.retryAfterSeconds = retryAfterSeconds
  }
}

export interface WorkLimitOptions {
  concurrency: number
  /** How many may wait besides those that run. */
  queueLimit: number
  /** Who waits longer is let go, since the person has gone, too, or will. */
  maxWaitMs: number
}

export interface WorkLimit {
  /** Throws `BusyError` when the queue is full or the wait was too long; else whatever `work` does. */
  run<T>(work: () => Promise<T>): Promise<T>
  readonly running: number
  readonly waiting: number
}

interface Waiting {
  begin: () => void
  timer: NodeJS.Timeout
}

export function createWorkLimit({ concurrency, queueLimit, maxWaitMs }: WorkLimitOptions): WorkLimit {
  const queue: Waiting[] = []
  let running = 0
  const busy = () => new BusyError(Math.max(1, Math.ceil(maxWaitMs / 1000)))

  /** Takes a free place, or waits until one is handed over: a newcomer can't overtake those who wait. */
  async function enter(): Promise<void> {
    if (running < concurrency) {
      running += 1
      return
    }
    if (queue.length >= queueLimit) throw busy()
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        queue.splice(queue.indexOf(entry), 1)
        reject(busy())
      }, maxWaitMs)
      const entry: Waiting = { begin: resolve, timer }
      queue.push(entry)
    })
  }

  function leave(): void {
    const next = queue.shift()
    if (next === undefined) {
      running -= 1
      return
    }
    clearTimeout(next.timer)
    next.begin()
  }

  return {
    async run(work) {
      await enter()
      try {
        return await work()
      } finally {
        leave()
      }
    },
    get running() {
      return running
    },
    get waiting() {
      return queue.length
    },
  }
}
