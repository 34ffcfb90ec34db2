/** What a client asks for, in the words of the catalogue; and what a person's ticks make of it. */
import type { Answer, Grant } from '../../grants/grant.ts'
import { mayGrant, type Giver } from '../../rights/may-grant.ts'
import type { ConsentScope, IdentityScope } from '../../http/page-models.ts'
import type { Catalogue } from '../../resources/catalogue.ts'
import type { Resource } from '../../resources/resource.ts'
import { claims as claimsByScope, oidcScopes } from '../claims.ts'
import { receiverOf } from '../resource-servers.ts'
import { text, type Interaction } from './interaction.ts'

export interface Asked {
  identityScopes: IdentityScope[]
  /** Claims asked for one by one, under the identity scope that tells of them. */
  claims: { name: string; under: IdentityScope['name'] }[]
  resources: { resource: Resource; scopes: ConsentScope[] }[]
  /** Also while the person is away. */
  offline: boolean
}

/** Nobody may sign in to an app without being known to it; the rest of an identity may be left out. */
const identityOptional: Record<IdentityScope['name'], boolean> = { openid: false, profile: true, email: true }

export function askedFor(interaction: Interaction, catalogue: Catalogue, giver: Giver, before: Grant | null): Asked {
  const requested = new Set((text(interaction.params['scope']) ?? '').split(' '))
  const claims = claimsAsked(interaction.params['claims'])
  const receiver = receiverOf(interaction.client)

  const identityScopes = (['openid', 'profile', 'email'] as const)
    .filter((name) => requested.has(name) || claims.some(({ under }) => under === name))
    .map((name) => {
      const alreadyGranted = before?.oidcScopes.includes(name) ?? false
      return {
        name,
        optional: identityOptional[name],
        checked: !before?.refusedOidcScopes.includes(name),
        alreadyGranted,
      }
    })

  const resources = [interaction.params['resource'] as string | string[] | undefined]
    .flat()
    .flatMap((identifier) => (identifier === undefined ? [] : (catalogue.byIdentifier(identifier) ?? [])))
    .map((resource) => ({
      resource,
      scopes: resource.scopes
        .filter((scope) => requested.has(scope.name) && mayGrant(scope, receiver, giver))
        .map(({ name, title, description, optional, writes, sensitive }) => ({
          name,
          title,
          description,
          optional,
          writes,
          sensitive,
          checked: !before?.refusedResourceScopes[resource.identifier]?.includes(name),
          alreadyGranted: before?.resourceScopes[resource.identifier]?.includes(name) ?? false,
        })),
    }))
    .filter(({ scopes }) => scopes.length > 0)

  return { identityScopes, claims, resources, offline: requested.has('offline_access') }
}

/** @param ticked the names of the optional scopes that the person left in */
export function answerOf(asked: Asked, ticked: ReadonlySet<string>, requested: ReadonlySet<string>): Answer {
  const stays = ({ name, optional }: { name: string; optional: boolean }) => !optional || ticked.has(name)
  const identity = asked.identityScopes.filter(({ name }) => requested.has(name))
  const kept = new Set(asked.identityScopes.filter(stays).map(({ name }) => name))
  const byResource = (keep: (scope: ConsentScope) => boolean) =>
    Object.fromEntries(
      asked.resources
        .map(({ resource, scopes }) => [resource.identifier, scopes.filter(keep).map(({ name }) => name)] as const)
        .filter(([, names]) => names.length > 0),
    )
  return {
    oidcScopes: [...identity.filter(stays).map(({ name }) => name), ...(asked.offline ? ['offline_access'] : [])],
    refusedOidcScopes: identity.filter((scope) => !stays(scope)).map(({ name }) => name),
    claims: asked.claims.filter(({ under }) => kept.has(under)).map(({ name }) => name),
    refusedClaims: asked.claims.filter(({ under }) => !kept.has(under)).map(({ name }) => name),
    resourceScopes: byResource(stays),
    refusedResourceScopes: byResource((scope) => !stays(scope)),
  }
}

export function requestedScopes(interaction: Interaction): ReadonlySet<string> {
  return new Set(
    (text(interaction.params['scope']) ?? '')
      .split(' ')
      .filter((name) => (oidcScopes as readonly string[]).includes(name)),
  )
}

/** OIDC Core, 5.5. What isn't known is left out, as the standard says; the provider has checked the shape. */
function claimsAsked(parameter: unknown): Asked['claims'] {
  if (typeof parameter !== 'string') return []
  const parsed = JSON.parse(parameter) as { userinfo?: object; id_token?: object }
  const names = new Set([parsed.userinfo, parsed.id_token].flatMap((part) => Object.keys(part ?? {})))
  return (['profile', 'email'] as const).flatMap((under) =>
    claimsByScope[under].filter((name) => names.has(name)).map((name) => ({ name, under })),
  )
}
