/** The revocation feed's events, as server-sent events (HTML Living Standard, 9.2.6): what each is, and its text. */
import { hash } from 'node:crypto'
import type { Change } from '../../platform/changes.ts'

/** Something changed that decides what a credential may do: whoever holds an answer about it must ask again. */
export interface Revocation {
  /** When this node heard of it, in ms. */
  readonly at: number
  /**
   * The event: its kind, and as `digest` the SHA-256 of the id of what changed, as base64url, which says nothing to
   * whoever doesn't hold that id.
   */
  readonly text: string
  /** Set for what only callers of this organization hear of. */
  readonly organizationId: string | null
}

export function revocationOf({ kind, id }: Change, at: number): Revocation {
  const digest = hash('sha256', id, 'base64url')
  return {
    at,
    // Its cursor is its time: nodes share the database's, so that it means the same at each of them.
    text: eventText('revocation', at, { kind, digest, at: new Date(at).toISOString() }),
    organizationId: kind === 'organization' ? id : null,
  }
}

/** Everything from `since` on has been told by now. */
export function readyText(at: number, since: number): string {
  return `retry: 1000\n${eventText('ready', at, { since: new Date(since).toISOString() })}`
}

/** @param ageMs how long ago it was certain that everything had been heard */
export function heartbeatText(at: number, ageMs: number): string {
  return eventText('heartbeat', at, { age_ms: Math.ceil(ageMs) })
}

/** What was held from before may be wrong: forget it. */
export function resetText(at: number): string {
  return eventText('reset', at, {})
}

function eventText(type: string, cursor: number, data: object): string {
  return `event: ${type}\nid: ${cursor}\ndata: ${JSON.stringify(data)}\n\n`
}
