/** Webhooks, and whether what they tell arrives. */
import {
  action,
  badges,
  column,
  empty,
  filter,
  lines,
  none,
  relative,
  row,
  say,
  screen,
  select,
  soft,
  table,
  text,
} from '../../../http/screen-parts.ts'
import type { Block, Value } from '../../../http/screen.ts'
import type { WebhookOut } from '../../../webhooks/api.ts'
import type { DeliveryOut } from '../../../webhooks/deliveries/api.ts'
import type { Desk } from '../desk.ts'
import { nextPage } from '../next-page.ts'
import { organizationNames } from '../names.ts'
import { at, type Listed } from '../wire.ts'
import { listPath, pathOfWebhook, type WebhookPages } from './parts.ts'
import { deliveryBadge, healthBadge } from './words.ts'

/** As many as may ask for their last delivery at once. */
const pageSize = '20'

export async function listWebhooks(desk: Desk, pages: WebhookPages): Promise<void> {
  const path = listPath(pages)
  const organization = desk.query['organization'] || undefined
  const { data, next_cursor } = await desk.api.get<Listed<WebhookOut>>('/v1/webhooks', {
    organization_id: organization,
    cursor: desk.query['cursor'],
    limit: pageSize,
  })
  const [names, lasts] = await Promise.all([
    organizationNames(desk, [
      organization ?? null,
      ...desk.belongings.map(({ id }) => id),
      ...data.map(({ organization_id }) => organization_id),
    ]),
    Promise.all(data.map(({ id }) => lastDelivery(desk, id))),
  ])
  const asked = organization === undefined ? '' : `?${new URLSearchParams({ organization }).toString()}`
  const create = action(say('webhook.create'), `${path}/new${asked}`, 'primary', 'plus')
  desk.screen(
    screen({
      title: say('webhooks.title'),
      lead: say(pages.base === '/admin' ? 'webhooks.lead.everybody' : 'webhooks.lead'),
      actions: data.length > 0 ? [create] : [],
      blocks: [
        ...filters(desk, path, organization, names),
        table({
          caption: say('webhooks.title'),
          columns: [
            column(say('webhook.name')),
            column(say('webhook.health')),
            column(say('webhook.last-delivery')),
            column(say('webhook.organization'), { aside: true }),
          ],
          rows: data.map((webhook, index) =>
            row(
              [
                lines(text(webhook.name), soft(shortened(webhook.url))),
                healthOf(desk, webhook),
                lastOf(desk, lasts[index] ?? null),
                webhook.organization_id === null
                  ? text(say('webhook.everybody'))
                  : text(names.get(webhook.organization_id) ?? webhook.organization_id),
              ],
              pathOfWebhook(pages, webhook.id),
            ),
          ),
          empty: empty('send', say('webhooks.empty'), say('webhooks.empty.text'), create),
          more: nextPage(desk, next_cursor),
        }),
      ],
    }),
  )
}

/** None where there is no choice. */
function filters(
  desk: Desk,
  path: string,
  organization: string | undefined,
  names: ReadonlyMap<string, string>,
): Block[] {
  const own = desk.belongings.filter(({ role }) => role !== 'member').map(({ id }) => id)
  const ids = path.startsWith('/account') ? own : organization === undefined ? [] : [organization]
  if (ids.length === 0 || (ids.length === 1 && organization === undefined)) return []
  return [
    filter(
      path,
      [
        select('organization', {
          label: say('webhook.organization'),
          value: organization ?? '',
          options: [
            { value: '', label: say('filter.any') },
            ...ids.map((id) => ({ value: id, label: names.get(id) ?? id })),
          ],
        }),
      ],
      organization === undefined ? null : path,
    ),
  ]
}

async function lastDelivery(desk: Desk, id: string): Promise<DeliveryOut | null> {
  const { data } = await desk.api.get<Listed<DeliveryOut>>(`/v1/webhooks/${id}/deliveries`, { limit: '1' })
  return data[0] ?? null
}

function healthOf(desk: Desk, webhook: WebhookOut): Value {
  const state = badges([healthBadge(webhook)])
  const since = at(webhook.failing_since)
  return since === null || webhook.disabled ? state : lines(state, relative(since, desk.now))
}

function lastOf(desk: Desk, delivery: DeliveryOut | null): Value {
  if (!delivery) return none
  return lines(relative(at(delivery.created_at), desk.now), badges([deliveryBadge(delivery)]))
}

/** Where it leads, without what may be a secret of the receiver's behind it. */
function shortened(url: string): string {
  const { host, pathname } = new URL(url)
  return pathname === '/' ? host : `${host}${pathname}`
}
