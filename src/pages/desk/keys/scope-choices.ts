/** Scopes to tick, in the words of the catalogue, by the API that they belong to; the platform's own come last. */
import { choice, choiceGroup, choices, say } from '../../../http/screen-parts.ts'
import type { Choice, Field, Text } from '../../../http/screen.ts'
import { isManagementScope } from '../../../http/api/scopes.ts'
import { ownerMayHold, type Giver } from '../../../rights/may-grant.ts'
import type { Scope } from '../../../resources/resource.ts'
import type { KeyPages } from './parts.ts'

export interface ScopeChoices {
  label: Text
  hint: Text
  /** Those that may be chosen at all; null: every one that the owner may hold. */
  among: readonly string[] | null
  chosen: readonly string[]
  giver: Giver
  /** Of a key that is there already: what this person couldn't give it stays offered, so that it stays unless it is unticked. */
  held?: readonly string[]
}

export function scopeField(
  { catalogue }: Pick<KeyPages, 'catalogue'>,
  { label, hint, among, chosen, giver, held = [] }: ScopeChoices,
): Field {
  const isOnlyHeld = (scope: Scope) => among === null && !ownerMayHold(scope, giver)
  const offered = (scope: Scope) => (isOnlyHeld(scope) ? held : (among ?? [scope.name])).includes(scope.name)
  const groups = catalogue
    .all()
    .map(({ title, scopes }) => ({
      title,
      own: scopes.some(({ name }) => isManagementScope(name)),
      choices: scopes
        .filter(offered)
        .map((scope) => scopeChoice(scope, chosen.includes(scope.name), isOnlyHeld(scope))),
    }))
    .filter(({ choices: some }) => some.length > 0)
    .toSorted((a, b) => Number(a.own) - Number(b.own))
    // The platform's own are many, and few keys need one.
    .map(({ title, own, choices: some }) => choiceGroup(some, title, own && !some.some(({ checked }) => checked)))
  const gone = (among ?? held)
    .filter((name) => !catalogue.scope(name))
    .map((name) => choice(name, name, { hint: say('policy.needs.gone'), checked: chosen.includes(name) }))
  return choices('scopes', { label, hint, groups: gone.length === 0 ? groups : [...groups, choiceGroup(gone)] })
}

function scopeChoice(scope: Scope, checked: boolean, onlyHeld: boolean): Choice {
  return choice(scope.name, scope.title, {
    hint: scope.description === null ? scope.name : `${scope.name} · ${scope.description}`,
    checked,
    badges: [
      ...(scope.writes ? [{ text: say('scope.writes'), tone: 'caution' as const }] : []),
      ...(scope.sensitive ? [{ text: say('scope.sensitive'), tone: 'danger' as const }] : []),
      ...(onlyHeld ? [{ text: say('scope.only-held'), tone: 'neutral' as const }] : []),
    ],
  })
}
