/** Joins oidc-provider's models to their storage, each call in the unit of work of its request. */
import type { Adapter, AdapterFactory } from 'oidc-provider'
import { fromProvider, toProvider } from '../provider-time.ts'
import type { Unit } from '../unit/unit.ts'
import { accessTokens, clientCredentials } from './access-tokens.ts'
import { codes } from './codes.ts'
import { families } from './families.ts'
import { interactions } from './interactions.ts'
import type { Model, StoredPayload } from './model.ts'
import { refreshTokens } from './refresh-tokens.ts'
import { replays } from './replays.ts'
import { sessions } from './sessions.ts'

const models: Record<string, Model> = {
  AccessToken: accessTokens,
  AuthorizationCode: codes,
  ClientCredentials: clientCredentials,
  Grant: families,
  Interaction: interactions,
  RefreshToken: refreshTokens,
  ReplayDetection: replays,
  Session: sessions,
}

/** @param currentUnit the unit of the request that is being served */
export function createAdapter(clients: Model, currentUnit: () => Unit): AdapterFactory {
  return (name) => {
    const model = name === 'Client' ? clients : models[name]
    if (!model) return unsupported(name)
    return {
      find: async (id) => toProvider(currentUnit(), await model.find?.(currentUnit(), id)),
      findByUid: async (uid) => toProvider(currentUnit(), await model.findByUid?.(currentUnit(), uid)),
      findByUserCode: () => Promise.resolve(undefined),
      upsert: async (id, payload) =>
        model.upsert?.(currentUnit(), id, fromProvider(currentUnit(), payload as StoredPayload)),
      consume: async (id) => model.consume?.(currentUnit(), id),
      destroy: async (id) => model.destroy?.(currentUnit(), id),
      revokeByGrantId: async (grantId) => model.revokeByGrantId?.(currentUnit(), grantId),
    }
  }
}

/** A model whose feature is switched off: nothing may be stored where nobody would find or sweep it. */
function unsupported(name: string): Adapter {
  const refuse = () => Promise.reject(new Error(`oidc-provider's ${name} has no storage`))
  return {
    find: () => Promise.resolve(undefined),
    findByUid: () => Promise.resolve(undefined),
    findByUserCode: () => Promise.resolve(undefined),
    upsert: refuse,
    consume: refuse,
    destroy: refuse,
    revokeByGrantId: () => Promise.resolve(),
  }
}
