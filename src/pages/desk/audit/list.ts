/** Who has changed what, newest first; everything about one actor or one object is a press away. */
import {
  action,
  code,
  column,
  empty,
  facts,
  filter,
  input,
  lines,
  link,
  none,
  notice,
  number,
  relative,
  row,
  say,
  screen,
  section,
  select,
  snippet,
  soft,
  table,
  text,
} from '../../../http/screen-parts.ts'
import { Problem } from '../../../http/problem.ts'
import type { Block, Row, Value } from '../../../http/screen.ts'
import { events as knownEvents } from '../../../audit/events.ts'
import type { Desk } from '../desk.ts'
import { nextPage } from '../next-page.ts'
import { at, type Listed } from '../wire.ts'
import { kindWords, namesOf, type Names } from './names.ts'
import {
  filterOf,
  isNarrowed,
  listPath,
  narrowedTo,
  queryOf,
  type AuditEventOut,
  type AuditFilter,
  type AuditPages,
  type ChainState,
} from './parts.ts'

const types = Object.keys(knownEvents).toSorted()

export async function showTrail(desk: Desk, { chain }: AuditPages): Promise<void> {
  const wanted = filterOf(desk)
  const [{ data, next_cursor, fault }, state] = await Promise.all([find(desk, wanted), chain()])
  const names = await namesOf(desk, data)
  const narrowed = isNarrowed(wanted)
  desk.screen(
    screen({
      title: say('audit.title'),
      lead: say('audit.lead'),
      actions: [action(say('audit.export'), exportPath(wanted))],
      blocks: [
        filters(wanted, narrowed),
        ...(fault === null ? [] : [notice(fault, 'danger')]),
        table({
          caption: say('audit.title'),
          columns: [
            column(say('audit.what')),
            column(say('audit.when')),
            column(say('audit.who')),
            column(say('audit.target')),
          ],
          rows: data.map((event) => rowOf(desk, event, names)),
          empty: empty('search', say('audit.none'), say(narrowed ? 'audit.none.narrowed' : 'audit.none.text')),
          more: nextPage(desk, next_cursor),
        }),
        chainOf(desk, state),
      ],
    }),
  )
}

/** What can't be asked so finds nothing, and the page says why. */
async function find(desk: Desk, wanted: AuditFilter): Promise<Listed<AuditEventOut> & { fault: string | null }> {
  const query = { ...queryOf(wanted), cursor: desk.query['cursor'] }
  try {
    return { ...(await desk.api.get<Listed<AuditEventOut>>('/v1/audit-events', query)), fault: null }
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 400) throw error
    const [fault] = error.errors
    return { data: [], next_cursor: null, fault: fault ? `${fault.path}: ${fault.message}` : error.message }
  }
}

function exportPath(wanted: AuditFilter): string {
  return narrowedTo(wanted).replace(listPath, `${listPath}/export`)
}

function filters(wanted: AuditFilter, narrowed: boolean): Block {
  return filter(
    listPath,
    [
      select('type', {
        label: say('audit.type'),
        value: wanted.type,
        options: [{ value: '', label: say('filter.any') }, ...types.map((type) => ({ value: type, label: type }))],
      }),
      input('actor_id', { label: say('audit.actor-id'), value: wanted.actor_id, required: false }),
      input('target_id', { label: say('audit.target-id'), value: wanted.target_id, required: false }),
      input('organization_id', {
        label: say('audit.organization-id'),
        value: wanted.organization_id,
        required: false,
      }),
      input('from', { type: 'date', label: say('audit.from'), value: wanted.from, required: false }),
      input('to', { type: 'date', label: say('audit.to'), value: wanted.to, required: false }),
    ],
    narrowed ? listPath : null,
  )
}

function rowOf({ now }: Desk, event: AuditEventOut, names: Names): Row {
  const { id, type, created_at, actor, target } = event
  const who: Value =
    actor.id === null
      ? text(names.actor(event))
      : lines(link(names.actor(event), narrowedTo({ actor_id: actor.id })), soft(kindWords(actor.kind)))
  return row(
    [
      code(type),
      lines(relative(at(created_at), now), soft(say('time.moment', { at: new Date(created_at) }))),
      who,
      lines(
        link(names.target(event), narrowedTo({ target_id: target.id })),
        ...(target.kind === target.id ? [] : [soft(target.kind)]),
      ),
    ],
    `${listPath}/${id}`,
  )
}

/** What it rests on that nobody has changed the trail, and how to have that looked at. */
function chainOf({ now }: Desk, { seq, at: linkedAt, waiting, sealedTo, droppedTo }: ChainState): Block {
  return section(
    'chain',
    say('audit.chain'),
    [
      facts(
        [say('audit.chain.linked'), seq === null ? none : lines(number(Number(seq)), relative(linkedAt, now))],
        [say('audit.chain.waiting'), number(waiting)],
        [say('audit.chain.sealed'), sealedTo === '0' ? none : text(say('audit.chain.to', { seq: Number(sealedTo) }))],
        [
          say('audit.chain.dropped'),
          droppedTo === '0' ? none : text(say('audit.chain.to', { seq: Number(droppedTo) })),
        ],
      ),
      snippet(say('audit.chain.verify'), 'keygrant audit verify'),
    ],
    { text: say('audit.chain.text') },
  )
}
