/** What was sent to a webhook. */
import {
  badges,
  code,
  column,
  empty,
  filter,
  none,
  number,
  relative,
  row,
  say,
  screen,
  select,
  table,
} from '../../../http/screen-parts.ts'
import type { Block } from '../../../http/screen.ts'
import type { WebhookOut } from '../../../webhooks/api.ts'
import { statuses, type DeliveryOut } from '../../../webhooks/deliveries/api.ts'
import type { Desk } from '../desk.ts'
import { nextPage } from '../next-page.ts'
import { at, type Listed } from '../wire.ts'
import { crumbsTo, pathOfWebhook, readWebhook, tabsOf, type WebhookPages } from './parts.ts'
import { deliveryBadge, healthBadge } from './words.ts'

export async function listDeliveries(desk: Desk, pages: WebhookPages): Promise<void> {
  const webhook = await readWebhook(desk)
  const path = `${pathOfWebhook(pages, webhook.id)}/deliveries`
  const status = statuses.find((known) => known === desk.query['status'])
  desk.screen(
    screen({
      title: webhook.name,
      crumbs: crumbsTo(pages),
      badges: [healthBadge(webhook)],
      tabs: tabsOf(pages, webhook, 'deliveries'),
      blocks: [
        filter(
          path,
          [
            select('status', {
              label: say('delivery.status'),
              value: status ?? '',
              options: [
                { value: '', label: say('filter.any') },
                ...statuses.map((value) => ({ value, label: say(`delivery.status.${value}`) })),
              ],
            }),
          ],
          status === undefined ? null : path,
        ),
        await deliveriesTable(desk, pages, webhook, { status, cursor: desk.query['cursor'] }),
      ],
    }),
  )
}

export async function deliveriesTable(
  desk: Desk,
  pages: WebhookPages,
  { id }: WebhookOut,
  query: { status?: string | undefined; cursor?: string | undefined; limit?: string },
): Promise<Block> {
  const { data, next_cursor } = await desk.api.get<Listed<DeliveryOut>>(`/v1/webhooks/${id}/deliveries`, query)
  return table({
    caption: say('webhook.view.deliveries'),
    columns: [
      column(say('delivery.event')),
      column(say('delivery.status')),
      column(say('delivery.when')),
      column(say('delivery.attempts'), { end: true, aside: true }),
      column(say('delivery.next')),
    ],
    rows: data.map((delivery) =>
      row(
        [
          code(delivery.type),
          badges([deliveryBadge(delivery)]),
          relative(at(delivery.created_at), desk.now),
          number(delivery.attempt_count),
          nextOf(desk, delivery),
        ],
        `${pathOfWebhook(pages, id)}/deliveries/${delivery.id}`,
      ),
    ),
    empty: empty('send', say('deliveries.none'), say('deliveries.none.text')),
    more: query.limit === undefined ? nextPage(desk, next_cursor) : null,
  })
}

/** Counted down while the page is open. One that is due is being sent, or will be in a moment. */
export function nextOf(desk: Desk, { status, next_attempt_at }: Pick<DeliveryOut, 'status' | 'next_attempt_at'>) {
  const next = at(next_attempt_at)
  if (status !== 'pending' || next === null || next <= desk.now) return none
  return relative(next, desk.now, { ticking: true })
}
