/** A new person, who chooses a password by a mailed link; and what somebody is called. */
import { form, input, say, screen, select } from '../../../http/screen-parts.ts'
import { locales } from '../../../http/messages.ts'
import type { Fault } from '../../../http/screen.ts'
import type { UserOut } from '../../../users/api.ts'
import type { Desk } from '../desk.ts'
import { onceField, onceOf } from '../once.ts'
import { patch, shownFields, wantedOf } from '../shown.ts'
import { called, crumbsTo, pathOfPerson, peoplePath, readPerson } from './parts.ts'

export function showAdd(desk: Desk, faults: Fault[] = []): void {
  desk.screen(
    screen({
      title: say('people.add'),
      lead: say('people.add.lead'),
      crumbs: crumbsTo(),
      narrow: true,
      blocks: [
        form({
          action: `${peoplePath}/new`,
          submit: say('people.add.submit'),
          cancelHref: peoplePath,
          faults,
          fields: [
            onceField(desk),
            input('email', { type: 'email', label: say('person.email'), value: desk.typed('email') }),
            input('name', {
              label: say('person.name'),
              hint: say('person.name.hint'),
              value: desk.typed('name'),
              required: false,
            }),
            select('locale', {
              label: say('person.locale'),
              value: desk.typed('locale') || desk.locale,
              options: locales.map((locale) => ({ value: locale, label: languageName(locale) })),
            }),
          ],
        }),
      ],
    }),
    faults.length > 0 ? 422 : 200,
  )
}

/** In that language itself, for whoever reads it. */
const languageName = (locale: string): string =>
  new Intl.DisplayNames([locale], { type: 'language' }).of(locale) ?? locale

export async function addPerson(desk: Desk): Promise<void> {
  const name = desk.typed('name')
  const body = { email: desk.typed('email'), name: name === '' ? null : name, locale: desk.typed('locale') || 'en' }
  await desk.attempt(() => desk.api.call<UserOut>('POST', '/v1/users', { body, once: onceOf(desk) }), {
    done: ({ id }) => desk.done(pathOfPerson(id), 'person-added'),
    again: (faults) => showAdd(desk, faults),
  })
}

export async function showRename(desk: Desk, faults: Fault[] = []): Promise<void> {
  const person = await readPerson(desk)
  const path = pathOfPerson(person.id)
  const kept = { name: person.name ?? '' }
  desk.screen(
    screen({
      title: say('person.rename.title', { name: called(person) }),
      crumbs: crumbsTo(person),
      narrow: true,
      blocks: [
        form({
          action: `${path}/edit`,
          submit: say('desk.save'),
          cancelHref: path,
          faults,
          fields: [
            ...shownFields(desk, kept),
            input('name', {
              label: say('person.name'),
              hint: say('person.name.hint'),
              value: desk.ctx.method === 'POST' ? desk.typed('name') : kept.name,
              required: false,
            }),
          ],
        }),
      ],
    }),
    faults.length > 0 ? 422 : 200,
  )
}

export async function rename(desk: Desk): Promise<void> {
  const { id, name: kept } = await readPerson(desk)
  const { name } = wantedOf(desk, { name: kept ?? '' }, { name: desk.typed('name') })
  const body = name === undefined ? {} : { name: name || null }
  await desk.attempt(() => patch(desk, `/v1/users/${id}`, body), {
    done: () => desk.done(pathOfPerson(id), 'saved'),
    again: (faults) => showRename(desk, faults),
  })
}
