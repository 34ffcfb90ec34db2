/** From Markdown to what the page of a guide shows: HTML with its reader's part left open, and what is on the page. */
import { readFileSync } from 'node:fs'
import { Marked, type RendererObject, type Token, type Tokens } from 'marked'
import { escapeHtml } from '../../../http/view-values.ts'
import { codeBlock, codeLanguages, codeTabs } from './code.ts'
import { guides, root, type GuideSlug } from './guides.ts'
import { linkFrom } from './links.ts'
import { openPlaceholders } from './placeholders.ts'

export interface Heading {
  level: 2 | 3
  id: string
  text: string
}

/** What the page fills in from what is live: a table of its own at this place. */
export type LiveTable = 'scopes' | 'tiers'
export type GuidePart = { kind: 'html'; html: string } | { kind: LiveTable }

export interface Guide {
  title: string
  /** Its first paragraph. */
  lead: string
  parts: GuidePart[]
  headings: Heading[]
  /** From one heading to the next, in plain words: for the search. */
  passages: { id: string; title: string; text: string }[]
}

const rendered = new Map<GuideSlug, Guide>()

/** Read when it is first asked for, and kept: it changes with the program alone. */
export function guide(slug: GuideSlug): Guide {
  let known = rendered.get(slug)
  if (!known) {
    const { file } = guides[slug]
    known = renderGuide(readFileSync(new URL(file, root), 'utf8'), file)
    rendered.set(slug, known)
  }
  return known
}

function renderGuide(markdown: string, file: string): Guide {
  const headings: Heading[] = []
  const marked = new Marked({ renderer: rendererFor(file, headings) })
  const tokens = marked.lexer(openPlaceholders(markdown))
  const body = [...tokens]
  const [first] = body.splice(0, 1)
  if (first?.type !== 'heading' || first.depth !== 1) throw new Error(`${file} doesn't begin with its title.`)
  while (body[0]?.type === 'space') body.shift()
  const [lead] = body[0]?.type === 'paragraph' ? body.splice(0, 1) : []
  const html = marked.parser(groupCode(body))
  return {
    title: plain((first as Tokens.Heading).tokens),
    lead: lead ? marked.parser([lead]).replace(/^<p>|<\/p>\n?$/g, '') : '',
    parts: splitLive(html),
    headings,
    passages: passagesOf(lead ? plain([lead]) : '', html, headings),
  }
}

/** Fences that follow each other in the languages of the tabs are one thing, said several times. */
function groupCode(tokens: Token[]): Token[] {
  const grouped: Token[] = []
  let count = 0
  for (let at = 0; at < tokens.length; at += 1) {
    const group: { language: (typeof codeLanguages)[number]['name']; code: string }[] = []
    let end = at
    for (; end < tokens.length; end += 1) {
      const token = tokens[end]
      if (token?.type === 'space') continue
      const language = token?.type === 'code' ? tabOf(token as Tokens.Code) : undefined
      if (!language || group.some((one) => one.language === language)) break
      group.push({ language, code: (token as Tokens.Code).text })
    }
    const token = tokens[at]
    if (group.length > 1) {
      const text = codeTabs(`code-${(count += 1)}`, group)
      grouped.push({ type: 'html', raw: text, text, pre: false, block: true })
      at = end - 1
    } else if (token) grouped.push(token)
  }
  return grouped
}

/** A fence says by a second word that it is one of several: ```sh curl */
function tabOf({ lang = '' }: Tokens.Code): (typeof codeLanguages)[number]['name'] | undefined {
  const [fence, tab] = lang.split(' ')
  return codeLanguages.find((language) => language.fence === fence && language.name === tab)?.name
}

const noticeWords: Readonly<Record<string, { kind: string; title: string }>> = {
  NOTE: { kind: 'note', title: 'Note' },
  TIP: { kind: 'tip', title: 'Tip' },
  IMPORTANT: { kind: 'important', title: 'Important' },
  WARNING: { kind: 'caution', title: 'Warning' },
  CAUTION: { kind: 'caution', title: 'Caution' },
}

function rendererFor(file: string, headings: Heading[]): RendererObject {
  return {
    heading({ tokens, depth }) {
      const level = depth <= 2 ? 2 : 3
      const text = plain(tokens)
      const id = freeId(slugOf(text), headings)
      headings.push({ level, id, text })
      return `<h${level} id="${id}"><a class="heading-link" href="#${id}">${this.parser.parseInline(tokens)}</a></h${level}>\n`
    },
    code({ text, lang = '' }) {
      return `${codeBlock(text, lang.split(' ')[0] ?? '')}\n`
    },
    html({ text }) {
      // What is noted for whoever writes the file, and not for who reads it.
      return text.startsWith('<!--') && !liveMark.test(text) ? '' : text
    },
    link({ href, tokens }) {
      return `<a href="${escapeHtml(linkFrom(file, href))}">${this.parser.parseInline(tokens)}</a>`
    },
    blockquote({ tokens }) {
      const inner = this.parser.parse(tokens)
      const [, name = ''] = /^<p>\[!([A-Z]+)\]\s*/.exec(inner) ?? []
      const words = noticeWords[name]
      if (!words) return `<blockquote>${inner}</blockquote>\n`
      const text = inner.replace(/^<p>\[![A-Z]+\]\s*/, '<p>')
      return `<div class="callout callout-${words.kind}" role="note"><p class="callout-title">${words.title}</p>${text}</div>\n`
    },
    table({ header, rows }) {
      const cells = (row: Tokens.TableCell[], element: (at: number) => string) =>
        row.map((cell, at) => `<${element(at)}>${this.parser.parseInline(cell.tokens)}</${element(at).split(' ')[0]}>`)
      const named = header.some((cell) => cell.text !== '')
      const head = `<thead><tr>${cells(header, (at) => (header[at]?.text === '' ? 'td' : 'th scope="col"')).join('')}</tr></thead>`
      const body = rows.map((row) => `<tr>${cells(row, (at) => (at === 0 ? 'th scope="row"' : 'td')).join('')}</tr>`)
      const label = escapeHtml(header.map((cell) => plain(cell.tokens)).find((text) => text !== '') ?? 'Table')
      return `<div class="table-scroll" role="group" aria-label="${label}" tabindex="0"><table class="docs-table">${named ? head : ''}<tbody>${body.join('')}</tbody></table></div>\n`
    },
  }
}

/** The text of tokens, without their marks. */
function plain(tokens: readonly Token[]): string {
  return tokens
    .map((token) =>
      'tokens' in token && token.tokens ? plain(token.tokens) : 'text' in token ? String(token.text) : '',
    )
    .join('')
}

/** As shelves of code make them, so that an anchor works there and here. */
function slugOf(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-')
}

function freeId(id: string, headings: readonly Heading[]): string {
  const taken = headings.filter((heading) => heading.id === id || heading.id.replace(/-\d+$/, '') === id).length
  return taken === 0 ? id : `${id}-${taken}`
}

const liveMark = /<!-- (scopes|tiers) -->/

/** `<!-- scopes -->` on a line of its own is where the live table goes. */
function splitLive(html: string): GuidePart[] {
  return html
    .split(liveMark)
    .map((piece, at): GuidePart => (at % 2 === 0 ? { kind: 'html', html: piece } : { kind: piece as LiveTable }))
    .filter((part) => part.kind !== 'html' || part.html.trim() !== '')
}

function passagesOf(lead: string, html: string, headings: readonly Heading[]): Guide['passages'] {
  const pieces = html.split(/<h[23] id="[^"]*">.*?<\/h[23]>/)
  const first = { id: '', title: '', text: `${lead} ${textOf(pieces[0] ?? '')}`.trim() }
  const rest = headings.map(({ id, text }, at) => ({ id, title: text, text: textOf(pieces[at + 1] ?? '') }))
  return [first, ...rest]
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'" }

function textOf(html: string): string {
  return html
    .replaceAll(/<div class="code-tab-bar".*?<\/div>/g, ' ')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/&(amp|lt|gt|quot|#39|#x27);/g, (_, name: string) => entities[name] ?? '')
    .replaceAll(/\s+/g, ' ')
    .trim()
}
