/** How often something was allowed, limited and denied, as a chart: what wasn't counted in an interval was nought. */
import { chart, empty, say, table } from '../../http/screen-parts.ts'
import type { Block, Text } from '../../http/screen.ts'
import type { Desk } from './desk.ts'
import type { Listed } from './wire.ts'

interface UsageOut {
  time: string
  allowed: number
  limited: number
  denied: number
}

export interface UsageOf {
  title: Text
  interval: 'hour' | 'day'
  /** How many, up to now. */
  intervals: number
  /** `total` is one row for each interval, whoever it was. */
  groupBy: 'organization' | 'key' | 'client' | 'total'
  query: Readonly<Record<string, string | undefined>>
  /** What is allowed in each interval, drawn across; null: there is none, or none that it can be held against. */
  limit?: number | null
}

const msOf = { hour: 3_600_000, day: 86_400_000 } as const
/** Rows that are read for one chart, at most. */
const pageSize = 200
const mostPages = 10

export interface UsageSums {
  at: Date[]
  allowed: number[]
  limited: number[]
  denied: number[]
}

export async function usageOver(desk: Desk, { interval, intervals, groupBy, query }: UsageOf): Promise<UsageSums> {
  const step = msOf[interval]
  const last = Math.floor(desk.now.getTime() / step) * step
  const at = Array.from({ length: intervals }, (_, index) => new Date(last - (intervals - 1 - index) * step))
  const sums: UsageSums = { at, allowed: at.map(() => 0), limited: at.map(() => 0), denied: at.map(() => 0) }
  let cursor: string | undefined
  for (let page = 0; page < mostPages; page++) {
    const asked = { ...query, interval, group_by: groupBy, from: at[0]?.toISOString(), limit: String(pageSize), cursor }
    const { data, next_cursor: next } = await desk.api.get<Listed<UsageOut>>('/v1/usage', asked)
    for (const row of data) {
      const index = Math.round((Date.parse(row.time) - (at[0]?.getTime() ?? 0)) / step)
      for (const name of ['allowed', 'limited', 'denied'] as const) {
        sums[name][index] = (sums[name][index] ?? 0) + row[name]
      }
    }
    if (next === null) break
    cursor = next
  }
  return sums
}

export async function usageChart(desk: Desk, asked: UsageOf): Promise<Block> {
  return chartOf(await usageOver(desk, asked), asked.title, asked.limit)
}

export function chartOf({ at, allowed, limited, denied }: UsageSums, title: Text, limit: number | null = null): Block {
  if ([...allowed, ...limited, ...denied].every((count) => count === 0)) {
    return table({
      caption: title,
      columns: [],
      rows: [],
      empty: empty('chart', say('usage.none'), say('usage.none.text')),
    })
  }
  return chart({
    title,
    kind: 'bar',
    labels: at,
    limit,
    series: [
      { label: say('usage.allowed'), tone: 'neutral', points: allowed },
      { label: say('usage.limited'), tone: 'caution', points: limited },
      { label: say('usage.denied'), tone: 'danger', points: denied },
    ],
  })
}
