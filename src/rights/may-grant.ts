/** Who may give which scope, to a client or to an API key: the one table for consent, issue, change and refresh. */

export type GrantableBy = 'anyone' | 'org_admin' | 'administrator'

/** Who gives it: a person, or what an API key acts for. */
export interface Giver {
  administrator: boolean
  /**
   * Owner or administrator of an organization they belong to, or in none but their own. Of an API key's owner: of the
   * key's organization; a service account counts as one of its own.
   */
  organizationAdmin: boolean
}

/** To whom. */
export interface Receiver {
  /** Registered by an administrator, and not by itself. */
  byAdministrator: boolean
  /** The scopes it is registered for, if it is registered for certain ones. */
  registeredScopes: ReadonlySet<string> | null
}

/**
 * | scope         | a person, or a key's owner, needs      | a person's client needs       | a client by itself needs       |
 * | ------------- | -------------------------------------- | ----------------------------- | ------------------------------ |
 * | anyone        | nothing                                | nothing                       | nothing                        |
 * | org_admin     | to be an organization's admin          | nothing                       | to be registered for it by one |
 * | administrator | to be an administrator of the platform | to come from an administrator | to be registered for it by one |
 */
const rules: Record<
  GrantableBy,
  { giver(giver: Giver): boolean; client(client: Receiver): boolean; alone(client: Receiver, scope: string): boolean }
> = {
  anyone: { giver: () => true, client: () => true, alone: () => true },
  org_admin: {
    giver: (giver) => giver.organizationAdmin || giver.administrator,
    client: () => true,
    alone: registeredByAdministrator,
  },
  administrator: {
    giver: (giver) => giver.administrator,
    client: ({ byAdministrator }) => byAdministrator,
    alone: registeredByAdministrator,
  },
}

/** May this person (or, with `giver` null, the client by itself) have the client hold this scope? */
export function mayGrant(
  scope: { name: string; grantableBy: GrantableBy },
  client: Receiver,
  giver: Giver | null,
): boolean {
  if (client.registeredScopes && !client.registeredScopes.has(scope.name)) return false
  const rule = rules[scope.grantableBy]
  return giver ? rule.giver(giver) && rule.client(client) : rule.alone(client, scope.name)
}

/** May what an API key acts for have it hold this scope? Asked when a key is made or changed, and at each check again. */
export function ownerMayHold(scope: { grantableBy: GrantableBy }, owner: Giver): boolean {
  return rules[scope.grantableBy].giver(owner)
}

/** What a credential may give to the API keys that it makes or changes. */
export interface Passing {
  /** As far as its owner's rights of the moment go. */
  scopes: ReadonlySet<string>
  /** Besides; set by an administrator. `*` stands for every scope of a registered resource. */
  grantableScopes: ReadonlySet<string>
  /** Is its owner an administrator of the platform now? */
  administrator: boolean
}

/**
 * What was let to be given besides goes no further than the owner's rights now: somebody who is no administrator any more
 * must not give administrators' scopes to another who is one, and whose key they then hold.
 * @param management whether the scope is one of the management API's, which `*` never stands for
 */
export function mayPass(
  scope: { name: string; management: boolean; grantableBy: GrantableBy },
  { scopes, grantableScopes, administrator }: Passing,
): boolean {
  if (scopes.has(scope.name)) return true
  if (scope.grantableBy === 'administrator' && !administrator) return false
  return grantableScopes.has(scope.name) || (grantableScopes.has('*') && !scope.management)
}

function registeredByAdministrator(client: Receiver, scope: string): boolean {
  return client.byAdministrator && (client.registeredScopes?.has(scope) ?? false)
}
