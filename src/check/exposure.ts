/** A key that came unencrypted has leaked to everybody on its way: it is marked as exposed, and works until it is revoked. */
import type { IncomingMessage } from 'node:http'
import type { Caller } from '../http/address.ts'
import type { Log } from '../platform/log.ts'
import { credentialOf, kindOf } from './credential.ts'
import { isHolder, type Holders } from './holders.ts'

/** Looks at a request that was rejected for coming unencrypted. Never throws, and nobody waits for it. */
export type NoteUnencrypted = (request: IncomingMessage, caller: Caller) => void

/**
 * @param plainAllowed at a private address, between a gateway and us, plain http is no leak; what the gateway says of its
 * own caller still counts
 */
export function isUnencrypted(caller: Caller, plainAllowed: boolean): boolean {
  return plainAllowed ? caller.saidPlain : !caller.encrypted
}

export function createNoteUnencrypted(options: {
  holders: Holders
  expose: (keyId: string, caller: Caller) => Promise<void>
  nowMs: () => number
  log: Log
}): NoteUnencrypted {
  const { holders, expose, nowMs, log } = options
  let warned = false

  async function note(request: IncomingMessage, caller: Caller): Promise<void> {
    const credential = credentialOf(request)
    if (typeof credential === 'string' || kindOf(credential.text) !== 'api_key') return
    if (!caller.viaTrustedProxy && cameThroughProxy(request)) {
      // Most likely it was encrypted up to a proxy of our own that TRUSTED_PROXIES doesn't name: our fault, and no leak.
      if (!warned) log.warn('requests come unencrypted through a proxy that TRUSTED_PROXIES does not name')
      warned = true
      return
    }
    const found = await holders.find(credential, caller.address)
    if (!isHolder(found) || found.keyId === null || found.exposed) return
    // A secret that is dead leaks nothing, and whoever has an old one must not mark what has replaced it.
    if (found.expiresAtMs > nowMs()) await expose(found.keyId, caller)
  }

  return (request, caller) => {
    note(request, caller).catch((err: unknown) => log.error({ err }, 'a key that came unencrypted could not be noted'))
  }
}

function cameThroughProxy({ headers }: IncomingMessage): boolean {
  return (headers['x-forwarded-for'] ?? headers['x-forwarded-proto'] ?? headers.forwarded ?? headers.via) !== undefined
}
