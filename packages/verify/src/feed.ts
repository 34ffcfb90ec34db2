/** Listens to the revocation feed: always connected or about to be, never behind without knowing it. */
import { createEventReader, type StreamEvent } from './sse.ts'

export interface Feed {
  /** How long ago it was certain that everything had been heard, by a clock that nobody sets; Infinity: never yet. */
  ageMs(): number
  /** Connected, and all has been told that was to be made up for. */
  isLive(): boolean
  /** The server's time, as told last and counted on from there, in ms. */
  serverNow(): number
  /** Resolves when it is live for the first time. */
  readonly ready: Promise<void>
  close(): void
}

export interface FeedHandlers {
  /** @param at by the server's clock, in ms */
  named(kind: string, digest: string, at: number): void
  /** From `since` on everything has been told. */
  ready(since: number): void
  /** What was held from before may be wrong. @param from everything since then is told; null: `ready` will say it */
  reset(from: number | null): void
}

export interface FeedOptions {
  url: string
  authorization: string
  fetch: typeof fetch
  handlers: FeedHandlers
  warn(message: string, error: unknown): void
}

/** A heartbeat comes every half second: a connection that says nothing for this long is replaced. */
const SILENT_MS = 2_000
/** For the answer to begin. */
const CONNECT_MS = 2_000
const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 1_000

/** By a clock that nobody sets. */
const now = (): number => performance.now()

export function openFeed({ url, authorization, fetch: get, handlers, warn }: FeedOptions): Feed {
  const stopping = new AbortController()
  const first = deferred()
  let cursor: string | null = null
  let certainAt = -Infinity
  let live = false
  let clock = { server: Date.now(), at: now() }
  /** What was said of the outage that lasts. */
  let said: string | null = null

  function take({ event, data, id }: StreamEvent): void {
    const told = JSON.parse(data) as Record<string, unknown>
    const sentAt = Number(id)
    if (Number.isFinite(sentAt)) clock = { server: sentAt, at: now() }
    if (event === 'revocation') handlers.named(String(told['kind']), String(told['digest']), timeOf(told['at']))
    else if (event === 'reset') handlers.reset(live ? sentAt : null)
    else if (event === 'ready') {
      handlers.ready(timeOf(told['since']))
      live = true
      certainAt = now()
      said = null
      first.resolve()
    } else if (event === 'heartbeat' && live) certainAt = Math.max(certainAt, now() - Number(told['age_ms']))
    // Only what was taken in: whoever comes back by it gets what came after.
    if (id !== null) cursor = id
  }

  /** Once for each outage, and once more where it turns out to be the key. */
  function tell(failure: unknown): void {
    const words = failure instanceof KeyRefused ? KEY_REFUSED : 'the revocation feed is away; trying again'
    if (said === words || (said === KEY_REFUSED && !(failure instanceof KeyRefused))) return
    said = words
    warn(words, failure)
  }

  /** Resolves when the stream has ended. */
  async function follow(): Promise<void> {
    const leaving = new AbortController()
    const leave = () => leaving.abort(new Error('the revocation feed was left'))
    stopping.signal.addEventListener('abort', leave)
    let watch = setTimeout(leave, CONNECT_MS)
    try {
      const response = await get(url, {
        headers: {
          accept: 'text/event-stream',
          authorization,
          ...(cursor === null ? {} : { 'last-event-id': cursor }),
        },
        redirect: 'error',
        signal: leaving.signal,
      })
      if (response.status !== 200 || !response.body) {
        // A cursor that nobody understands would be refused for ever.
        if (response.status === 400) cursor = null
        throw await refusalOf(response)
      }
      const read = createEventReader(take)
      const reader = response.body.getReader()
      for (;;) {
        const part = (await reader.read()) as { done: boolean; value?: Uint8Array }
        if (part.done) return
        clearTimeout(watch)
        watch = setTimeout(leave, SILENT_MS)
        if (part.value) read(part.value)
      }
    } finally {
      clearTimeout(watch)
      stopping.signal.removeEventListener('abort', leave)
      leave()
      live = false
    }
  }

  async function run(): Promise<void> {
    let pause = FIRST_PAUSE_MS
    while (!stopping.signal.aborted) {
      const certainBefore = certainAt
      const failure = await follow().then(
        () => null,
        (error: unknown) => error,
      )
      if (stopping.signal.aborted) return
      if (failure !== null) tell(failure)
      pause = certainAt > certainBefore ? FIRST_PAUSE_MS : Math.min(pause * 2, LONGEST_PAUSE_MS)
      // Half to one and a half of it, so that many who lost the same server don't come back at once.
      await wait(pause * (0.5 + Math.random()), stopping.signal)
    }
  }

  void run()
  return {
    ageMs: () => now() - certainAt,
    isLive: () => live,
    serverNow: () => clock.server + now() - clock.at,
    ready: first.promise,
    close: () => stopping.abort(),
  }
}

/** Nobody mends that by waiting. */
class KeyRefused extends Error {
  override name = 'KeyRefused'
}

const KEY_REFUSED =
  'apiKey is refused, and without it nothing can be learnt: it has to be a valid key with the scope admin:keys:verify (or keys:verify, for its own organization alone); trying again'

/** With the words of the server's problem document (RFC 9457), if it sent one. */
async function refusalOf(response: Response): Promise<Error> {
  const text = await response.text().catch(() => '')
  const { code, detail } = problemOf(text.slice(0, 10_000))
  const why = [code, detail].filter((part) => typeof part === 'string').join(': ')
  const words = `the revocation feed answered ${response.status}${why === '' ? '' : ` ${why}`}`
  return response.status === 401 || response.status === 403 ? new KeyRefused(words) : new Error(words)
}

function problemOf(text: string): Record<string, unknown> {
  try {
    const problem: unknown = JSON.parse(text)
    return typeof problem === 'object' && problem !== null ? (problem as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** What can't be read as a time was just now. */
function timeOf(value: unknown): number {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(time) ? Date.now() : time
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((settle) => (resolve = settle))
  return { promise, resolve }
}
