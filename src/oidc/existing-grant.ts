/** Makes a token family from what the person has allowed the client: the provider's Grant is the family, ours stays above it. */
import type { Grant, KoaContextWithOIDC } from 'oidc-provider'
import { providerGrant } from './adapter/families.ts'
import { toProvider } from './provider-time.ts'
import { beginFamily } from './unit/families.ts'
import type { Unit } from './unit/unit.ts'

/**
 * The live family of this client in this session; a new one if the person has allowed the client before, in this session
 * or another; none if they never have.
 */
export function existingGrant(ctx: KoaContextWithOIDC, unit: Unit): Grant | undefined {
  const { session, client } = ctx.oidc
  const userId = session?.accountId
  if (!session || !client || userId === undefined) return undefined
  const loaded = unit.sessions.get(`uid ${session.uid}`)
  // The read of the session brought this client's grant with it.
  if (!loaded?.grant || loaded.session.user_id !== userId) return undefined
  const family =
    loaded.family ??
    beginFamily(unit, { grantId: loaded.grant.id, userId, clientId: client.clientId, sessionUid: session.uid })
  unit.families.set(family.id, { account: loaded.account, grant: loaded.grant, family, session: loaded.session })
  const { Grant } = ctx.oidc.provider
  return new Grant(toProvider(unit, providerGrant(family, loaded.grant)))
}
