/** How an API key is told of, wherever it is. */
import { lines, say, soft, text } from '../../../http/screen-parts.ts'
import type { Text, Tone, Value } from '../../../http/screen.ts'
import type { KeyOut, KeyStatus } from '../wire.ts'

const tones: Record<KeyStatus, Tone> = {
  active: 'good',
  expiring: 'caution',
  expired: 'danger',
  disabled: 'neutral',
  revoked: 'neutral',
  exposed: 'danger',
}

export interface BadgeOf {
  text: Text
  tone: Tone
}

function statusBadge(status: KeyStatus): BadgeOf {
  return { text: say(`key.status.${status}`), tone: tones[status] }
}

/** Its state, and what else must be known wherever it is shown: that it came into the open, that it is for tests. */
export function keyBadges({ status, exposed, environment }: KeyOut): BadgeOf[] {
  return [
    statusBadge(status),
    ...(exposed === null ? [] : [{ text: say(`key.exposed.${exposed.reason}`), tone: 'danger' as const }]),
    ...(environment === 'test' ? [{ text: say('key.environment.test'), tone: 'neutral' as const }] : []),
  ]
}

function hintOf({ secrets }: Pick<KeyOut, 'secrets'>): string | null {
  return secrets[0] ? `…${secrets[0].hint}` : null
}

export function nameAndHint(key: KeyOut): Value {
  const hint = hintOf(key)
  return hint === null ? text(key.name) : lines(text(key.name), soft(hint))
}
