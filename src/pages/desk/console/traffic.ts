/** What was asked in the last day, and why this process has refused since it began. */
import { action, column, empty, link, number, row, say, section, stats, table } from '../../../http/screen-parts.ts'
import type { Block } from '../../../http/screen.ts'
import type { CheckFigure } from '../../../check/figures.ts'
import type { Desk } from '../desk.ts'
import { chartOf, usageOver, type UsageSums } from '../usage-chart.ts'

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0)

export async function trafficBlocks(desk: Desk): Promise<Block[]> {
  const sums = await usageOver(desk, {
    title: say('usage.day'),
    interval: 'hour',
    intervals: 24,
    groupBy: 'total',
    query: {},
  })
  return [
    trafficStats(sums),
    section('traffic', say('desk.usage'), [chartOf(sums, say('usage.day'))], {
      actions: [action(say('usage.more'), '/admin/traffic')],
    }),
  ]
}

function trafficStats({ allowed, limited, denied }: UsageSums): Block {
  const counts = { allowed: sum(allowed), limited: sum(limited), denied: sum(denied) }
  const all = counts.allowed + counts.limited + counts.denied
  const tones = { allowed: 'neutral', limited: 'caution', denied: 'danger' } as const
  return stats(
    (['allowed', 'limited', 'denied'] as const).map((name) => ({
      label: say(`usage.${name}`),
      value: number(counts[name]),
      note:
        all === 0
          ? say('console.day')
          : say('console.day.part', { part: Math.round((1000 * counts[name]) / all) / 10 }),
      tone: name === 'allowed' || counts[name] === 0 ? 'neutral' : tones[name],
      href: '/admin/traffic',
    })),
  )
}

/** As many as are told at a glance. */
const mostReasons = 6

export function refusalBlocks(figures: readonly CheckFigure[]): Block[] {
  const counts = new Map<string, number>()
  for (const { code, mode, value } of figures) {
    if (code !== 'valid' && mode === 'enforce') counts.set(code, (counts.get(code) ?? 0) + value)
  }
  const reasons = [...counts].filter(([, count]) => count > 0).toSorted(([, a], [, b]) => b - a)
  if (reasons.length === 0) return []
  return [
    section(
      'refusals',
      say('console.refusals'),
      [
        table({
          caption: say('console.refusals'),
          columns: [column(say('console.refusals.code')), column(say('console.refusals.count'), { end: true })],
          rows: reasons
            .slice(0, mostReasons)
            .map(([code, count]) => row([link(code, `/docs/errors/${code}`), number(count)])),
          empty: empty('chart', say('usage.none'), say('usage.none.text')),
        }),
      ],
      { text: say('console.refusals.text') },
    ),
  ]
}
