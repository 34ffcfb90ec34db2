/** What each app may do for a person, and the way to end it. */
import {
  action,
  column,
  day,
  empty,
  facts,
  relative,
  rights,
  say,
  screen,
  section,
  table,
  text,
} from '../../../http/screen-parts.ts'
import type { Block, Right, Text, Tone, Value } from '../../../http/screen.ts'
import type { GrantOut } from '../../../grants/api.ts'
import type { Desk } from '../desk.ts'
import { nextPage } from '../next-page.ts'
import type { Listed } from '../wire.ts'
import { describeApp, type ConnectedApp, type ConnectedAppPages } from './describe.ts'

export const connectedAppsPath = '/account/connected-apps'
const shown = '20'

export async function listApps(desk: Desk, pages: ConnectedAppPages): Promise<void> {
  const { data, next_cursor: next } = await desk.api.get<Listed<GrantOut>>('/v1/grants', {
    user_id: desk.person.id,
    limit: shown,
    cursor: desk.query['cursor'],
  })
  const apps = (await Promise.all(data.map((grant) => describeApp(pages, grant)))).filter((app) => app !== null)
  const more = nextPage(desk, next)
  desk.screen(
    screen({
      title: say('connected-apps.title'),
      lead: say('connected-apps.lead'),
      blocks:
        apps.length > 0
          ? [...apps.map((app) => appBlock(desk, app)), ...(more === null ? [] : [moreOf(more)])]
          : [none],
    }),
  )
}

const none: Block = table({
  caption: say('connected-apps.title'),
  columns: [column(say('client.name'))],
  rows: [],
  empty: empty('apps', say('connected-apps.empty.title'), say('connected-apps.empty.text')),
})

const moreOf = (href: string): Block => ({ block: 'actions', actions: [action(say('desk.more'), href)] })

function appBlock({ now }: Desk, app: ConnectedApp): Block {
  const state: { text: Text; tone: Tone }[] = [
    app.verified ? { text: say('client.verified'), tone: 'good' } : { text: say('client.unverified'), tone: 'caution' },
  ]
  if (!app.enabled) state.push({ text: say('connected-apps.disabled'), tone: 'neutral' })
  const identity: [Text, Value][] =
    app.identity.length === 0
      ? []
      : [
          [
            say('consent.identity'),
            rights(app.identity.map((name) => ({ text: say(`scope.${name}.title`), allowed: true, badges: [] }))),
          ],
        ]
  return section(
    app.id,
    app.name,
    [
      facts(
        ...identity,
        ...app.resources.map(({ name, allowed, refused }): [Text, Value] => [
          name,
          rights([...allowed.map(allowedRight), ...refused.map(refusedRight)]),
        ]),
      ),
      facts(
        [say('connected-apps.since'), day(app.since)],
        [
          say('connected-apps.last-used'),
          app.lastUsedAt ? relative(app.lastUsedAt, now) : text(say('connected-apps.never')),
        ],
        [say('connected-apps.reach'), text(say(app.offline ? 'connected-apps.offline' : 'connected-apps.online'))],
      ),
    ],
    { badges: state, text: app.host, actions: [action(say('connected-apps.cut'), `${connectedAppsPath}/${app.id}`)] },
  )
}

function allowedRight({ title, writes }: { title: string; writes: boolean }): Right {
  return { text: title, allowed: true, badges: writes ? [{ text: say('scope.writes'), tone: 'caution' }] : [] }
}

function refusedRight(title: string): Right {
  return { text: title, allowed: false, badges: [{ text: say('connected-apps.refused'), tone: 'neutral' }] }
}
