/** The service accounts of an organization: what acts for it, and for no person. */
import {
  action,
  badge,
  column,
  day,
  empty,
  lines,
  row,
  say,
  screen,
  soft,
  table,
  text,
} from '../../../http/screen-parts.ts'
import type { Value } from '../../../http/screen.ts'
import type { ServiceAccountOut } from '../../../organizations/service-accounts/api.ts'
import type { Desk } from '../desk.ts'
import { nextPage } from '../next-page.ts'
import { at, type Listed } from '../wire.ts'
import {
  administersIt,
  badgesOf,
  crumbsTo,
  managerIn,
  pathOfOrganization,
  readOrganization,
  tabsOf,
  type OrganizationPages,
} from './parts.ts'

export async function listServiceAccounts(desk: Desk, pages: OrganizationPages): Promise<void> {
  const organization = await readOrganization(desk)
  const { id } = organization
  const path = `${pathOfOrganization(pages, id)}/service-accounts`
  const { data, next_cursor } = await desk.api.get<Listed<ServiceAccountOut>>(
    `/v1/organizations/${id}/service-accounts`,
    { cursor: desk.query['cursor'] },
  )
  const mayMake = administersIt(managerIn(desk, pages, id))
  const create = action(say('service-account.create'), `${path}/new`, 'primary', 'plus')
  desk.screen(
    screen({
      title: organization.name,
      crumbs: crumbsTo(pages),
      badges: badgesOf(organization),
      tabs: tabsOf(pages, organization, 'service-accounts'),
      actions: mayMake && data.length > 0 ? [create] : [],
      blocks: [
        table({
          caption: say('organization.view.service-accounts'),
          columns: [
            column(say('organization.name')),
            column(say('service-account.state')),
            column(say('organization.since'), { aside: true }),
          ],
          rows: data.map((account) =>
            row([nameOf(account), stateOf(account), day(at(account.created_at))], `${path}/${account.id}`),
          ),
          empty: empty(
            'gear',
            say('service-accounts.none'),
            say('service-accounts.none.text'),
            mayMake ? create : null,
          ),
          more: nextPage(desk, next_cursor),
        }),
      ],
    }),
  )
}

function nameOf({ name, description }: ServiceAccountOut): Value {
  return description === null ? text(name) : lines(text(name), soft(description))
}

export const stateOf = ({ disabled }: Pick<ServiceAccountOut, 'disabled'>): Value =>
  disabled ? badge(say('service-account.disabled')) : badge(say('service-account.active'), 'good')
