/** What nodes tell each other through Postgres: that something they may hold in memory has changed (LISTEN and NOTIFY). */
import { setTimeout as delay } from 'node:timers/promises'
import { openListener, type Listener } from './changes-listener.ts'
import type { Clock } from './clock.ts'
import type { Tx } from './database.ts'
import type { Log } from './log.ts'

export type ChangeKind =
  | 'client'
  | 'resource'
  | 'signing_key'
  | 'family'
  | 'session'
  | 'user'
  /** One access token by itself: its `jti` (a JWT), or the digest of an opaque one in hex. */
  | 'token'
  | 'api_key'
  | 'organization'
  | 'service_account'
  /** By name. */
  | 'tier'
  /** By name. */
  | 'policy'
  /** By name. */
  | 'setting'
  /** How keys of other systems are looked for: all of it at once. */
  | 'foreign_keys'

export interface Change {
  kind: ChangeKind
  id: string
}

export interface Changes extends AsyncDisposable {
  /** Calls back with the id of each changed thing of this kind; this node's own changes arrive too. */
  on(kind: ChangeKind, handler: (id: string) => void): void
  /** The same of every kind. */
  onAny(handler: (change: Change) => void): void
  /**
   * Calls back when changes may have been missed: at once when the connection is lost, and again when there is a new one,
   * for what was read in between. Whatever is held from before must be forgotten.
   */
  onGap(handler: () => void): void
  /** `blind`: for a second it hasn't been certain that everything is heard. */
  state(): 'live' | 'blind'
  /** How long ago that was certain, by a clock that nobody sets: what is held may be used until this exceeds its limit. */
  silenceMs(): number
  /** The same as a date, for people to read. */
  readonly lastHeartbeatAt: Date
}

export interface ChangesOptions {
  url: string
  log: Log
  clock: Clock
  /** Other patience than the standard one, for tests. */
  blindAfterMs?: number
}

export const changesChannel = 'keygrant_changes'

/** What those outside learn of, too, who hold what a credential may do (`GET /v1/revocations`). */
export const revocationKinds = [
  'api_key',
  'client',
  'family',
  'organization',
  'resource',
  'service_account',
  'session',
  'signing_key',
  'tier',
  'token',
  'user',
] as const satisfies readonly ChangeKind[]

/** A revocation reaches every node within a second, so a dead connection has to be noticed within one. */
const HEARTBEAT_MS = 250
const BLIND_AFTER_MS = 1_000

const FIRST_RETRY_MS = 50
const LONGEST_RETRY_MS = 1_000

/** Tells all nodes when the transaction commits. For changes only, never for issuing: commits that notify are serialised. */
export async function notify(tx: Tx, ...changes: Change[]): Promise<void> {
  const { text, values } = notifyStatement(...changes)
  await tx.$executeRawUnsafe(text, ...values)
}

/** The same as a statement for `pg`. */
export function notifyStatement(...changes: Change[]): { text: string; values: [channel: string, payloads: string[]] } {
  return {
    text: `WITH kept AS (${keepRevocations('$2::text[]')}) SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload`,
    values: [changesChannel, changes.map(({ kind, id }) => JSON.stringify({ kind, id }))],
  }
}

/** Keeps what is told for those who come back to the feed: an INSERT. `payloads` is SQL for a text[] of what is notified. */
export function keepRevocations(payloads: string, condition = 'true'): string {
  const kinds = revocationKinds.map((kind) => `'${kind}'`).join(', ')
  return `INSERT INTO revocations (at, kind, subject) SELECT clock_timestamp(), told ->> 'kind', told ->> 'id' FROM (SELECT unnest(${payloads})::json AS told) AS payloads WHERE told ->> 'kind' IN (${kinds}) AND ${condition}`
}

/** Resolves when it listens. `url` must be a direct connection: a pooler that shares connections loses what is sent. */
export async function openChanges(options: ChangesOptions): Promise<Changes> {
  const { url, log, clock, blindAfterMs = BLIND_AFTER_MS } = options
  const handlers: { kind: ChangeKind; handle: (id: string) => void }[] = []
  const anyHandlers: ((change: Change) => void)[] = []
  const gapHandlers: (() => void)[] = []
  const stopping = new AbortController()
  let connected = false
  let heardAt = 0
  let lastHeartbeatAt = clock.now()

  const silenceMs = () => performance.now() - heardAt
  const pause = (ms: number, signal: AbortSignal) => delay(ms, undefined, { signal }).catch(() => undefined)

  const gap = () => {
    for (const handle of gapHandlers) handle()
  }
  const receive = (payload: string) => {
    try {
      const change = JSON.parse(payload) as Change
      for (const { kind, handle } of handlers) if (kind === change.kind) handle(change.id)
      for (const handle of anyHandlers) handle(change)
    } catch (err) {
      log.error({ err }, 'a change could not be taken in; forgetting what is held')
      gap()
    }
  }

  const connect = () => openListener(url, changesChannel, receive)
  const heard = (at: number) => {
    heardAt = at
    lastHeartbeatAt = clock.now()
  }

  /** Asks until no answer comes. */
  const follow = async (listener: Listener): Promise<'silent' | 'lost' | 'stopped'> => {
    const interruption = AbortSignal.any([listener.lost, stopping.signal])
    for (;;) {
      await pause(HEARTBEAT_MS, interruption)
      if (stopping.signal.aborted) return 'stopped'
      // An answer speaks for the time of its question; of what came after, it says nothing.
      const askedAt = performance.now()
      const answer = await listener.ask(blindAfterMs - HEARTBEAT_MS)
      if (answer !== 'answered') return answer
      heard(askedAt)
    }
  }

  const reconnect = async (): Promise<Listener | null> => {
    for (let wait = FIRST_RETRY_MS; !stopping.signal.aborted; wait = Math.min(wait * 2, LONGEST_RETRY_MS)) {
      await pause(wait, stopping.signal)
      const listener = await connect().catch((err: unknown) => {
        log.debug({ err }, 'no connection for changes yet')
        return null
      })
      if (listener !== null) return listener
    }
    return null
  }

  const run = async (first: Listener): Promise<void> => {
    for (let listener: Listener | null = first; listener !== null; listener = await reconnect()) {
      if (listener !== first) {
        log.info('connected for changes again')
        gap()
      }
      connected = true
      heard(performance.now())
      const end = await follow(listener)
      connected = false
      // A silent server may only be slow: what is held stays usable for as long as silenceMs allows.
      if (end === 'lost') gap()
      await listener.close()
      if (end === 'stopped') return
      log.warn(`the connection for changes ${end === 'lost' ? 'was lost' : 'is silent'}; reconnecting`)
    }
  }

  const running = run(await connect())
  return {
    on: (kind, handle) => void handlers.push({ kind, handle }),
    onAny: (handle) => void anyHandlers.push(handle),
    onGap: (handle) => void gapHandlers.push(handle),
    state: () => (connected && silenceMs() < blindAfterMs ? 'live' : 'blind'),
    silenceMs,
    get lastHeartbeatAt() {
      return lastHeartbeatAt
    },
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await running
    },
  }
}
