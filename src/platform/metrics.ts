/**
 * What operators measure, in Prometheus' text format (version 0.0.4). What is counted on the hot path are plain numbers
 * in plain objects; they are read when somebody asks, and nothing else happens to them.
 */

export const metricsContentType = 'text/plain; version=0.0.4; charset=utf-8'

type Labels = Readonly<Record<string, string>>

/** One value of a metric. */
export interface Sample {
  labels: Labels
  value: number
}

/** What is read when somebody asks. Undefined, or a rejection: not known now, and left out. */
type Read = () => number | undefined | readonly Sample[] | Promise<number | undefined | readonly Sample[]>

/** Names follow Prometheus' conventions: `keygrant_…`, base units, counters end in `_total`. */
export interface Metrics {
  /** What goes up and down. */
  gauge(name: string, help: string, read: Read): void
  /** What only grows, and is counted by whoever does it. */
  counter(name: string, help: string, read: Read): void
  /** Everything, as it is now. */
  text(): Promise<string>
}

interface Family {
  name: string
  help: string
  type: 'counter' | 'gauge'
  read: Read
}

const metricName = /^[a-z][a-z0-9_]*$/

export function createMetrics(): Metrics {
  const families: Family[] = []

  function add(family: Family): void {
    const { name, type } = family
    if (!metricName.test(name) || families.some((other) => other.name === name)) {
      throw new Error(`${name} is no name for a new metric`)
    }
    if ((type === 'counter') !== name.endsWith('_total')) throw new Error(`${name}: only counters end in _total`)
    families.push(family)
  }

  return {
    gauge: (name, help, read) => add({ name, help, type: 'gauge', read }),
    counter: (name, help, read) => add({ name, help, type: 'counter', read }),
    async text() {
      const blocks = await Promise.all(families.map(render))
      return blocks.join('')
    },
  }
}

async function render({ name, help, type, read }: Family): Promise<string> {
  const found = await samplesOf(read)
  if (found.length === 0) return ''
  const lines = found.map(({ labels, value }) => `${name}${labelText(labels)} ${numberText(value)}\n`)
  return `# HELP ${name} ${escape(help)}\n# TYPE ${name} ${type}\n${lines.join('')}`
}

async function samplesOf(read: Read): Promise<readonly Sample[]> {
  try {
    const found = await read()
    return typeof found === 'number' ? [{ labels: {}, value: found }] : (found ?? [])
  } catch {
    // One that can't be told must not hide the others, least of all in an outage.
    return []
  }
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escape(value).replaceAll('"', '\\"')}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escape(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

/** As Go reads numbers, which is what the format names. */
function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  return String(value)
}
