/** Everybody who has an account, to be looked for by address or name. */
import {
  action,
  badges,
  column,
  day,
  empty,
  filter,
  input,
  lines,
  row,
  say,
  screen,
  soft,
  table,
  text,
} from '../../../http/screen-parts.ts'
import type { UserOut } from '../../../users/api.ts'
import type { Desk } from '../desk.ts'
import { nextPage } from '../next-page.ts'
import { at, type Listed } from '../wire.ts'
import { pathOfPerson, peoplePath, personBadges } from './parts.ts'

export async function listPeople(desk: Desk): Promise<void> {
  const q = (desk.query['q'] ?? '').trim()
  const { data, next_cursor } = await find(desk, q)
  desk.screen(
    screen({
      title: say('people.title'),
      lead: say('people.lead'),
      actions: [action(say('people.add'), `${peoplePath}/new`, 'primary', 'plus')],
      blocks: [
        filter(
          peoplePath,
          [input('q', { type: 'search', label: say('people.search'), value: q, required: false })],
          q === '' ? null : peoplePath,
        ),
        table({
          caption: say('people.title'),
          columns: [
            column(say('person.email')),
            column(say('person.state')),
            column(say('person.since'), { aside: true }),
          ],
          rows: data.map((person) =>
            row(
              [
                person.name === null ? text(person.email) : lines(text(person.email), soft(person.name)),
                badges(personBadges(person)),
                day(at(person.created_at)),
              ],
              pathOfPerson(person.id),
            ),
          ),
          empty: empty('search', say('people.none'), say('people.none.text')),
          more: nextPage(desk, next_cursor),
        }),
      ],
    }),
  )
}

/** No address is longer, so what is longer is nobody's. */
const longest = 254

async function find(desk: Desk, q: string): Promise<Listed<UserOut>> {
  if (q.length > longest) return { data: [], next_cursor: null }
  return desk.api.get('/v1/users', { q: q === '' ? undefined : q, cursor: desk.query['cursor'] })
}
