/** Every API key that somebody may see. */
import {
  action,
  badges,
  column,
  empty,
  filter,
  relative,
  row,
  say,
  screen,
  select,
  table,
  text,
} from '../../../http/screen-parts.ts'
import type { Value } from '../../../http/screen.ts'
import type { Desk } from '../desk.ts'
import { nextPage } from '../next-page.ts'
import { at, type KeyOut, type Listed } from '../wire.ts'
import { pathOfKey, type KeyPages } from './parts.ts'
import { keyBadges, nameAndHint } from './words.ts'

const shownStatuses = ['active', 'expiring', 'expired', 'disabled', 'exposed', 'revoked'] as const

export async function listKeys(desk: Desk, pages: KeyPages): Promise<void> {
  const { base } = pages
  const path = `${base}/keys`
  const status = shownStatuses.find((known) => known === desk.query['status'])
  const organization = desk.query['organization'] || undefined
  const { data, next_cursor } = await desk.api.get<Listed<KeyOut>>('/v1/keys', {
    status,
    organization_id: organization,
    cursor: desk.query['cursor'],
  })
  const issue = action(say('key.issue'), `${path}/new`, 'primary', 'plus')
  const narrowed = status !== undefined || organization !== undefined
  const first = empty('key', say('keys.empty'), say('keys.empty.text'), issue)
  const nothing = empty('search', say('keys.none'), say('keys.none.text'))
  desk.screen(
    screen({
      title: say('keys.title'),
      lead: say(base === '/admin' ? 'keys.lead.everybody' : 'keys.lead'),
      actions: data.length > 0 || narrowed ? [issue] : [],
      blocks: [
        ...(data.length > 0 || narrowed
          ? [filters(desk, path, { status: status ?? '', organization: organization ?? '' })]
          : []),
        table({
          caption: say('keys.title'),
          columns: [
            column(say('key.name')),
            column(say('key.status')),
            column(say('key.organization'), { aside: true }),
            column(say('key.last-used')),
            column(say('key.ends')),
          ],
          rows: data.map((key) =>
            row(
              [
                nameAndHint(key),
                badges(keyBadges(key)),
                organizationOf(desk, key),
                relative(at(key.last_used_at), desk.now),
                relative(at(key.expires_at), desk.now),
              ],
              pathOfKey(pages, key.id),
            ),
          ),
          empty: narrowed ? nothing : first,
          more: nextPage(desk, next_cursor),
        }),
      ],
    }),
  )
}

/** By name where it is one of the person's own; the console asks for none of a thousand. */
function organizationOf(desk: Desk, { organization_id: id }: KeyOut): Value {
  return text(desk.belongings.find((one) => one.id === id)?.name ?? id)
}

function filters(desk: Desk, path: string, { status, organization }: { status: string; organization: string }) {
  const organizations = desk.belongings.map(({ id, name }) => ({ value: id, label: name }))
  const ofSome = path.startsWith('/account') && organizations.length > 1
  return filter(
    path,
    [
      select('status', {
        label: say('key.status'),
        value: status,
        options: [
          { value: '', label: say('filter.any') },
          ...shownStatuses.map((value) => ({ value, label: say(`key.status.${value}`) })),
        ],
      }),
      ...(ofSome
        ? [
            select('organization', {
              label: say('key.organization'),
              value: organization,
              options: [{ value: '', label: say('filter.any') }, ...organizations],
            }),
          ]
        : []),
    ],
    status !== '' || organization !== '' ? path : null,
  )
}
