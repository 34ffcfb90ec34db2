/** The scopes that a client may ask for, in the words that people read at consent. None ticked: whatever they may grant. */
import { choice, choiceGroup, choices, say } from '../../../http/screen-parts.ts'
import type { ChoiceGroup, Field } from '../../../http/screen.ts'
import { isManagementScope } from '../../../http/api/scopes.ts'
import type { ClientPages } from './parts.ts'

const aboutThePerson = ['openid', 'profile', 'email'] as const
/** Those of no resource that can be ticked. */
export const offeredOfPerson: ReadonlySet<string> = new Set([...aboutThePerson, 'offline_access'])

export function clientScopeField({ catalogue }: Pick<ClientPages, 'catalogue'>, chosen: readonly string[]): Field {
  const own: ChoiceGroup = choiceGroup(
    [
      ...aboutThePerson.map((name) =>
        choice(name, say(`scope.${name}.title`), { hint: name, checked: chosen.includes(name) }),
      ),
      choice('offline_access', say('client.scope.offline'), {
        hint: 'offline_access',
        checked: chosen.includes('offline_access'),
      }),
    ],
    say('client.scopes.person'),
  )
  return choices('scope', {
    label: say('client.scopes'),
    hint: say('client.scopes.hint'),
    groups: [own, ...resourceGroups({ catalogue }, chosen)],
  })
}

/** By their resources; the platform's own come last and folded, for few clients manage it. */
export function resourceGroups(
  { catalogue }: Pick<ClientPages, 'catalogue'>,
  chosen: readonly string[],
  allFolded = false,
): ChoiceGroup[] {
  return catalogue
    .all()
    .map(({ title, scopes }) => ({
      title,
      own: scopes.some(({ name }) => isManagementScope(name)),
      some: scopes.map(({ name, title: said, writes, sensitive }) =>
        choice(name, said, {
          hint: name,
          checked: chosen.includes(name),
          badges: [
            ...(writes ? [{ text: say('scope.writes'), tone: 'caution' as const }] : []),
            ...(sensitive ? [{ text: say('scope.sensitive'), tone: 'danger' as const }] : []),
          ],
        }),
      ),
    }))
    .filter(({ some }) => some.length > 0)
    .toSorted((a, b) => Number(a.own) - Number(b.own))
    .map(({ title, own, some }) => choiceGroup(some, title, (own || allFolded) && !some.some(({ checked }) => checked)))
}

/** As RFC 7591 has it; undefined where nothing was ticked. */
export function scopeOf(ticked: readonly string[]): string | undefined {
  return ticked.length === 0 ? undefined : ticked.join(' ')
}
