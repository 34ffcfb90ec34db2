/** What can be changed of a key without a new secret. */
import { area, form, input, say, screen, tick } from '../../../http/screen-parts.ts'
import type { Fault } from '../../../http/screen.ts'
import type { Desk } from '../desk.ts'
import { patch, shownFields, wantedOf } from '../shown.ts'
import type { KeyOut } from '../wire.ts'
import { pathOfKey, readKey, type KeyPages } from './parts.ts'
import { platformBodyOfChange, platformFields, platformHeld } from './platforms.ts'
import { scopeField } from './scope-choices.ts'

export async function showEdit(desk: Desk, pages: KeyPages): Promise<void> {
  await showForm(desk, pages, await readKey(desk), [])
}

export async function editKey(desk: Desk, pages: KeyPages): Promise<void> {
  const key = await readKey(desk)
  const body = {
    ...wantedOf(desk, heldOf(key), {
      name: desk.typed('name'),
      scopes: desk.ticked('scopes'),
      allowed_ips: linesOf(desk.typed('allowed_ips')),
      disabled: desk.typed('disabled') === 'on',
    }),
    ...(pages.base === '/admin' ? platformBodyOfChange(desk, key) : {}),
  }
  await desk.attempt(() => patch(desk, `/v1/keys/${key.id}`, body), {
    done: () => desk.done(pathOfKey(pages, key.id), 'saved'),
    again: (faults) => showForm(desk, pages, key, faults),
  })
}

// A type, since an interface is no record of fields.
type Held = { name: string; scopes: readonly string[]; allowed_ips: readonly string[]; disabled: boolean }

const heldOf = ({ name, scopes, allowed_ips, disabled }: KeyOut): Held => ({ name, scopes, allowed_ips, disabled })

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
            ...shownFields(desk, { ...heldOf(key), ...(pages.base === '/admin' ? platformHeld(key) : {}) }),
            input('name', { label: say('key.name'), value: again ? desk.typed('name') : key.name }),
            scopeField(pages, {
              label: say('key.scopes'),
              hint: say('key.edit.scopes.hint'),
              among: null,
              chosen: again ? desk.ticked('scopes') : key.scopes,
              held: key.scopes,
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
