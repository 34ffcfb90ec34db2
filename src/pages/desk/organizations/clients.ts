/** The apps and clients of an organization, for whoever runs the platform. */
import { action, code, column, day, empty, row, say, screen, table, text } from '../../../http/screen-parts.ts'
import { createPath, pathOfClient } from '../clients/parts.ts'
import type { Desk } from '../desk.ts'
import { nextPage } from '../next-page.ts'
import { at, type Listed } from '../wire.ts'
import { badgesOf, crumbsTo, readOrganization, tabsOf, type OrganizationPages } from './parts.ts'

interface ClientOut {
  client_id: string
  client_name: string
  created_at: string
}

export async function listClients(desk: Desk, pages: OrganizationPages): Promise<void> {
  const organization = await readOrganization(desk)
  const { data, next_cursor } = await desk.api.get<Listed<ClientOut>>('/v1/clients', {
    organization_id: organization.id,
    cursor: desk.query['cursor'],
  })
  desk.screen(
    screen({
      title: organization.name,
      crumbs: crumbsTo(pages),
      badges: badgesOf(organization),
      tabs: tabsOf(pages, organization, 'clients'),
      actions: [action(say('organization.client.new'), `${createPath}?organization=${organization.id}`)],
      blocks: [
        table({
          caption: say('desk.clients'),
          columns: [
            column(say('organization.name')),
            column(say('organization.client-id')),
            column(say('organization.since'), { aside: true }),
          ],
          rows: data.map(({ client_id, client_name, created_at }) =>
            row([text(client_name), code(client_id), day(at(created_at))], pathOfClient(client_id)),
          ),
          empty: empty('apps', say('organization.clients.none'), say('organization.clients.none.text')),
          more: nextPage(desk, next_cursor),
        }),
      ],
    }),
  )
}
