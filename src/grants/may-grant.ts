/** Who may give which scope to which client: the one table for consent, issue, change and refresh. */

export type GrantableBy = 'anyone' | 'org_admin' | 'administrator'

/** Who gives it. */
export interface Giver {
  administrator: boolean
  /** Owner or administrator of an organization they belong to, or in none but their own. */
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
 * | scope         | person needs                        | client needs                  | a client by itself needs       |
 * | ------------- | ----------------------------------- | ----------------------------- | ------------------------------ |
 * | anyone        | nothing                             | nothing                       | nothing                        |
 * | org_admin     | to be an organization's admin       | nothing                       | to be registered for it by one |
 * | administrator | to be an administrator of the platform | to come from an administrator | to be registered for it by one |
 */
const rules: Record<
  GrantableBy,
  { person(giver: Giver, client: Receiver): boolean; alone(client: Receiver, scope: string): boolean }
> = {
  anyone: { person: () => true, alone: () => true },
  org_admin: { person: (giver) => giver.organizationAdmin || giver.administrator, alone: registeredByAdministrator },
  administrator: {
    person: (giver, client) => giver.administrator && client.byAdministrator,
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
  return giver ? rule.person(giver, client) : rule.alone(client, scope.name)
}

function registeredByAdministrator(client: Receiver, scope: string): boolean {
  return client.byAdministrator && (client.registeredScopes?.has(scope) ?? false)
}
