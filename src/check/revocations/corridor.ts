/**
 * `GET /v1/revocations`: server-sent events, before Koa like checks. A stream lives as long as the credential that opened
 * it, and as long as its reader keeps up.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { callerOf, type Caller, type TrustedProxies } from '../../http/address.ts'
import { requestIdOf } from '../../http/entrance.ts'
import { checkInput } from '../../http/api/input.ts'
import { reachOf, reaches, type Principal, type Reach } from '../../http/api/principal.ts'
import { problemOf } from '../../http/boundary.ts'
import { Problem } from '../../http/problem.ts'
import type { Soon } from '../../platform/soon.ts'
import type { Admit, Refuse } from '../corridor-answer.ts'
import { heartbeatText, readyText, resetText, type Revocation } from './events.ts'
import type { Feed, FeedListener } from './feed.ts'

export interface RevocationsCorridor {
  /** Answers a listener; false: it is none. */
  serve(request: IncomingMessage, response: ServerResponse, plainAllowed: boolean): boolean
  /** Ends every stream, so that their readers turn to another node. */
  end(): void
  count(): number
}

const PATH = '/v1/revocations'

/**
 * Of one credential of the platform, or of one customer; and of all together: each costs memory and a write for every
 * change. Customers can't take them all: what the platform's own gateways hear is what they let pass.
 */
const STREAMS_PER_HOLDER = 100
const STREAMS_OF_CUSTOMERS = 1_000
const STREAMS = 2_000

/** A reader that is further behind, or was so for longer, has stopped reading: it comes back by its cursor. */
const MOST_WAITING_BYTES = 4 * 1024 * 1024
const LONGEST_BEHIND_MS = 30_000
/** Of all customers: while so much waits for them, none more is let in. */
const MOST_WAITING_OF_CUSTOMERS = 64 * 1024 * 1024

export const revocationsQuery = z.strictObject({
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, { error: 'is none: use the id of the last event as it is' })
    .transform(Number)
    .optional()
    .describe('How far it had heard: the id of the last event.'),
})

interface Stream {
  readonly holder: string
  readonly isCustomers: boolean
  waitingBytes(): number
  end(): void
}

export function createRevocationsCorridor(options: {
  feed: Feed
  /** @throws {Problem} */
  authenticate(request: IncomingMessage, address: string): Soon<Principal>
  isTrusted: TrustedProxies
  admit: Admit
  refuse: Refuse
  nowMs: () => number
}): RevocationsCorridor {
  const { feed, authenticate, isTrusted, admit, refuse, nowMs } = options
  const streams = new Set<Stream>()

  async function open(request: IncomingMessage, response: ServerResponse, requestId: string, caller: Caller) {
    const cursor = cursorOf(request) ?? null
    let principal = await authenticate(request, caller.address)
    const reach = reachOf(principal, 'keys:verify')
    const stream: Stream = {
      ...holderOf(principal, reach),
      waitingBytes: () => response.writableLength,
      end: () => response.end(),
    }
    demandRoom(stream)
    // Whoever went away meanwhile is heard of no more.
    if (response.destroyed) return
    response.writeHead(200, {
      'x-request-id': requestId,
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      // nginx would gather events before it passes them on.
      'x-accel-buffering': 'no',
    })
    const mayHear = ({ organizationId }: Revocation) =>
      organizationId === null || reaches(principal, reach, organizationId)
    let caughtUpAt = nowMs()
    /** With whatever else it asks for over the same connection: what waits there is held, too. */
    const cut = () => request.socket.destroy()
    const write = (text: string) => {
      // It ends when its reader has taken in the rest, which may be never.
      if (response.writableEnded) return
      if (response.writableLength > MOST_WAITING_BYTES) cut()
      else response.write(text)
    }
    const listener: FeedListener = {
      told: (revocation) => {
        if (mayHear(revocation)) write(revocation.text)
      },
      alive(ageMs) {
        if (response.writableLength === 0) caughtUpAt = nowMs()
        if (response.writableEnded || nowMs() - caughtUpAt > LONGEST_BEHIND_MS) {
          cut()
          return
        }
        write(heartbeatText(nowMs(), ageMs))
        void goOn()
      },
      lost: () => write(resetText(nowMs())),
    }
    /** While it can't be known whether it still may, nothing is told either. */
    const goOn = async () => {
      try {
        principal = await authenticate(request, caller.address)
        if (reachOf(principal, 'keys:verify') !== reach) stream.end()
      } catch (error) {
        if (problemOf(error).status < 500) stream.end()
      }
    }
    response.on('close', () => {
      feed.leave(listener)
      streams.delete(stream)
    })
    streams.add(stream)
    const { reset, backlog, since } = feed.join(cursor, listener)
    const texts = backlog.filter(mayHear).map(({ text }) => text)
    response.write((reset ? resetText(nowMs()) : '') + texts.join('') + readyText(nowMs(), since))
  }

  /** @throws {Problem} `rate_limited` */
  function demandRoom({ holder, isCustomers }: Stream): void {
    const all = [...streams]
    const own = all.filter((stream) => stream.holder === holder).length
    const customers = isCustomers ? all.filter((stream) => stream.isCustomers) : []
    const waiting = customers.reduce((bytes, stream) => bytes + stream.waitingBytes(), 0)
    const hasRoom = customers.length < STREAMS_OF_CUSTOMERS && waiting < MOST_WAITING_OF_CUSTOMERS
    if (own < STREAMS_PER_HOLDER && streams.size < STREAMS && hasRoom) return
    throw new Problem('rate_limited', {
      retryAfterSeconds: 5,
      detail: `There are too many streams already; one credential may have ${STREAMS_PER_HOLDER}, an organization with all of its keys as many.`,
    })
  }

  return {
    serve(request, response, plainAllowed) {
      const url = request.url ?? ''
      const mark = url.indexOf('?')
      if ((mark === -1 ? url : url.slice(0, mark)) !== PATH) return false
      const caller = callerOf(request, isTrusted)
      const requestId = requestIdOf(request, caller)
      const opened = async () => {
        admit('GET', request, caller, plainAllowed)
        await open(request, response, requestId, caller)
      }
      opened().catch((error: unknown) => refuse(response, requestId, error))
      return true
    },
    end() {
      for (const stream of streams) stream.end()
    },
    count: () => streams.size,
  }
}

/** A customer makes as many keys as it likes; and of one client's tokens each person counts apart. */
function holderOf({ kind, credentialId, organizationId, subject }: Principal, reach: Reach) {
  if (reach === 'everything') return { holder: credentialId, isCustomers: false }
  return { holder: (kind === 'api_key' ? organizationId : null) ?? subject, isCustomers: true }
}

/** What browsers' EventSource sends by itself when it comes back is newer than the address it began with. @throws {Problem} 400 */
function cursorOf(request: IncomingMessage): number | undefined {
  const query = Object.fromEntries(new URL(request.url ?? '', 'http://localhost').searchParams)
  const lastEventId = request.headers['last-event-id']
  const value = lastEventId === undefined ? query : { ...query, cursor: lastEventId }
  const { query: checked } = checkInput([{ place: 'query', schema: revocationsQuery, value }])
  return (checked as z.output<typeof revocationsQuery>).cursor
}
