/** The public keys that reports of leaks are signed with, from where the finder publishes them. */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { z } from 'zod'
import { hour, minute, type Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { Outgoing } from '../platform/outgoing.ts'

export interface PublicKeys {
  /** Null: there is none of this name. `unavailable`: none could ever be read. */
  find(identifier: string): Promise<KeyObject | null | 'unavailable'>
}

/** Strangers choose the names of keys: whatever they send, the list is asked for no more often than this. */
const SHORTEST_WAIT_MS = minute * 1000
/** A key that is taken off the list is no longer good; one that nobody asks anew for wouldn't be missed. */
const LONGEST_KEPT_MS = hour * 1000

const listSchema = z.object({
  public_keys: z.array(z.object({ key_identifier: z.string(), key: z.string() })).min(1),
})

/** The last good list is kept: in an outage of the finder's, its reports are still believed. */
export function createPublicKeys(options: { url: string; outgoing: Outgoing; clock: Clock; log: Log }): PublicKeys {
  const { url, outgoing, clock, log } = options
  let keys: ReadonlyMap<string, KeyObject> | null = null
  let readAt = -Infinity
  let askedAt = -Infinity
  let asking: Promise<void> | null = null

  async function ask(): Promise<void> {
    try {
      const { status, body } = await outgoing.send(url, {
        headers: { accept: 'application/json', 'user-agent': 'Keygrant' },
      })
      if (status !== 200) throw new Error(`it answers ${status}`)
      keys = keysOf(JSON.parse(body.toString('utf8')))
      readAt = clock.now().getTime()
    } catch (err) {
      log.warn({ err, kept: keys?.size ?? 0 }, 'the public keys for reports of leaks could not be read')
    }
  }

  async function refresh(): Promise<void> {
    const now = clock.now().getTime()
    if (!asking && now - askedAt >= SHORTEST_WAIT_MS) {
      askedAt = now
      asking = ask().finally(() => (asking = null))
    }
    await asking
  }

  return {
    async find(identifier) {
      if (!keys?.has(identifier) || clock.now().getTime() - readAt >= LONGEST_KEPT_MS) await refresh()
      return keys ? (keys.get(identifier) ?? null) : 'unavailable'
    },
  }
}

/** @throws what isn't such a list */
function keysOf(value: unknown): ReadonlyMap<string, KeyObject> {
  const { public_keys: listed } = listSchema.parse(value)
  return new Map(
    listed.map(({ key_identifier: identifier, key }) => {
      const parsed = createPublicKey(key)
      if (parsed.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new Error('a key is not of P-256')
      return [identifier, parsed]
    }),
  )
}
