/** Asks the server: what comes in the same turn goes out in one request. */
import { setImmediate } from 'node:timers'
import { UnexpectedAnswer, type Poster } from './http.ts'
import type { Answer, Asked, HoldableAnswer } from './wire.ts'

export interface Told<A extends Answer = Answer> {
  readonly answer: A
  /** Of the request: those that were sent later have greater ones. */
  readonly number: number
}

export interface Asks {
  /** For an answer to hold. Rejects when there is none to be had. */
  ask(asked: Asked): Promise<Told<HoldableAnswer>>
  /** For what is left of the limits. Rejects when it wasn't heard. */
  tell(asked: Asked): Promise<Told>
}

interface Waiting {
  asked: Asked
  resolve(told: Told<HoldableAnswer>): void
  reject(error: unknown): void
}

/** What the server takes in one request: by number, and well below what it takes in bytes. */
const MOST_AT_ONCE = 100
const MOST_BYTES = 384 * 1024
const REQUESTS_AT_ONCE = 4
/** A flood of unknown credentials fills no memory. */
const MOST_WAITING = 10_000

export function createAsks(post: Poster): Asks {
  let queue: Waiting[] = []
  let scheduled = false
  let running = 0
  let number = 0

  function schedule(): void {
    if (scheduled || queue.length === 0 || running >= REQUESTS_AT_ONCE) return
    scheduled = true
    // After everything that arrived in the same turn.
    setImmediate(() => {
      scheduled = false
      while (queue.length > 0 && running < REQUESTS_AT_ONCE) void run(takeBatch())
    })
  }

  function takeBatch(): Waiting[] {
    let bytes = 0
    let count = 0
    for (const { asked } of queue) {
      bytes += asked.credential.length + 512
      if (count === MOST_AT_ONCE || (count > 0 && bytes > MOST_BYTES)) break
      count++
    }
    const batch = queue.slice(0, count)
    queue = queue.slice(count)
    return batch
  }

  async function run(batch: readonly Waiting[]): Promise<void> {
    running++
    try {
      await send(batch)
    } finally {
      running--
      schedule()
    }
  }

  async function send(batch: readonly Waiting[]): Promise<void> {
    const own = number++
    try {
      const requests = batch.map(({ asked }) => asked)
      const { results } = (await post('/v1/keys/verify-batch', JSON.stringify({ requests }))) as {
        results: HoldableAnswer[]
      }
      if (results.length !== batch.length) throw new Error('Keygrant answered another number of questions')
      for (const [index, { resolve }] of batch.entries())
        resolve({ answer: results[index] as HoldableAnswer, number: own })
    } catch (error) {
      if (batch.length > 1 && isInputFault(error)) {
        // One of them can't be read, which is no fault of the others.
        await Promise.all(batch.map((one) => send([one])))
        return
      }
      for (const { reject } of batch) reject(error)
      // Those that wait would only wait for the same.
      const waiting = queue
      queue = []
      for (const { reject } of waiting) reject(error)
    }
  }

  function enqueue(asked: Asked): Promise<Told<HoldableAnswer>> {
    if (queue.length >= MOST_WAITING) return Promise.reject(new Error('too many questions are waiting'))
    return new Promise((resolve, reject) => {
      queue.push({ asked, resolve, reject })
      schedule()
    })
  }

  return { ask: (asked) => enqueue({ ...asked, depends_on: true }), tell: enqueue }
}

function isInputFault(error: unknown): boolean {
  return error instanceof UnexpectedAnswer && (error.status === 400 || error.status === 413)
}
