/** What can be changed of a key without a new secret. */
import { area, form, hidden, input, say, screen, tick } from '../../../http/screen-parts.ts'
import type { Fault, Field } from '../../../http/screen.ts'
import type { Desk } from '../desk.ts'
import type { KeyOut } from '../wire.ts'
import { pathOfKey, readKey, type KeyPages } from './parts.ts'
import { platformBodyOfChange, platformFields } from './platforms.ts'
import { scopeField } from './scope-choices.ts'

export async function showEdit(desk: Desk, pages: KeyPages): Promise<void> {
  await showForm(desk, pages, await readKey(desk), [])
}

export async function editKey(desk: Desk, pages: KeyPages): Promise<void> {
  const key = await readKey(desk)
  const body = {
    name: desk.typed('name'),
    scopes: scopesWanted(desk, key),
    ...changed(desk, 'allowed_ips', (typed) => linesOf(typed)),
    ...changed(desk, 'disabled', (typed) => typed === 'on'),
    ...(pages.base === '/admin' ? platformBodyOfChange(desk) : {}),
  }
  await desk.attempt(() => desk.api.call('PATCH', `/v1/keys/${key.id}`, { body }), {
    done: () => desk.done(pathOfKey(pages, key.id), 'saved'),
    again: (faults) => showForm(desk, pages, key, faults),
  })
}

/** As the form was shown: what somebody else has narrowed or stopped since must not come back by a form that lay open. */
const shownName = (name: string): string => `shown_${name}`

function shownFields(desk: Desk, key: KeyOut): Field[] {
  const again = desk.ctx.method === 'POST'
  const now = {
    scopes: key.scopes.join(' '),
    allowed_ips: key.allowed_ips.join(' '),
    disabled: key.disabled ? 'on' : '',
  }
  return Object.entries(now).map(([name, value]) =>
    hidden(shownName(name), again ? desk.typed(shownName(name)) : value),
  )
}

/** Nothing where nothing was changed. */
function changed<T>(desk: Desk, name: string, read: (typed: string) => T): Record<string, T> {
  const [typed, shown] = [desk.typed(name), desk.typed(shownName(name))]
  return linesOf(typed).join(' ') === shown ? {} : { [name]: read(typed) }
}

/** What was ticked and unticked, of what the key has now. */
function scopesWanted(desk: Desk, { scopes }: KeyOut): string[] {
  const shown = new Set(linesOf(desk.typed(shownName('scopes'))))
  const ticked = desk.ticked('scopes')
  const kept = scopes.filter((name) => ticked.includes(name))
  return [...kept, ...ticked.filter((name) => !shown.has(name) && !kept.includes(name))]
}

const linesOf = (text: string): string[] => text.split(/[\s,]+/).filter((line) => line !== '')

async function showForm(desk: Desk, pages: KeyPages, key: KeyOut, faults: Fault[]): Promise<void> {
  const path = pathOfKey(pages, key.id)
  const again = desk.ctx.method === 'POST'
  desk.screen(
    screen({
      title: say('key.edit.title', { name: key.name }),
      crumbs: [
        { text: say('keys.title'), href: `${pages.base}/keys` },
        { text: key.name, href: path },
      ],
      narrow: true,
      blocks: [
        form({
          action: `${path}/edit`,
          submit: say('desk.save'),
          cancelHref: path,
          faults,
          fields: [
            ...shownFields(desk, key),
            input('name', { label: say('key.name'), value: again ? desk.typed('name') : key.name }),
            scopeField(pages, {
              label: say('key.scopes'),
              hint: say('key.edit.scopes.hint'),
              among: null,
              chosen: again ? desk.ticked('scopes') : key.scopes,
              giver: {
                administrator: desk.person.administrator,
                organizationAdmin: desk.belongings.some(({ role }) => role !== 'member'),
              },
            }),
            area('allowed_ips', {
              label: say('key.allowed-ips'),
              hint: say('key.allowed-ips.hint'),
              value: again ? desk.typed('allowed_ips') : key.allowed_ips.join('\n'),
              mono: true,
            }),
            ...(pages.base === '/admin' ? await platformFields(desk, pages, key) : []),
            tick('disabled', {
              label: say('key.disabled'),
              hint: say('key.disabled.hint'),
              checked: again ? desk.typed('disabled') === 'on' : key.disabled,
            }),
          ],
        }),
      ],
    }),
    faults.length > 0 ? 422 : 200,
  )
}
