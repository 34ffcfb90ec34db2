/** What of the protected APIs a caller sees: all of them with a role, else those it may do something at. */
import type { Principal, Reach } from '../http/api/principal.ts'
import type { Resource, Scope } from './resource.ts'

/** The scopes that it sees of this one; null if the resource doesn't exist for it. */
export function visibleScopes(
  principal: Pick<Principal, 'scopes'>,
  reach: Reach,
  resource: Pick<Resource, 'scopes'>,
): readonly Scope[] | null {
  if (reach === 'everything') return resource.scopes
  const held = resource.scopes.filter(({ name }) => principal.scopes.has(name))
  return held.length > 0 ? held : null
}
