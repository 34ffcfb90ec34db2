/** What is done with a webhook: tried, stopped and let go on, given a new secret, deleted. */
import { form, say, screen, select } from '../../../http/screen-parts.ts'
import type { Fault } from '../../../http/screen.ts'
import type { RotatedOut } from '../../../webhooks/api.ts'
import type { DeliveryOut } from '../../../webhooks/deliveries/api.ts'
import { confirmation } from '../confirm.ts'
import type { Desk } from '../desk.ts'
import { onceField, onceOf } from '../once.ts'
import { at } from '../wire.ts'
import { showWebhook } from './detail.ts'
import { crumbsTo, listPath, pathOfWebhook, readWebhook, type WebhookPages } from './parts.ts'
import { showSecret } from './secret.ts'

/** Goes to the delivery, which tells how it went. */
export async function sendTest(desk: Desk, pages: WebhookPages): Promise<void> {
  const { id } = await readWebhook(desk)
  await desk.attempt(() => desk.api.call<DeliveryOut>('POST', `/v1/webhooks/${id}/test`), {
    done: (sent) => desk.done(`${pathOfWebhook(pages, id)}/deliveries/${sent.id}`, 'test-sent'),
    again: (faults) => showWebhook(desk, pages, faults),
  })
}

export async function setDisabled(desk: Desk, pages: WebhookPages, disabled: boolean): Promise<void> {
  const { id } = await readWebhook(desk)
  await desk.attempt(() => desk.api.call('PATCH', `/v1/webhooks/${id}`, { body: { disabled } }), {
    done: () => desk.done(pathOfWebhook(pages, id), disabled ? 'webhook-disabled' : 'webhook-enabled'),
    again: (faults) => showWebhook(desk, pages, faults),
  })
}

const hour = 3600
/** In seconds: what is offered, up to the longest that the API takes. */
const graces = [0, hour, 24 * hour, 72 * hour, 168 * hour] as const

export async function showRotate(desk: Desk, pages: WebhookPages, faults: Fault[] = []): Promise<void> {
  const webhook = await readWebhook(desk)
  const { name } = webhook
  const path = pathOfWebhook(pages, webhook.id)
  desk.screen(
    screen({
      title: say('webhook.rotate.title', { name }),
      lead: say('webhook.rotate.lead'),
      crumbs: crumbsTo(pages, webhook),
      narrow: true,
      blocks: [
        form({
          action: `${path}/rotate-secret`,
          submit: say('webhook.rotate.submit'),
          cancelHref: path,
          faults,
          fields: [
            onceField(desk),
            select('grace_period', {
              label: say('webhook.grace'),
              hint: say('webhook.grace.hint'),
              value: desk.typed('grace_period') || String(24 * hour),
              options: graces.map((seconds) => ({
                value: String(seconds),
                label: seconds === 0 ? say('key.grace.none') : say('key.grace.hours', { hours: seconds / hour }),
              })),
            }),
          ],
        }),
      ],
    }),
    faults.length > 0 ? 422 : 200,
  )
}

export async function rotateSecret(desk: Desk, pages: WebhookPages): Promise<void> {
  const webhook = await readWebhook(desk)
  const grace = graces.find((seconds) => String(seconds) === desk.typed('grace_period')) ?? 24 * hour
  const asked = { body: { grace_period: grace }, once: onceOf(desk) }
  await desk.attempt(() => desk.api.call<RotatedOut>('POST', `/v1/webhooks/${webhook.id}/rotate-secret`, asked), {
    done: ({ secret, old_secret_expires_at }) =>
      showSecret(desk, pages, webhook, { secret, oldUntil: at(old_secret_expires_at), why: 'rotated' }),
    again: (faults) => showRotate(desk, pages, faults),
  })
}

export async function askDelete(desk: Desk, pages: WebhookPages): Promise<void> {
  const webhook = await readWebhook(desk)
  const { name } = webhook
  const path = pathOfWebhook(pages, webhook.id)
  confirmation(desk, {
    title: say('webhook.delete.title', { name }),
    text: say('webhook.delete.text'),
    crumbs: crumbsTo(pages, webhook),
    action: `${path}/delete`,
    submit: say('webhook.delete.submit', { name }),
    cancelHref: path,
  })
}

export async function deleteWebhook(desk: Desk, pages: WebhookPages): Promise<void> {
  const { id } = await readWebhook(desk)
  await desk.api.call('DELETE', `/v1/webhooks/${id}`)
  desk.done(listPath(pages), 'webhook-deleted')
}
