/** One person: where they belong, where they are signed in, what they allowed apps, which keys act for them, and how to stop them. */
import {
  action,
  badge,
  code,
  column,
  day,
  empty,
  facts,
  link,
  paragraph,
  postAction,
  relative,
  row,
  say,
  screen,
  section,
  snippet,
  table,
  text,
} from '../../../http/screen-parts.ts'
import type { Block } from '../../../http/screen.ts'
import type { OrganizationOut } from '../../../organizations/api.ts'
import type { UserOut } from '../../../users/api.ts'
import type { Desk } from '../desk.ts'
import { keyTable } from '../keys/table.ts'
import { clientNames } from '../names.ts'
import { at, type KeyOut, type Listed } from '../wire.ts'
import { called, crumbsTo, pathOfPerson, personBadges, readPerson } from './parts.ts'

/** Of each list; the rest is where that list is. */
const shown = '10'

interface SessionOut {
  id: string
  authenticated_at: string | null
  expires_at: string
  client_ids: string[]
}

interface GrantOut {
  id: string
  client_id: string
  created_at: string
  last_used_at: string | null
}

export async function showPerson(desk: Desk): Promise<void> {
  const person = await readPerson(desk)
  const path = pathOfPerson(person.id)
  const of = { user_id: person.id, limit: shown }
  const [organizations, sessions, grants, keys] = await Promise.all([
    desk.api.get<Listed<OrganizationOut>>('/v1/organizations', of),
    desk.api.get<Listed<SessionOut>>('/v1/sessions', of),
    desk.api.get<Listed<GrantOut>>('/v1/grants', of),
    desk.api.get<Listed<KeyOut>>('/v1/keys', of),
  ])
  const names = await clientNames(
    desk,
    grants.data.map(({ client_id }) => client_id),
  )
  desk.screen(
    screen({
      title: called(person),
      lead: person.name === null ? null : person.email,
      crumbs: crumbsTo(),
      badges: personBadges(person),
      actions: [
        action(say('person.rename'), `${path}/edit`),
        ...(person.disabled ? [] : [action(say('person.reset'), `${path}/reset-password`)]),
      ],
      blocks: [
        about(person),
        organizationsOf(organizations.data),
        sessionsOf(desk, path, sessions.data),
        appsOf(desk, path, grants.data, names),
        keysOf(desk, person, keys.data),
        administration(person),
        ...ending(desk, person, path),
      ],
    }),
  )
}

function about({ id, email, email_verified, created_at }: UserOut): Block {
  return section(
    'about',
    say('person.about'),
    [
      facts(
        [say('person.email'), text(email)],
        [
          say('person.proven'),
          email_verified ? badge(say('person.proven.yes'), 'good') : badge(say('person.unproven'), 'caution'),
        ],
        [say('person.since'), day(at(created_at))],
        [say('person.id'), code(id)],
      ),
    ],
    {
      actions: [
        action(say('person.audit.by'), `/admin/audit?actor_id=${id}`, 'quiet'),
        action(say('person.audit.about'), `/admin/audit?target_id=${id}`, 'quiet'),
      ],
    },
  )
}

function organizationsOf(organizations: readonly OrganizationOut[]): Block {
  return section('organizations', say('desk.organizations'), [
    table({
      caption: say('desk.organizations'),
      columns: [column(say('organization.name')), column(say('organization.tier')), column(say('organization.kind'))],
      rows: organizations.map(({ id, name, tier, personal }) =>
        row(
          [text(name), text(tier), text(say(personal ? 'organization.kind.person' : 'organization.kind.customer'))],
          `/admin/organizations/${id}`,
        ),
      ),
      empty: empty('building', say('person.organizations.none'), say('person.organizations.none.text')),
    }),
  ])
}

function sessionsOf({ now }: Desk, path: string, sessions: readonly SessionOut[]): Block {
  return section(
    'sessions',
    say('person.sessions'),
    [
      table({
        caption: say('person.sessions'),
        columns: [
          column(say('person.session.signed-in')),
          column(say('person.session.apps'), { aside: true }),
          column(say('person.session.ends')),
        ],
        rows: sessions.map(({ id, authenticated_at, expires_at, client_ids }) =>
          row(
            [
              relative(at(authenticated_at), now),
              text(say('person.session.apps.count', { count: client_ids.length })),
              relative(at(expires_at), now),
            ],
            null,
            [postAction(say('person.session.end'), `${path}/sessions/${id}/end`)],
          ),
        ),
        empty: empty('computer', say('person.sessions.none'), say('person.sessions.none.text')),
      }),
    ],
    sessions.length === 0 ? {} : { actions: [action(say('person.sessions.end'), `${path}/sessions/end`)] },
  )
}

function appsOf({ now }: Desk, path: string, grants: readonly GrantOut[], names: ReadonlyMap<string, string>): Block {
  return section('apps', say('desk.connected-apps'), [
    table({
      caption: say('desk.connected-apps'),
      columns: [
        column(say('client.name')),
        column(say('grant.since'), { aside: true }),
        column(say('grant.last-used')),
      ],
      rows: grants.map(({ id, client_id, created_at, last_used_at }) =>
        row(
          [
            link(names.get(client_id) ?? client_id, `/admin/clients/${encodeURIComponent(client_id)}`),
            day(at(created_at)),
            relative(at(last_used_at), now),
          ],
          null,
          [action(say('grant.cut-off'), `${path}/apps/${id}/cut-off`)],
        ),
      ),
      empty: empty('apps', say('person.apps.none'), say('person.apps.none.text')),
    }),
  ])
}

function keysOf({ now }: Desk, { id }: UserOut, keys: readonly KeyOut[]): Block {
  return section(
    'keys',
    say('desk.keys'),
    [
      keyTable(keys, {
        base: '/admin',
        now,
        empty: empty('key', say('person.keys.none'), say('person.keys.none.text')),
      }),
    ],
    keys.length === 0 ? {} : { actions: [action(say('console.all'), `/admin/keys?user=${id}`)] },
  )
}

/** No page makes or unmakes an administrator: a session that is left open must not. */
function administration({ email, administrator }: UserOut): Block {
  const verb = administrator ? 'demote' : 'make-admin'
  return section('administration', say('person.administration'), [
    paragraph(say(administrator ? 'person.administration.is' : 'person.administration.not')),
    snippet(say('health.doctor.code'), `keygrant users ${verb} ${quoted(email)}`),
  ])
}

/** An address may hold what a shell would take for its own. */
const quoted = (email: string): string =>
  /^[\w.@+-]+$/.test(email) ? email : `'${email.replaceAll("'", String.raw`'\''`)}'`

function ending(desk: Desk, { id, disabled }: UserOut, path: string): Block[] {
  if (id === desk.person.id) return []
  return [
    section('end', say(disabled ? 'person.enable' : 'person.disable'), [], {
      text: say(disabled ? 'person.enable.text' : 'person.disable.text'),
      tone: disabled ? 'neutral' : 'danger',
      actions: [
        disabled
          ? action(say('person.enable'), `${path}/enable`)
          : action(say('person.disable'), `${path}/disable`, 'danger'),
      ],
    }),
  ]
}
