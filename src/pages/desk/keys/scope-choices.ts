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
}

export function scopeField(
  { catalogue }: Pick<KeyPages, 'catalogue'>,
  { label, hint, among, chosen, giver }: ScopeChoices,
): Field {
  const offered = (scope: Scope) => (among === null ? ownerMayHold(scope, giver) : among.includes(scope.name))
  const groups = catalogue
    .all()
    .map(({ title, scopes }) => ({
      title,
      own: scopes.some(({ name }) => isManagementScope(name)),
      choices: scopes.filter(offered).map((scope) => scopeChoice(scope, chosen.includes(scope.name))),
    }))
    .filter(({ choices: some }) => some.length > 0)
    .toSorted((a, b) => Number(a.own) - Number(b.own))
    // The platform's own are many, and few keys need one.
    .map(({ title, own, choices: some }) => choiceGroup(some, title, own && !some.some(({ checked }) => checked)))
  return choices('scopes', { label, hint, groups })
}

function scopeChoice(scope: Scope, checked: boolean): Choice {
  return choice(scope.name, scope.title, {
    hint: scope.description === null ? scope.name : `${scope.name} · ${scope.description}`,
    checked,
    badges: [
      ...(scope.writes ? [{ text: say('scope.writes'), tone: 'caution' as const }] : []),
      ...(scope.sensitive ? [{ text: say('scope.sensitive'), tone: 'danger' as const }] : []),
    ],
  })
}
