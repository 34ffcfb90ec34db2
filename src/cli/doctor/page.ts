/** Reads of our own pages what a program needs that fills them in: headings, forms, and where a page goes on by itself. */

export interface Form {
  /** Whole. */
  action: URL
  fields: FormField[]
}

interface FormField {
  name: string
  value: string
  /** Of a checkbox: it counts only when it is ticked. */
  checkbox: boolean
}

export interface Page {
  heading: string
  forms: Form[]
  /** Where a `meta refresh` leads. */
  refresh: URL | null
}

/**
 * Enough for documents of our templates, which escape every value: no `<` or `>` stands inside a tag but as an entity.
 * It is no parser for others' HTML.
 */
export function readPage(html: string, url: URL): Page {
  const forms: Form[] = []
  let refresh: URL | null = null
  for (const [, closing, tag = '', text = ''] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:\s[^<>]*)?)>/gi)) {
    const name = tag.toLowerCase()
    const attributes = readAttributes(text)
    const form = forms.at(-1)
    if (closing === '/') continue
    if (name === 'form') forms.push({ action: new URL(attributes.get('action') ?? '', url), fields: [] })
    if (name === 'input' && form !== undefined) form.fields.push(...fieldOf(attributes))
    if (name === 'meta' && attributes.get('http-equiv')?.toLowerCase() === 'refresh') {
      const target = /url=(.*)$/i.exec(attributes.get('content') ?? '')?.[1]
      if (target !== undefined) refresh = new URL(target.trim(), url)
    }
  }
  return { heading: headingOf(html), forms, refresh }
}

function fieldOf(attributes: ReadonlyMap<string, string>): FormField[] {
  const name = attributes.get('name')
  if (name === undefined || attributes.has('disabled')) return []
  const checkbox = attributes.get('type') === 'checkbox'
  return [{ name, value: attributes.get('value') ?? (checkbox ? 'on' : ''), checkbox }]
}

function readAttributes(text: string): Map<string, string> {
  const found = text.matchAll(/([^\s"'=/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+)))?/g)
  return new Map(
    [...found].map(([, name = '', double, single, bare]) => [
      name.toLowerCase(),
      unescape(double ?? single ?? bare ?? ''),
    ]),
  )
}

function headingOf(html: string): string {
  const text = /<h1[^>]*>([\s\S]*?)<\/h1>/i.exec(html)?.[1] ?? ''
  return unescape(text.replaceAll(/<[^>]*>/g, ' '))
    .replaceAll(/\s+/g, ' ')
    .trim()
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescape(text: string): string {
  return text.replaceAll(
    /&(?:#(\d+)|#x([0-9a-f]+)|([a-z]+));/gi,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal))
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16))
      return entities[name ?? ''] ?? whole
    },
  )
}
