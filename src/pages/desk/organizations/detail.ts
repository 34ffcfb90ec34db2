/** One organization: what it is, how it is used, and how to leave it. */
import {
  action,
  code,
  day,
  facts,
  link,
  none,
  notice,
  say,
  screen,
  section,
  snippet,
  text,
} from '../../../http/screen-parts.ts'
import type { Action, Block, Text, Value } from '../../../http/screen.ts'
import type { OrganizationOut } from '../../../organizations/api.ts'
import type { Desk } from '../desk.ts'
import { usageChart } from '../usage-chart.ts'
import { at } from '../wire.ts'
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
import { hourOfKey, sharedHour, tierNamed, type TierOut } from './tiers.ts'

export async function showOrganization(desk: Desk, pages: OrganizationPages): Promise<void> {
  const organization = await readOrganization(desk)
  const tier = await tierNamed(desk, organization.tier)
  desk.screen(
    screen({
      title: titleOf(pages, organization),
      crumbs: crumbsTo(pages),
      badges: badgesOf(organization),
      actions: actionsOf(desk, pages, organization),
      tabs: tabsOf(pages, organization, 'overview'),
      blocks: [
        ...(organization.personal && pages.base === '/account' ? [notice(say('organization.personal.text'))] : []),
        section('about', say('organization.about'), about(pages, organization, tier)),
        await usageOf(desk, pages, organization, tier),
        ...ending(pages, organization),
      ],
    }),
  )
}

function titleOf({ base }: OrganizationPages, { personal, name }: OrganizationOut): Text {
  return personal && base === '/account' ? say('organization.personal') : name
}

function actionsOf(desk: Desk, pages: OrganizationPages, { id, personal }: OrganizationOut): Action[] {
  const path = pathOfOrganization(pages, id)
  const keys = action(say('organization.keys'), `${pages.base}/keys?organization=${id}`)
  const mayManage = administersIt(managerIn(desk, pages, id))
  const webhooks = action(say('desk.webhooks'), `${pages.base}/webhooks?organization=${id}`)
  const mayEdit = mayManage && (pages.base === '/admin' || !personal)
  return [
    keys,
    ...(mayManage ? [webhooks] : []),
    ...(mayEdit ? [action(say('organization.edit'), `${path}/edit`)] : []),
  ]
}

function about(pages: OrganizationPages, organization: OrganizationOut, tier: TierOut | null): Block[] {
  const { id, external_id, slug, metadata, created_at } = organization
  const inConsole = pages.base === '/admin'
  const rows: [Text, Value][] = [
    [
      say('organization.tier'),
      inConsole ? link(organization.tier, `/admin/tiers/${organization.tier}`) : text(organization.tier),
    ],
    [say('organization.hour'), tier ? hourText(tier) : none],
    [say('organization.external-id'), external_id === null ? none : code(external_id)],
    ...(inConsole ? [[say('organization.slug'), slug === null ? none : code(slug)] as [Text, Value]] : []),
    [say('organization.since'), day(at(created_at))],
    [say('organization.id'), code(id)],
  ]
  return [
    facts(...rows),
    ...(inConsole && Object.keys(metadata).length > 0
      ? [snippet(say('organization.metadata'), JSON.stringify(metadata, null, 2))]
      : []),
  ]
}

function hourText(tier: TierOut): Value {
  const shared = sharedHour(tier)
  if (shared !== null) return text(say('organization.hour.shared', { limit: shared }))
  const own = hourOfKey(tier)
  return text(own === null ? say('organization.hour.unlimited') : say('organization.hour.key', { limit: own }))
}

async function usageOf(
  desk: Desk,
  pages: OrganizationPages,
  { id }: OrganizationOut,
  tier: TierOut | null,
): Promise<Block> {
  const shared = tier && sharedHour(tier)
  const chart = await usageChart(desk, {
    title: say('usage.day'),
    interval: 'hour',
    intervals: 24,
    groupBy: 'organization',
    query: { organization_id: id },
    limit: shared,
  })
  const place = pages.base === '/admin' ? '/admin/traffic' : '/account/usage'
  return section('usage', say('desk.usage'), [chart], {
    actions: [action(say('usage.more'), `${place}?organization=${id}`)],
  })
}

function ending(pages: OrganizationPages, { id, personal, name }: OrganizationOut): Block[] {
  const path = pathOfOrganization(pages, id)
  if (personal) return []
  if (pages.base === '/account') {
    const leave = action(say('organization.leave'), `${path}/leave`, 'danger')
    const said = say('organization.leave.text', { name })
    return [section('end', say('organization.leave'), [], { text: said, tone: 'danger', actions: [leave] })]
  }
  const remove = action(say('organization.delete'), `${path}/delete`, 'danger')
  const said = say('organization.delete.hint')
  return [section('end', say('organization.delete'), [], { text: said, tone: 'danger', actions: [remove] })]
}
