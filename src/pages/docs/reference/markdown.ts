/** The description's own Markdown, which is prose and code alone: what looks like HTML in it is text. */
import { Marked } from 'marked'
import { escapeHtml } from '../../../http/view-values.ts'

const marked = new Marked({ renderer: { html: ({ text }) => escapeHtml(text) } })

export function inlineMarkdown(text: string): string {
  return marked.parseInline(text, { async: false })
}

export function blockMarkdown(text: string): string {
  return marked.parse(text, { async: false })
}
