/** The organizations that somebody belongs to; in the console all of them, to be looked for by name or external id. */
import {
  action,
  badge,
  code,
  column,
  day,
  empty,
  filter,
  input,
  none,
  row,
  say,
  screen,
  select,
  table,
  text,
} from '../../../http/screen-parts.ts'
import type { Row } from '../../../http/screen.ts'
import type { OrganizationOut } from '../../../organizations/api.ts'
import type { Desk } from '../desk.ts'
import { nextPage } from '../next-page.ts'
import { at, type Listed } from '../wire.ts'
import { listPath, pathOfOrganization, type OrganizationPages } from './parts.ts'
import { tierNames } from './tiers.ts'

export async function listOrganizations(desk: Desk, pages: OrganizationPages): Promise<void> {
  if (pages.base === '/account') return listOwn(desk, pages)
  const path = listPath(pages)
  const q = (desk.query['named'] ?? '').trim()
  const tiers = await tierNames(desk)
  const tier = tiers.find((name) => name === desk.query['tier'])
  const { data, next_cursor } = await find(desk, q, tier)
  const create = action(say('organization.create'), `${path}/new`, 'primary', 'plus')
  desk.screen(
    screen({
      title: say('organizations.title'),
      lead: say('organizations.lead.everybody'),
      actions: [create],
      blocks: [
        filter(
          path,
          [
            input('named', { type: 'search', label: say('organizations.search'), value: q, required: false }),
            select('tier', {
              label: say('organization.tier'),
              value: tier ?? '',
              options: [
                { value: '', label: say('filter.any') },
                ...tiers.map((name) => ({ value: name, label: name })),
              ],
            }),
          ],
          q !== '' || tier !== undefined ? path : null,
        ),
        table({
          caption: say('organizations.title'),
          columns: [
            column(say('organization.name')),
            column(say('organization.external-id')),
            column(say('organization.tier')),
            column(say('organization.kind'), { aside: true }),
            column(say('organization.since'), { aside: true }),
          ],
          rows: data.map((organization) => everybodysRow(pages, organization)),
          empty: empty('search', say('organizations.none'), say('organizations.none.text')),
          more: nextPage(desk, next_cursor),
        }),
      ],
    }),
  )
}

/** What was typed is an external id as a whole, or how a name begins; the one with the id comes first. */
async function find(desk: Desk, q: string, tier: string | undefined): Promise<Listed<OrganizationOut>> {
  const path = '/v1/organizations'
  if (q === '') return desk.api.get(path, { tier, cursor: desk.query['cursor'] })
  const [exact, named] = await Promise.all([
    desk.query['cursor'] || q.length > 255
      ? []
      : desk.api.get<Listed<OrganizationOut>>(path, { external_id: q, tier }).then(({ data }) => data),
    q.length > 120
      ? { data: [], next_cursor: null }
      : desk.api.get<Listed<OrganizationOut>>(path, { q, tier, cursor: desk.query['cursor'] }),
  ])
  const known = new Set(exact.map(({ id }) => id))
  return { data: [...exact, ...named.data.filter(({ id }) => !known.has(id))], next_cursor: named.next_cursor }
}

function everybodysRow(pages: OrganizationPages, organization: OrganizationOut): Row {
  const { id, name, external_id, tier, personal, created_at } = organization
  return row(
    [
      text(name),
      external_id === null ? none : code(external_id),
      text(tier),
      text(say(personal ? 'organization.kind.person' : 'organization.kind.customer')),
      day(at(created_at)),
    ],
    pathOfOrganization(pages, id),
  )
}

/** The person's own comes first, and is called what it is to them. */
async function listOwn(desk: Desk, pages: OrganizationPages): Promise<void> {
  const { data } = await desk.api.get<Listed<OrganizationOut>>('/v1/organizations', { limit: '200' })
  const tiers = new Map(data.map(({ id, tier }) => [id, tier]))
  desk.screen(
    screen({
      title: say('organizations.title'),
      lead: say('organizations.lead'),
      blocks: [
        table({
          caption: say('organizations.title'),
          columns: [
            column(say('organization.name')),
            column(say('organization.your-role')),
            column(say('organization.tier'), { aside: true }),
          ],
          rows: desk.belongings.map(({ id, name, personal, role }) =>
            row(
              [
                text(personal ? say('organization.personal') : name),
                personal ? none : badge(say(`role.${role}`)),
                text(tiers.get(id) ?? ''),
              ],
              pathOfOrganization(pages, id),
            ),
          ),
          empty: empty('building', say('organizations.empty'), say('organizations.empty.text')),
        }),
      ],
    }),
  )
}
