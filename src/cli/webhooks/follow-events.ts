/** Follows the events of an API as they happen: each once, in the order in which they are found. */
import { setTimeout as delay } from 'node:timers/promises'
import { answerOf, type ApiClient } from '../api/client.ts'

export interface FoundEvent {
  id: string
  type: string
  timestamp: string
  organization_id: string | null
  data: unknown
}

export interface Followed {
  /** Null: all that the key may see. */
  organizationId: string | undefined
  /** Empty: all. */
  types: readonly string[]
  from: Date
  signal: AbortSignal
  pauseMs?: number
}

/** A request each; who follows for an hour spends 1,800. */
const PAUSE_MS = 2_000
/** An event has the time at which its change began: it may be seen a little after younger ones. */
const OVERLAP_MS = 60_000
const PAGE = 200

export async function* followEvents(
  api: Pick<ApiClient, 'call'>,
  { organizationId, types, from, signal, pauseMs = PAUSE_MS }: Followed,
): AsyncGenerator<FoundEvent> {
  const seen = new Map<string, number>()
  let newest = from.getTime()
  while (!signal.aborted) {
    const since = Math.max(from.getTime(), newest - OVERLAP_MS)
    for (const event of await eventsSince(api, since, organizationId)) {
      if (seen.has(event.id)) continue
      const at = Date.parse(event.timestamp)
      seen.set(event.id, at)
      newest = Math.max(newest, at)
      if (types.length === 0 || types.includes(event.type)) yield event
      if (signal.aborted) return
    }
    for (const [id, at] of seen) if (at < newest - 2 * OVERLAP_MS) seen.delete(id)
    await delay(pauseMs, undefined, { signal }).catch(() => undefined)
  }
}

/** The oldest first. */
async function eventsSince(
  api: Pick<ApiClient, 'call'>,
  since: number,
  organizationId: string | undefined,
): Promise<FoundEvent[]> {
  const found: FoundEvent[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const query = {
      from: new Date(since).toISOString(),
      limit: String(PAGE),
      ...(organizationId !== undefined && { organization_id: organizationId }),
      ...(cursor !== '' && { cursor }),
    }
    const page: { data: FoundEvent[]; next_cursor: string | null } = await answerOf(api, {
      method: 'GET',
      path: '/v1/events',
      query,
    })
    found.push(...page.data)
    cursor = page.next_cursor
  }
  return found.toReversed()
}
