/** Reads Prometheus' text format as its own parser does: strictly, and refusing what that one refuses. */

export interface MetricFamily {
  name: string
  type: string
  help: string
  samples: { labels: Record<string, string>; value: number }[]
}

const metricName = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const label = String.raw`([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"`
const sampleLine = new RegExp(String.raw`^(${metricName})(?:\{(${label}(?:,${label})*)\})? (\S+)$`)

/** @throws where a line is none of the format, a family comes in two pieces, or a series twice */
export function readMetrics(text: string): MetricFamily[] {
  if (!text.endsWith('\n')) throw new Error('the last line must end, too')
  const families = new Map<string, MetricFamily>()
  const series = new Set<string>()
  let current: MetricFamily | null = null
  for (const line of text.slice(0, -1).split('\n')) {
    const [, keyword, name = '', rest = ''] = new RegExp(`^# (HELP|TYPE) (${metricName}) (.*)$`).exec(line) ?? []
    if (keyword === 'HELP') {
      if (families.has(name)) throw new Error(`${name} comes twice`)
      current = { name, type: '', help: unescape(rest), samples: [] }
      families.set(name, current)
    } else if (keyword === 'TYPE') {
      if (current?.name !== name || current.type !== '' || current.samples.length > 0)
        throw new Error(`misplaced: ${line}`)
      if (!['counter', 'gauge'].includes(rest)) throw new Error(`no type: ${line}`)
      current.type = rest
    } else {
      const match = sampleLine.exec(line)
      if (!match || !current || match[1] !== current.name) throw new Error(`no sample of ${current?.name}: ${line}`)
      const identity = line.slice(0, line.lastIndexOf(' '))
      if (series.has(identity)) throw new Error(`twice: ${identity}`)
      series.add(identity)
      const pairs = [...(match[2] ?? '').matchAll(new RegExp(label, 'g'))]
      const labels = Object.fromEntries(pairs.map(([, key = '', value = '']) => [key, unescape(value)]))
      current.samples.push({ labels, value: numberOf(match.at(-1) ?? '') })
    }
  }
  return [...families.values()]
}

function unescape(text: string): string {
  return text.replaceAll(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter))
}

function numberOf(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY
  if (text === '-Inf') return Number.NEGATIVE_INFINITY
  if (text === 'NaN') return Number.NaN
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) throw new Error(`no number: ${text}`)
  return Number(text)
}
