/** Figures as people read them: aligned tables. */
import { ratios, spread, type Contender, type Spread, type Turn } from './rounds.ts'

export function table(title: string, rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  '),
  )
  return `\n${title}\n${lines.map((line) => `  ${line}`).join('\n')}`
}

/** @param baseName the contender that the ratios are to */
export function comparison(
  title: string,
  contenders: readonly Contender[],
  turns: readonly (readonly Turn[])[],
  baseName: string,
): string {
  const base = turns[contenders.findIndex(({ name }) => name === baseName)]
  if (base === undefined) throw new Error(`${baseName} was not measured`)
  const header = ['', '/s', '× base', '(least–greatest)', 'p50 ms', 'p99 ms', '× base']
  const resources = ['server', 'generator', 'database', 'µs CPU each', '× base', 'RSS MiB']
  return table(`${title} (base: ${baseName})`, [
    [...header, ...resources],
    ...contenders.map(({ name }, index) => {
      const own = turns[index] ?? []
      const ratio = ratios(own, base, ({ perSecond }) => perSecond)
      const latencyRatio = ratios(own, base, ({ p99 }) => p99)
      const cpuRatio = ratios(own, base, ({ serverMicroseconds }) => serverMicroseconds)
      const middle = (figure: (turn: Turn) => number) => spread(own.map(figure)).median
      return [
        name,
        middle(({ perSecond }) => perSecond).toFixed(0),
        ratio.median.toFixed(2),
        range(ratio),
        middle(({ p50 }) => p50).toFixed(1),
        middle(({ p99 }) => p99).toFixed(1),
        latencyRatio.median.toFixed(2),
        percent(middle(({ serverCpu }) => serverCpu)),
        percent(middle(({ generatorCpu }) => generatorCpu)),
        own.some(({ storeCpu }) => storeCpu === null) ? '–' : percent(middle(({ storeCpu }) => storeCpu ?? 0)),
        middle(({ serverMicroseconds }) => serverMicroseconds).toFixed(0),
        cpuRatio.median.toFixed(2),
        middle(({ memory }) => memory).toFixed(0),
      ]
    }),
  ])
}

const range = ({ least, greatest }: Spread): string => `(${least.toFixed(2)}–${greatest.toFixed(2)})`

const percent = (cpus: number): string => `${(cpus * 100).toFixed(0)} %`
