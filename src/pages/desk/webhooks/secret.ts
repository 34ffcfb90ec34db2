/** The answer that shows a webhook's secret, and the only one that ever does; and how a receiver verifies with it. */
import { action, actions, notice, say, screen, secret } from '../../../http/screen-parts.ts'
import type { WebhookOut } from '../../../webhooks/api.ts'
import type { Desk } from '../desk.ts'
import { crumbsTo, pathOfWebhook, type WebhookPages } from './parts.ts'

const inNode = `import { Webhook } from 'standardwebhooks'

const webhook = new Webhook(process.env.WEBHOOK_SECRET)
// Throws unless we have signed it. \`body\` is the text as it came, before it is parsed.
const event = webhook.verify(body, request.headers)`

const inPython = `from standardwebhooks import Webhook

webhook = Webhook(os.environ["WEBHOOK_SECRET"])
# Raises unless we have signed it. \`body\` is the text as it came, before it is parsed.
event = webhook.verify(body, request.headers)`

interface Shown {
  secret: string | null
  /** Until when the one before signs, too. */
  oldUntil: Date | null
  why: 'created' | 'rotated'
}

export function showSecret(
  desk: Desk,
  pages: WebhookPages,
  webhook: Pick<WebhookOut, 'id' | 'name'>,
  { secret: value, oldUntil, why }: Shown,
): void {
  const path = pathOfWebhook(pages, webhook.id)
  desk.screen(
    screen({
      title: say(`webhook.${why}`, { name: webhook.name }),
      crumbs: crumbsTo(pages, webhook),
      narrow: true,
      blocks: [
        ...(oldUntil === null ? [] : [notice(say('webhook.old-secret.until', { at: oldUntil }))]),
        // A form that was sent again after the secret was exchanged.
        value === null
          ? notice(say('key.secret.gone'), 'caution')
          : secret(say('webhook.secret'), value, say('webhook.secret.once'), [
              { label: say('webhook.verify.node'), code: inNode },
              { label: say('webhook.verify.python'), code: inPython },
            ]),
        actions(action(say('key.secret.saved'), path, 'primary')),
      ],
    }),
  )
}
