/** An app that somebody has allowed to use their account, as it is told to them. */
import type { Client } from '../../../clients/client.ts'
import type { ClientDirectory } from '../../../clients/directory.ts'
import type { GrantOut } from '../../../grants/api.ts'
import { destination } from '../../../oidc/interaction/interaction.ts'
import type { Catalogue } from '../../../resources/catalogue.ts'
import { at } from '../wire.ts'

export interface ConnectedAppPages {
  directory: Pick<ClientDirectory, 'find'>
  catalogue: Pick<Catalogue, 'scope' | 'byIdentifier'>
}

const identityScopes = ['openid', 'profile', 'email'] as const

export interface ConnectedApp {
  id: string
  name: string
  host: string
  verified: boolean
  enabled: boolean
  since: Date | null
  lastUsedAt: Date | null
  /** Works while the person is away. */
  offline: boolean
  identity: readonly (typeof identityScopes)[number][]
  /** What it may do, and what was left out, in the administrators' words, by resource. */
  resources: { name: string; allowed: { title: string; writes: boolean }[]; refused: string[] }[]
}

/** Null: the app isn't there any more. */
export async function describeApp(
  { directory, catalogue }: ConnectedAppPages,
  grant: GrantOut,
): Promise<ConnectedApp | null> {
  const client = await directory.find(grant.client_id)
  return client && connectedApp(grant, client, catalogue)
}

function connectedApp(grant: GrantOut, client: Client, catalogue: ConnectedAppPages['catalogue']): ConnectedApp {
  const { resource_scopes: allowed, refused_resource_scopes: refused } = grant
  const identifiers = new Set([...Object.keys(allowed), ...Object.keys(refused)])
  // A scope that was taken out of the catalogue since has no words left but its name.
  const title = (name: string) => catalogue.scope(name)?.title ?? name
  return {
    id: grant.id,
    name: client.name,
    host: destination(client.redirectUris[0] ?? '').host,
    verified: client.verified,
    enabled: client.disabledAt === null,
    since: at(grant.created_at),
    lastUsedAt: at(grant.last_used_at),
    offline: grant.oidc_scopes.includes('offline_access'),
    identity: identityScopes.filter((name) => grant.oidc_scopes.includes(name)),
    resources: [...identifiers].map((identifier) => ({
      name: catalogue.byIdentifier(identifier)?.title ?? identifier,
      allowed: (allowed[identifier] ?? []).map((name) => ({
        title: title(name),
        writes: catalogue.scope(name)?.writes ?? false,
      })),
      refused: (refused[identifier] ?? []).map(title),
    })),
  }
}
