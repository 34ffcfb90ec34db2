/** `/account`: what needs somebody first, then how much is used and where; for who is new, the way to a first key. */
import { number, say, screen, section, stats, text } from '../../../http/screen-parts.ts'
import type { Block, Value } from '../../../http/screen.ts'
import type { Desk, DeskRoute } from '../desk.ts'
import { unprovenNotice } from '../profile/unproven.ts'
import { chartOf, usageOver, type UsageSums } from '../usage-chart.ts'
import type { KeyOut, Listed } from '../wire.ts'
import { firstKey } from './first-key.ts'
import { endingKeys, exposedKeys } from './watch.ts'

export interface OverviewPages {
  /** For the `curl` of the first call. */
  apiUrl: string
}

/** As many as are counted one by one; beyond, it is said that there are more. */
const counted = 100

export function accountOverview(pages: OverviewPages): DeskRoute[] {
  return [{ method: 'GET', path: '/account', handle: (desk) => showOverview(desk, pages) }]
}

async function showOverview(desk: Desk, pages: OverviewPages): Promise<void> {
  const own = { user_id: desk.person.id, limit: String(counted) }
  const month = {
    title: say('usage.thirty-days'),
    interval: 'day',
    intervals: 30,
    groupBy: 'total',
    query: {},
  } as const
  const [keys, exposed, ending, calls, apps, sessions] = await Promise.all([
    desk.api.get<Listed<KeyOut>>('/v1/keys', { limit: String(counted) }),
    exposedKeys(desk),
    endingKeys(desk),
    usageOver(desk, month),
    desk.api.get<Listed<unknown>>('/v1/grants', own),
    desk.api.get<Listed<unknown>>('/v1/sessions', own),
  ])
  // Who came to see their apps isn't kept from them by what others come for.
  const cameForApps = keys.data.length === 0 && apps.data.length > 0
  const total = callsOf(calls)
  const steps = total === 0 ? firstKey(desk, pages, keys) : []
  const figures = stats([
    { label: say('desk.keys'), value: countOf(keys), href: '/account/keys' },
    { label: say('account.calls'), value: number(total), note: say('account.calls.note'), href: '/account/usage' },
    { label: say('desk.connected-apps'), value: countOf(apps), href: '/account/connected-apps' },
    { label: say('account.sessions'), value: countOf(sessions), href: '/account/security' },
  ])
  const chart: Block[] =
    total === 0 ? [] : [section('calls', say('account.calls'), [chartOf(calls, say('usage.thirty-days'))])]
  desk.screen(
    screen({
      title: desk.person.name === null ? say('account.title') : say('account.title.named', { name: desk.person.name }),
      lead: desk.person.email,
      blocks: [
        ...unprovenNotice(desk),
        ...exposed,
        ...ending,
        ...(cameForApps ? [figures, ...steps] : [...steps, figures]),
        ...chart,
      ],
    }),
  )
}

function countOf({ data, next_cursor: next }: Listed<unknown>): Value {
  return next === null ? number(data.length) : text(say('account.many', { count: data.length }))
}

function callsOf({ allowed, limited, denied }: UsageSums): number {
  return [...allowed, ...limited, ...denied].reduce((total, count) => total + count, 0)
}
