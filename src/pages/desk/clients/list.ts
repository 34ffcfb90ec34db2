/** Every OAuth client, to be looked for by name, id or organization. */
import {
  action,
  badges,
  code,
  column,
  day,
  empty,
  filter,
  hidden,
  input,
  lines,
  none,
  row,
  say,
  screen,
  table,
  text,
} from '../../../http/screen-parts.ts'
import type { ClientOut } from '../../../clients/wire.ts'
import type { Desk } from '../desk.ts'
import { organizationNames } from '../names.ts'
import { nextPage } from '../next-page.ts'
import { at, type Listed } from '../wire.ts'
import { clientBadges, clientsPath, createPath, kindOf, pathOfClient } from './parts.ts'

const longest = 255

export async function listClients(desk: Desk): Promise<void> {
  const q = (desk.query['q'] ?? '').trim()
  const organization = desk.query['organization'] || undefined
  const { data, next_cursor } = await find(desk, q, organization)
  const names = await organizationNames(
    desk,
    data.map(({ organization_id }) => organization_id),
  )
  const narrowed = q !== '' || organization !== undefined
  const create = action(say('clients.new'), createPath, 'primary', 'plus')
  desk.screen(
    screen({
      title: say('desk.clients'),
      lead: say('clients.lead'),
      actions: data.length > 0 || narrowed ? [create] : [],
      blocks: [
        ...(data.length > 0 || narrowed
          ? [
              filter(
                clientsPath,
                [
                  input('q', { type: 'search', label: say('clients.search'), value: q, required: false }),
                  ...(organization === undefined ? [] : [hidden('organization', organization)]),
                ],
                narrowed ? clientsPath : null,
              ),
            ]
          : []),
        table({
          caption: say('desk.clients'),
          columns: [
            column(say('client.name')),
            column(say('client.kind')),
            column(say('key.organization'), { aside: true }),
            column(say('person.state')),
            column(say('person.since'), { aside: true }),
          ],
          rows: data.map((client) =>
            row(
              [
                lines(text(client.client_name), code(client.id)),
                text(say(`client.kind.${kindOf(client)}`)),
                client.organization_id === null
                  ? none
                  : text(names.get(client.organization_id) ?? client.organization_id),
                badges(clientBadges(client)),
                day(at(client.created_at)),
              ],
              pathOfClient(client.id),
            ),
          ),
          empty: narrowed
            ? empty('search', say('clients.none'), say('clients.none.text'))
            : empty('apps', say('clients.empty'), say('clients.empty.text'), create),
          more: nextPage(desk, next_cursor),
        }),
      ],
    }),
  )
}

async function find(desk: Desk, q: string, organization: string | undefined): Promise<Listed<ClientOut>> {
  if (q.length > longest) return { data: [], next_cursor: null }
  return desk.api.get('/v1/clients', {
    q: q === '' ? undefined : q,
    organization_id: organization,
    cursor: desk.query['cursor'],
  })
}
