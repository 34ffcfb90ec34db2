/** The pages of webhooks: an organization's in the account, everybody's in the console. */
import type { Desk, DeskRoute } from '../desk.ts'
import { askDelete, deleteWebhook, rotateSecret, sendTest, setDisabled, showRotate } from './change.ts'
import { listDeliveries } from './deliveries.ts'
import { replayDelivery, showDelivery, tellNews } from './delivery.ts'
import { showWebhook } from './detail.ts'
import { createWebhook, editWebhook, showCreate, showEdit } from './form.ts'
import { listWebhooks } from './list.ts'
import { listPath, type WebhookPages } from './parts.ts'

type Handle = (desk: Desk, pages: WebhookPages) => Promise<void> | void

export function webhookPages(pages: WebhookPages): DeskRoute[] {
  const list = listPath(pages)
  const one = `${list}/:id`
  const delivery = `${one}/deliveries/:delivery`
  const route = (method: DeskRoute['method'], path: string, handle: Handle): DeskRoute => ({
    method,
    path,
    handle: (desk) => handle(desk, pages),
  })
  return [
    route('GET', list, listWebhooks),
    route('GET', `${list}/new`, showCreate),
    route('POST', `${list}/new`, createWebhook),
    route('GET', one, showWebhook),
    route('GET', `${one}/edit`, showEdit),
    route('POST', `${one}/edit`, editWebhook),
    route('GET', `${one}/rotate-secret`, showRotate),
    route('POST', `${one}/rotate-secret`, rotateSecret),
    route('POST', `${one}/test`, sendTest),
    route('POST', `${one}/disable`, (desk) => setDisabled(desk, pages, true)),
    route('POST', `${one}/enable`, (desk) => setDisabled(desk, pages, false)),
    route('GET', `${one}/delete`, askDelete),
    route('POST', `${one}/delete`, deleteWebhook),
    route('GET', `${one}/deliveries`, listDeliveries),
    route('GET', delivery, showDelivery),
    route('GET', `${delivery}/news`, tellNews),
    route('POST', `${delivery}/replay`, replayDelivery),
  ]
}
