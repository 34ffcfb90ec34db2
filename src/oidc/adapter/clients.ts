/** Clients come from our own directory. What the provider must not know, or must not be able to use, stays out. */
import { randomBytes } from 'node:crypto'
import type { AdapterPayload } from 'oidc-provider'
import { metadataOf, usesSecret, type Client } from '../../clients/client.ts'
import type { ClientDirectory } from '../../clients/directory.ts'
import type { Model } from './model.ts'

/**
 * The provider demands a `client_secret` where a client authenticates with one; ours are hashed. So it gets a value that
 * is random per process and that nobody knows, and secrets are compared by ourselves (`patches.ts`). No symmetric
 * algorithm is enabled, so the value is no key either.
 */
const placeholder = randomBytes(32).toString('base64url')

export function clientModel(directory: ClientDirectory): Model {
  return {
    async find(unit, id) {
      const client = await directory.find(id)
      // A disabled client is answered like one that never was.
      if (!client || client.disabledAt) return undefined
      unit.clients.set(id, client)
      return providerMetadata(client)
    },
  }
}

/** By the directory's own object, which another takes the place of when the client changes. */
const known = new WeakMap<Client, AdapterPayload>()

function providerMetadata(client: Client): AdapterPayload {
  const before = known.get(client)
  if (before) return before
  // The provider takes scopes of OpenID Connect only and refuses the whole client for any other: see demandRegistered.
  const { scope: _, ...metadata } = metadataOf(client)
  const made = usesSecret(client) ? { ...metadata, client_secret: placeholder } : metadata
  known.set(client, made)
  return made
}
