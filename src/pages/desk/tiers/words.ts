/** Limits in words: "1,000 an hour", "up to 20 at once, then 10 a second". */
import { lines, none, say, soft, text } from '../../../http/screen-parts.ts'
import type { Said, Value } from '../../../http/screen.ts'
import type { WrittenLimits } from '../../../limits/schema.ts'

export type Limits = Pick<WrittenLimits, 'hour' | 'burst'>

export function limitsWords(limits: Limits | null): Value {
  if (limits === null) return none
  return lines(text(hourWords(limits)), soft(burstWords(limits)))
}

function hourWords({ hour }: Limits): Said {
  return hour === 'unlimited' ? say('tier.hour.unlimited') : say('tier.hour.count', { count: hour })
}

function burstWords({ hour, burst }: Limits): Said {
  const { size } = burst
  const perSecond = burst.refill_per_second ?? (hour === 'unlimited' ? size / 3600 : hour / 3600)
  const [unit, rate] = inWholes(perSecond)
  return say(`tier.burst.${unit}`, { size, rate })
}

/** In the smallest unit of time in which it is at least one. */
function inWholes(perSecond: number): ['second' | 'minute' | 'hour', number] {
  if (perSecond >= 1) return ['second', rounded(perSecond)]
  if (perSecond * 60 >= 1) return ['minute', rounded(perSecond * 60)]
  return ['hour', rounded(perSecond * 3600)]
}

const rounded = (rate: number): number => Math.round(rate * 10) / 10
