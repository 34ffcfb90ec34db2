/** Figures as people read them: aligned tables. */
import { ratios, spread, type Spread, type Turn } from './rounds.ts'
import type { Target } from './target.ts'

function table(title: string, rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  '),
  )
  return `\n${title}\n${lines.map((line) => `  ${line}`).join('\n')}`
}

/** What was measured of some targets; the last one is the base of the ratios. */
export function comparison(title: string, targets: readonly Target[], turns: readonly (readonly Turn[])[]): string {
  const base = turns.at(-1) ?? []
  const header = ['', '/s', '× base', '(least–greatest)', 'p50 ms', 'p99 ms']
  const resources = ['server', 'generator', 'postgres', 'µs CPU each', '× base', 'RSS MiB']
  return table(title, [
    [...header, ...resources],
    ...targets.map(({ name }, index) => {
      const own = turns[index] ?? []
      const ratio = ratios(own, base, ({ perSecond }) => perSecond)
      const cpuRatio = ratios(own, base, ({ serverMicroseconds }) => serverMicroseconds)
      const middle = (figure: (turn: Turn) => number) => spread(own.map(figure)).median
      return [
        name,
        middle(({ perSecond }) => perSecond).toFixed(0),
        ratio.median.toFixed(2),
        range(ratio),
        middle(({ p50 }) => p50).toFixed(1),
        middle(({ p99 }) => p99).toFixed(1),
        percent(middle(({ serverCpu }) => serverCpu)),
        percent(middle(({ generatorCpu }) => generatorCpu)),
        own.some(({ postgresCpu }) => postgresCpu === null)
          ? '–'
          : percent(middle(({ postgresCpu }) => postgresCpu ?? 0)),
        middle(({ serverMicroseconds }) => serverMicroseconds).toFixed(0),
        cpuRatio.median.toFixed(2),
        middle(({ memory }) => memory).toFixed(0),
      ]
    }),
  ])
}

const range = ({ least, greatest }: Spread): string => `(${least.toFixed(2)}–${greatest.toFixed(2)})`

const percent = (cpus: number): string => `${(cpus * 100).toFixed(0)} %`
