/** How webhooks, their events and deliveries are told of. */
import { isMessageKey } from '../../../http/messages.ts'
import { say } from '../../../http/screen-parts.ts'
import type { Text, Tone } from '../../../http/screen.ts'
import type { WebhookOut } from '../../../webhooks/api.ts'
import type { DeliveryOut, WholeDeliveryOut } from '../../../webhooks/deliveries/api.ts'

export interface BadgeOf {
  text: Text
  tone: Tone
}

/** What an event of this type tells, in one line; null: it is told nowhere. */
export function typeWords(type: string): Text | null {
  const key = `webhook.type.${type}`
  return isMessageKey(key) ? say(key) : null
}

export function healthBadge({ disabled, disabled_reason, failing_since }: WebhookOut): BadgeOf {
  if (disabled) {
    return {
      text: say(`webhook.disabled.${disabled_reason ?? 'by_hand'}`),
      tone: byHand(disabled_reason) ? 'neutral' : 'danger',
    }
  }
  if (failing_since !== null) return { text: say('webhook.failing'), tone: 'caution' }
  return { text: say('webhook.working'), tone: 'good' }
}

const byHand = (reason: WebhookOut['disabled_reason']): boolean => reason === null || reason === 'by_hand'

const tones = { pending: 'neutral', succeeded: 'good', failed: 'danger', abandoned: 'caution' } as const

export function deliveryBadge({ status, attempt_count }: Pick<DeliveryOut, 'status' | 'attempt_count'>): BadgeOf {
  if (status === 'pending' && attempt_count > 0) return { text: say('delivery.status.retrying'), tone: 'caution' }
  return { text: say(`delivery.status.${status}`), tone: tones[status] }
}

/** What came of one attempt. */
export function outcomeOf({ status, failure }: WholeDeliveryOut['attempts'][number]): BadgeOf {
  const answered = { status: String(status ?? '') }
  if (failure === null) return { text: say('delivery.answered', answered), tone: 'good' }
  return { text: say(`delivery.failure.${failure}`, answered), tone: 'danger' }
}
