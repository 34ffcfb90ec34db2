/** The documentation's words as its pages take them: plain text, code, and links. */
import type { DocsText } from '../../http/docs-models.ts'

/** `code` · {error_code}, which leads to that code's page · [words](/docs/page) or [`code`](/docs/page) */
const marks = /`([^`]+)`|\{([a-z_]+)\}|\[(`?)([^\]`]+)`?\]\(([^)\s]+)\)/g

/** For words of ours, and addresses that the configuration holds; what a visitor sends never goes through it. */
export function say(words: string): DocsText {
  const pieces: DocsText[number][] = []
  let end = 0
  for (const match of words.matchAll(marks)) {
    const [whole, code, errorCode, tick, linked = '', href = ''] = match
    if (match.index > end) pieces.push({ text: words.slice(end, match.index), code: false, href: null })
    if (code !== undefined) pieces.push({ text: code, code: true, href: null })
    else if (errorCode !== undefined) pieces.push({ text: errorCode, code: true, href: `/docs/errors/${errorCode}` })
    else pieces.push({ text: linked, code: tick === '`', href })
    end = match.index + whole.length
  }
  if (end < words.length) pieces.push({ text: words.slice(end), code: false, href: null })
  return pieces
}
