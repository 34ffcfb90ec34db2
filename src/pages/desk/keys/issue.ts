/** A new API key: the form, and the one answer that shows the secret. */
import {
  action,
  actions,
  area,
  choice,
  choiceGroup,
  choices,
  form,
  input,
  say,
  screen,
} from '../../../http/screen-parts.ts'
import type { Fault } from '../../../http/screen.ts'
import { Problem } from '../../../http/problem.ts'
import { dayAfter, secondsUntilEndOf } from '../days.ts'
import type { Desk } from '../desk.ts'
import { onceField, onceOf } from '../once.ts'
import type { KeyWithSecretOut } from '../wire.ts'
import { unprovenNotice } from '../profile/unproven.ts'
import { organizationChoice, ownerField, ownersOf } from './owners.ts'
import type { KeyPages } from './parts.ts'
import { findOwner, ownerFields, platformBodyOfNew, platformFields, type FoundOwner } from './platforms.ts'
import { scopeField } from './scope-choices.ts'
import { showSecret } from './secret.ts'

const usualDays = 90

export const showIssue = (desk: Desk, pages: KeyPages): Promise<void> => showForm(desk, pages, [])

export async function issueKey(desk: Desk, pages: KeyPages): Promise<void> {
  const owned = await ownerTyped(desk, pages)
  const expiresIn = secondsUntilEndOf(desk.typed('expires_in'), desk.now)
  const faults = [...faultsOf(desk, expiresIn), ...(owned.ok ? [] : [owned.fault])]
  if (faults.length > 0 || !owned.ok) return showForm(desk, pages, faults)
  const body = {
    ...owned.owner,
    ...(pages.base === '/admin' ? platformBodyOfNew(desk) : {}),
    name: desk.typed('name'),
    scopes: desk.ticked('scopes'),
    environment: desk.typed('environment') || 'live',
    expires_in: expiresIn,
    allowed_ips: desk
      .typed('allowed_ips')
      .split(/[\s,]+/)
      .filter((line) => line !== ''),
  }
  await desk.attempt(() => desk.api.call<KeyWithSecretOut>('POST', '/v1/keys', { body, once: onceOf(desk) }), {
    done: (made) => showSecret(desk, pages, made, 'issued'),
    again: (refused) => showForm(desk, pages, refused),
  })
}

async function ownerTyped(desk: Desk, { base }: KeyPages): Promise<FoundOwner> {
  if (base === '/admin') return findOwner(desk)
  const owners = await ownersOf(desk)
  const typed = desk.typed('owner')
  const owner = typed === '' ? owners[0] : owners.find(({ value }) => value === typed)
  // Gone, or not for this person any more: the key must not act for somebody else instead.
  if (typed !== '' && !owner) throw new Problem('not_found')
  return { ok: true, owner: owner?.body ?? {} }
}

function faultsOf(desk: Desk, expiresIn: number | null): Fault[] {
  return [
    ...(desk.ticked('scopes').length > 0 ? [] : [{ field: 'scopes', text: say('key.scopes.needed') }]),
    ...(expiresIn === null ? [{ field: 'expires_in', text: say('key.ends.needed') }] : []),
  ]
}

/** For who may have no key yet: what to do first, in place of a form that would be refused. */
function showUnproven(desk: Desk, { base }: KeyPages): void {
  const crumbs = [{ text: say('keys.title'), href: `${base}/keys` }]
  desk.screen(screen({ title: say('key.issue'), crumbs, narrow: true, blocks: unprovenNotice(desk) }))
}

async function showForm(desk: Desk, pages: KeyPages, faults: Fault[]): Promise<void> {
  if (pages.base === '/account' && !desk.person.emailProven) return showUnproven(desk, pages)
  const again = desk.ctx.method === 'POST'
  const everybodys = pages.base === '/admin'
  const owners = everybodys ? [] : await ownersOf(desk)
  const path = `${pages.base}/keys`
  const environment = desk.typed('environment') || 'live'
  const giver = {
    administrator: desk.person.administrator,
    organizationAdmin: desk.belongings.some(({ role }) => role !== 'member'),
  }
  desk.screen(
    screen({
      title: say('key.issue'),
      lead: say('key.issue.lead'),
      crumbs: [{ text: say('keys.title'), href: path }],
      narrow: true,
      blocks: [
        ...(everybodys ? [] : organizationChoice(desk, `${path}/new`)),
        form({
          action: `${path}/new`,
          submit: say('key.issue.submit'),
          cancelHref: path,
          faults,
          fields: [
            onceField(desk),
            input('name', {
              label: say('key.name'),
              hint: say('key.name.hint'),
              value: again ? desk.typed('name') : '',
            }),
            ...(everybodys
              ? ownerFields(desk)
              : ownerField(owners, desk.typed('owner') || (desk.query['owner'] ?? ''))),
            scopeField(pages, {
              label: say('key.scopes'),
              hint: say('key.scopes.hint'),
              among: null,
              chosen: desk.ticked('scopes'),
              giver,
            }),
            input('expires_in', {
              type: 'date',
              label: say('key.last-day'),
              hint: say('key.last-day.hint', { days: pages.longestDays() }),
              value: again
                ? desk.typed('expires_in')
                : dayAfter(desk.now, Math.min(usualDays, pages.longestDays() - 1)),
            }),
            choices('environment', {
              label: say('key.environment'),
              many: false,
              groups: [
                choiceGroup(
                  (['live', 'test'] as const).map((value) =>
                    choice(value, say(`key.environment.${value}`), {
                      hint: say(`key.environment.${value}.hint`),
                      checked: environment === value,
                    }),
                  ),
                ),
              ],
            }),
            area('allowed_ips', {
              label: say('key.allowed-ips'),
              hint: say('key.allowed-ips.hint'),
              value: desk.typed('allowed_ips'),
              mono: true,
            }),
            ...(everybodys ? await platformFields(desk, pages, null) : []),
          ],
        }),
        ...(!everybodys && owners.length === 0
          ? [actions(action(say('desk.organizations'), `${pages.base}/organizations`))]
          : []),
      ],
    }),
    faults.length > 0 ? 422 : 200,
  )
}
