/** One event, with all that is noted of it. */
import {
  action,
  actions,
  code,
  facts,
  lines,
  link,
  moment,
  none,
  say,
  screen,
  section,
  snippet,
  soft,
  text,
} from '../../../http/screen-parts.ts'
import { Problem } from '../../../http/problem.ts'
import type { Text, Value } from '../../../http/screen.ts'
import type { Desk } from '../desk.ts'
import { organizationNames } from '../names.ts'
import { at, type Listed } from '../wire.ts'
import { kindWords, namesOf, pageOf } from './names.ts'
import { listPath, narrowedTo, type AuditEventOut } from './parts.ts'

export async function showEvent(desk: Desk): Promise<void> {
  const { data } = await desk.api.get<Listed<AuditEventOut>>('/v1/audit-events', { ids: desk.params['id'] ?? '' })
  const event = data[0]
  if (!event) throw new Problem('not_found')
  const [names, organizations] = await Promise.all([
    namesOf(desk, [event]),
    organizationNames(desk, [event.organization_id]),
  ])
  const { actor, target, organization_id, request_id, address } = event
  const organization: Value =
    organization_id === null
      ? none
      : link(organizations.get(organization_id) ?? organization_id, `/admin/organizations/${organization_id}`)
  desk.screen(
    screen({
      title: event.type,
      crumbs: [{ text: say('audit.title'), href: listPath }],
      blocks: [
        section('about', say('audit.about'), [
          facts(
            [say('audit.when'), moment(at(event.created_at))],
            [say('audit.who'), named(names.actor(event), actor, kindWords(actor.kind))],
            [say('audit.target'), named(names.target(event), target, target.kind)],
            [say('audit.organization'), organization],
            [say('audit.address'), address === null ? none : code(address)],
            [say('audit.request'), request_id === null ? none : code(request_id)],
            [say('audit.id'), code(event.id)],
          ),
          actions(
            ...(actor.id === null ? [] : [action(say('audit.follow.actor'), narrowedTo({ actor_id: actor.id }))]),
            action(say('audit.follow.target'), narrowedTo({ target_id: target.id })),
          ),
        ]),
        section('data', say('audit.data'), [snippet('JSON', JSON.stringify(event.data, null, 2))], {
          text: say('audit.data.text'),
        }),
      ],
    }),
  )
}

/** With a link to its own page, where it has one; one that is gone answers there that it is. */
function named(name: Text, one: { kind: string; id: string | null }, kind: Text): Value {
  const page = pageOf(one)
  const id = one.id === null || one.id === name ? [] : [code(one.id)]
  return lines(page === null ? text(name) : link(name, page), ...id, ...(one.id === null ? [] : [soft(kind)]))
}
