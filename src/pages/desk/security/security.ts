/** The security of an account at a glance: a section for each thing that one signs in with, then the browsers. */
import {
  action,
  badge,
  column,
  empty,
  lines,
  postAction,
  relative,
  row,
  say,
  screen,
  section,
  soft,
  table,
  text,
} from '../../../http/screen-parts.ts'
import type { Block, Row } from '../../../http/screen.ts'
import type { SessionOut } from '../../../oidc/sessions/api.ts'
import { browserName } from '../../../users/browser-name.ts'
import type { Desk } from '../desk.ts'
import { nextPage } from '../next-page.ts'
import { at, type Listed } from '../wire.ts'
import { endOthersPath, passwordPath, sessionsPath } from './paths.ts'

const shown = '50'

export async function showSecurity(desk: Desk): Promise<void> {
  const { data, next_cursor: next } = await desk.api.get<Listed<SessionOut>>('/v1/sessions', {
    user_id: desk.person.id,
    limit: shown,
    cursor: desk.query['cursor'],
  })
  desk.screen(
    screen({
      title: say('desk.security'),
      lead: say('security.lead'),
      blocks: [
        section('password', say('security.password'), [], {
          text: say('security.password.text'),
          actions: [action(say('security.password.change'), passwordPath)],
        }),
        sessionsOf(desk, data, nextPage(desk, next)),
      ],
    }),
  )
}

function sessionsOf(desk: Desk, sessions: readonly SessionOut[], more: string | null): Block {
  const others = sessions.some(({ id }) => id !== desk.session.id)
  return section(
    'sessions',
    say('security.sessions'),
    [
      table({
        caption: say('security.sessions'),
        columns: [
          column(say('security.session.browser')),
          column(say('security.session.last-used')),
          column(say('security.session.since'), { aside: true }),
        ],
        rows: sessions.map((session) => sessionRow(desk, session)),
        empty: empty('computer', say('person.sessions.none'), say('person.sessions.none.text')),
        more,
      }),
    ],
    {
      text: say('security.sessions.text'),
      actions: others ? [action(say('security.sessions.end-others'), endOthersPath)] : [],
    },
  )
}

function sessionRow(desk: Desk, session: SessionOut): Row {
  const { id, user_agent: userAgent, address, authenticated_at: since, last_used_at: used } = session
  const isThis = id === desk.session.id
  const browser = text(userAgent === null ? say('security.session.unknown') : browserName(userAgent))
  return row(
    [
      lines(browser, ...(address === null ? [] : [soft(address)])),
      isThis ? badge(say('security.session.this'), 'good') : relative(at(used ?? since), desk.now),
      relative(at(since), desk.now),
    ],
    null,
    isThis ? [] : [postAction(say('person.session.end'), `${sessionsPath}/${id}/end`)],
  )
}
