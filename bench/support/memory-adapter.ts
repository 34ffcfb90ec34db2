/**
 * Storage of oidc-provider in memory, as lean as it can be. Its own keeps a list of each grant's tokens that it goes
 * through at every write, and so gets slower the longer it is measured: a base that is too easily beaten.
 */
import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'

export function memoryAdapter(): AdapterFactory {
  const byUid = new Map<string, AdapterPayload>()
  return (name): Adapter => {
    const stored = new Map<string, AdapterPayload>()
    return {
      async find(id) {
        return stored.get(id)
      },
      async findByUid(uid) {
        return byUid.get(uid)
      },
      findByUserCode: () => Promise.resolve(undefined),
      async upsert(id, payload) {
        stored.set(id, payload)
        if (name === 'Session' && payload.uid !== undefined) byUid.set(payload.uid, payload)
      },
      async consume(id) {
        const payload = stored.get(id)
        if (payload) payload.consumed = Math.floor(Date.now() / 1000)
      },
      async destroy(id) {
        stored.delete(id)
      },
      revokeByGrantId: () => Promise.resolve(),
    }
  }
}
