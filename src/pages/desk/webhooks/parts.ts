/** What the pages of webhooks share. */
import { say } from '../../../http/screen-parts.ts'
import type { Screen } from '../../../http/screen.ts'
import type { WebhookOut } from '../../../webhooks/api.ts'
import type { Desk } from '../desk.ts'

export interface WebhookPages {
  base: '/account' | '/admin'
}

export const readWebhook = (desk: Desk): Promise<WebhookOut> =>
  desk.api.get<WebhookOut>(`/v1/webhooks/${desk.params['id']}`)

export const listPath = ({ base }: WebhookPages): string => `${base}/webhooks`
export const pathOfWebhook = (pages: WebhookPages, id: string): string => `${listPath(pages)}/${id}`

export function crumbsTo(pages: WebhookPages, webhook?: Pick<WebhookOut, 'id' | 'name'>): Screen['crumbs'] {
  const list = { text: say('webhooks.title'), href: listPath(pages) }
  return webhook ? [list, { text: webhook.name, href: pathOfWebhook(pages, webhook.id) }] : [list]
}

export function tabsOf(pages: WebhookPages, { id }: WebhookOut, current: 'overview' | 'deliveries'): Screen['tabs'] {
  const path = pathOfWebhook(pages, id)
  return [
    { text: say('webhook.view.overview'), href: path, current: current === 'overview' },
    { text: say('webhook.view.deliveries'), href: `${path}/deliveries`, current: current === 'deliveries' },
  ]
}
