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
  let warned = false

  function take({ event, data, id }: StreamEvent): void {
    const said = JSON.parse(data) as Record<string, unknown>
    const sentAt = Number(id)
    if (Number.isFinite(sentAt)) clock = { server: sentAt, at: now() }
    if (event === 'revocation') handlers.named(String(said['kind']), String(said['digest']), timeOf(said['at']))
    else if (event === 'reset') handlers.reset(live ? sentAt : null)
    else if (event === 'ready') {
      handlers.ready(timeOf(said['since']))
      live = true
      certainAt = now()
      warned = false
      first.resolve()
    } else if (event === 'heartbeat' && live) certainAt = Math.max(certainAt, now() - Number(said['age_ms']))
    // Only what was taken in: whoever comes back by it gets what came after.
    if (id !== null) cursor = id
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
        await response.body?.cancel()
        throw new Error(`the revocation feed answered ${response.status}`)
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
      if (failure !== null && !warned) {
        warned = true
        warn('the revocation feed is away; trying again', failure)
      }
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
