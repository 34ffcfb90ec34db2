/** What the templates of screens need and can't make: words from data, times beside now, the data of charts. */
import { createHash } from 'node:crypto'
import nunjucks from 'nunjucks'
import type { Locale, Translate } from './messages.ts'
import type { Block, Fault, Field, Row, Text, Unit } from './screen.ts'
import { escapeHtml } from './view-values.ts'

export function screenGlobals(t: Translate, locale: Locale) {
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'always' })
  // "Now", since nothing is nought seconds ago.
  const now = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(0, 'second')

  /** Where markup can't be: titles, attributes. */
  function plain(text: Text | nunjucks.runtime.SafeString): string {
    if (typeof text === 'string') return text
    return 'say' in text ? String(t(text.say, { ...text.with })) : String(text)
  }

  /** Somebody's own words are isolated, so that right-to-left characters in them can't reorder ours around them. */
  function said(text: Text): string | nunjucks.runtime.SafeString {
    if (typeof text === 'string') return isolated(text)
    const values = Object.entries(text.with).map(([name, value]) => [
      name,
      typeof value === 'string' ? isolated(value) : value,
    ])
    return t(text.say, Object.fromEntries(values) as Record<string, unknown>)
  }

  return {
    plain,
    said,
    relativeTime: ({ count, unit }: { count: number; unit: Unit }) =>
      count === 0 ? now : relative.format(count, unit),
    /** Stable, so that a page is the same each time, and its own for each text. */
    codeId: (source: string) => `code-${createHash('sha256').update(source).digest('hex').slice(0, 10)}`,
    doesSomething: (rows: Row[]) => rows.some(({ actions }) => actions.length > 0),
    fieldNamed: (fields: Field[], name: string | null) => flat(fields).find((field) => field.name === name) ?? null,
    sendsFiles: (fields: Field[]) => fields.some(({ kind }) => kind === 'file'),
    hasButtons: (fields: Field[]) => fields.some(({ kind }) => kind === 'group' || kind === 'buttons'),
    faultsOf: (faults: Fault[], name: string) => faults.filter(({ field }) => field === name),
    chartData: ({ kind, labels, series, limit }: Extract<Block, { block: 'chart' }>) =>
      JSON.stringify({
        kind,
        limit,
        labels: labels.map((at) => at.toISOString()),
        series: series.map(({ label, tone, points }) => ({ label: plain(label), tone, points: [...points] })),
      }),
  }
}

type Labelled = Exclude<Field, { kind: 'hidden' | 'group' | 'buttons' }>

/** Those that have a label, wherever they are. */
function flat(fields: readonly Field[]): Labelled[] {
  return fields.flatMap((field): Labelled[] => {
    if (field.kind === 'group') return flat(field.fields)
    return field.kind === 'hidden' || field.kind === 'buttons' ? [] : [field]
  })
}

function isolated(text: string): nunjucks.runtime.SafeString {
  return new nunjucks.runtime.SafeString(`<bdi>${escapeHtml(text)}</bdi>`)
}
