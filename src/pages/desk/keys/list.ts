/** Every API key that somebody may see. */
import {
  action,
  badges,
  column,
  empty,
  filter,
  hidden,
  input,
  lines,
  relative,
  row,
  say,
  screen,
  select,
  soft,
  table,
  text,
} from '../../../http/screen-parts.ts'
import type { Block, Value } from '../../../http/screen.ts'
import type { Desk } from '../desk.ts'
import { organizationNames, personEmails } from '../names.ts'
import { nextPage } from '../next-page.ts'
import { at, type KeyOut, type Listed } from '../wire.ts'
import { endingInUse } from './ending.ts'
import { pathOfKey, type KeyPages } from './parts.ts'
import { keyBadges, nameAndHint } from './words.ts'

const shownStatuses = ['active', 'expiring', 'expired', 'disabled', 'exposed', 'revoked'] as const

export async function listKeys(desk: Desk, pages: KeyPages): Promise<void> {
  const { base } = pages
  const path = `${base}/keys`
  const narrowing = narrowingOf(desk)
  const { data, next_cursor } = await find(desk, narrowing)
  const told = base === '/admin' ? await tellerOfAll(desk, data) : tellerOfOwn(desk)
  const issue = action(say('key.issue'), `${path}/new`, 'primary', 'plus')
  const narrowed = Object.values(narrowing).some((value) => value !== undefined)
  const first = empty('key', say('keys.empty'), say('keys.empty.text'), issue)
  const nothing = empty('search', say('keys.none'), say('keys.none.text'))
  desk.screen(
    screen({
      title: say('keys.title'),
      lead: say(base === '/admin' ? 'keys.lead.everybody' : 'keys.lead'),
      actions: data.length > 0 || narrowed ? [issue] : [],
      blocks: [
        ...(data.length > 0 || narrowed ? [filters(desk, path, narrowing, narrowed)] : []),
        table({
          caption: say('keys.title'),
          columns: [
            column(say('key.name')),
            column(say('key.status')),
            column(say('key.organization'), { aside: true }),
            ...(base === '/admin' ? [column(say('key.owner'), { aside: true })] : []),
            column(say('key.last-used')),
            column(say('key.ends')),
          ],
          rows: data.map((key) =>
            row(
              [
                nameAndHint(key),
                badges(keyBadges(key)),
                ...told(key),
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

/** What the address narrows the list by; undefined: not by that. */
interface Narrowing {
  q: string | undefined
  status: (typeof shownStatuses)[number] | undefined
  organization: string | undefined
  user: string | undefined
  service_account: string | undefined
  /** `ending`: those in use that end soon, as the console's first page has them. */
  in_use: 'ending' | undefined
}

function narrowingOf({ query }: Desk): Narrowing {
  return {
    q: query['q']?.trim() || undefined,
    status: shownStatuses.find((known) => known === query['status']),
    organization: query['organization'] || undefined,
    user: query['user'] || undefined,
    service_account: query['service_account'] || undefined,
    in_use: query['in_use'] === 'ending' ? 'ending' : undefined,
  }
}

const longest = 255

async function find(desk: Desk, { q, status, in_use, ...of }: Narrowing): Promise<Listed<KeyOut>> {
  if ((q?.length ?? 0) > longest) return { data: [], next_cursor: null }
  return desk.api.get('/v1/keys', {
    // As it is shown: the dots before a hint are no part of it.
    q: q?.replace(/^(?:…|\.{3})/, ''),
    status,
    organization_id: of.organization,
    user_id: of.user,
    service_account_id: of.service_account,
    ...(in_use === 'ending' ? endingInUse(desk.now) : {}),
    cursor: desk.query['cursor'],
  })
}

/** By name where it is one of the person's own. */
function tellerOfOwn(desk: Desk): (key: KeyOut) => Value[] {
  return ({ organization_id: id }) => [text(desk.belongings.find((one) => one.id === id)?.name ?? id)]
}

/** Names and addresses of all of a page's, each in one call. */
async function tellerOfAll(desk: Desk, keys: readonly KeyOut[]): Promise<(key: KeyOut) => Value[]> {
  const [organizations, people] = await Promise.all([
    organizationNames(
      desk,
      keys.map(({ organization_id }) => organization_id),
    ),
    personEmails(
      desk,
      keys.map(({ user_id }) => user_id),
    ),
  ])
  return ({ organization_id, user_id, service_account_name }) => [
    text(organizations.get(organization_id) ?? organization_id),
    user_id === null
      ? lines(text(service_account_name ?? ''), soft(say('key.owner.some-service-account')))
      : text(people.get(user_id) ?? user_id),
  ]
}

function filters(desk: Desk, path: string, narrowing: Narrowing, narrowed: boolean): Block {
  const organizations = desk.belongings.map(({ id, name }) => ({ value: id, label: name }))
  const ofSome = path.startsWith('/account') && organizations.length > 1
  const { q, status, organization, ...others } = narrowing
  const kept = Object.entries(ofSome ? others : { ...others, organization })
  return filter(
    path,
    [
      input('q', { type: 'search', label: say('keys.search'), value: q ?? '', required: false }),
      select('status', {
        label: say('key.status'),
        value: status ?? '',
        options: [
          { value: '', label: say('filter.any') },
          ...shownStatuses.map((value) => ({ value, label: say(`key.status.${value}`) })),
        ],
      }),
      ...(ofSome
        ? [
            select('organization', {
              label: say('key.organization'),
              value: organization ?? '',
              options: [{ value: '', label: say('filter.any') }, ...organizations],
            }),
          ]
        : []),
      ...kept.flatMap(([name, value]) => (value === undefined ? [] : [hidden(name, value)])),
    ],
    narrowed ? path : null,
  )
}
