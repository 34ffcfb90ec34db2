/** Registered resources, as resource indicators (RFC 8707): a token is for one audience. */
import { errors, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider'
import type { Client } from '../clients/client.ts'
import type { ClientDirectory } from '../clients/directory.ts'
import { mayGrant, type Giver, type Receiver } from '../rights/may-grant.ts'
import type { Catalogue } from '../resources/catalogue.ts'
import { oidcScopes } from './claims.ts'
import { present } from './adapter/model.ts'
import type { Unit } from './unit/unit.ts'

export interface ResourceIndicators {
  defaultResource(
    ctx: KoaContextWithOIDC,
    client: unknown,
    oneOf?: readonly string[],
  ): string | readonly string[] | undefined
  getResourceServerInfo(ctx: KoaContextWithOIDC, identifier: string): Promise<ResourceServer>
  useGrantedResource(ctx: KoaContextWithOIDC): boolean
}

export function resourceIndicators(
  catalogue: Catalogue,
  directory: ClientDirectory,
  currentUnit: () => Unit,
): ResourceIndicators {
  return {
    /** A request that names no resource means those that its scopes belong to: a scope's name is unique across all. */
    defaultResource(ctx, _client, oneOf) {
      demandRegistered(ctx, currentUnit(), catalogue)
      const asked = new Set(requestedScopes(ctx).flatMap((scope) => catalogue.byScope(scope)?.identifier ?? []))
      const possible = oneOf ? oneOf.filter((identifier) => asked.has(identifier)) : [...asked]
      if (possible.length === 1) return possible[0]
      return possible.length > 1 ? possible : oneOf
    },

    async getResourceServerInfo(ctx, identifier) {
      demandRegistered(ctx, currentUnit(), catalogue)
      const resource = catalogue.byIdentifier(identifier)
      if (!resource) throw new errors.InvalidTarget(`no such resource: ask the platform to register ${identifier}`)
      const client = await directory.find(present(ctx.oidc.client, 'client').clientId)
      const giver = giverOf(ctx, currentUnit())
      // Until it is known who the person is, everything may be asked for; once they have signed in, this runs again.
      const unknown = giver === null && ctx.oidc.route === 'authorization'
      const scopes = resource.scopes.filter(
        (scope) => client !== null && (unknown || mayGrant(scope, receiverOf(client), giver)),
      )
      return {
        audience: resource.identifier,
        scope: scopes.map(({ name }) => name).join(' '),
        accessTokenTTL: resource.accessTokenLifetimeSeconds,
        accessTokenFormat: resource.accessTokenFormat,
        jwt: { sign: { alg: 'ES256' } },
      }
    },

    /** The token of an authorization for one resource is for it, asked again or not; only a refresh for identity alone is not. */
    useGrantedResource(ctx) {
      const scope = ctx.oidc.params?.['scope'] as string | undefined
      if (scope === undefined || ctx.oidc.route !== 'token') return true
      return scope.split(' ').some((name) => catalogue.byScope(name) !== undefined)
    },
  }
}

export function receiverOf(client: Client): Receiver {
  return {
    byAdministrator: client.origin === 'administrator',
    registeredScopes: client.scope === null ? null : new Set(client.scope.split(' ')),
  }
}

function giverOf(ctx: KoaContextWithOIDC, unit: Unit): Giver | null {
  const userId = ctx.oidc.account?.accountId ?? ctx.oidc.session?.accountId
  const account = userId === undefined ? null : unit.accounts.get(userId)
  return account ? { administrator: account.administrator, organizationAdmin: account.organization_admin } : null
}

/**
 * A client that is registered for certain scopes gets no other (RFC 7591, section 2), of OpenID Connect or of a resource.
 * Both functions above ask, since every request comes by at least one of them. A scope that nobody knows is left out.
 */
function demandRegistered(ctx: KoaContextWithOIDC, unit: Unit, catalogue: Catalogue): void {
  const client = unit.clients.get(ctx.oidc.client?.clientId ?? '')
  if (!client?.scope) return
  const registered = new Set(client.scope.split(' '))
  for (const scope of requestedScopes(ctx)) {
    const known = catalogue.byScope(scope) !== undefined || (oidcScopes as readonly string[]).includes(scope)
    if (known && !registered.has(scope)) throw new errors.InvalidScope('requested scope is not allowed', scope)
  }
}

function requestedScopes(ctx: KoaContextWithOIDC): string[] {
  return ((ctx.oidc.params?.['scope'] as string | undefined) ?? '').split(' ').filter((scope) => scope !== '')
}
