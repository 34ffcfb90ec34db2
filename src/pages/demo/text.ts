/** The demo's words as its page takes them. */
import type { DemoText } from '../../http/page-models.ts'

/** Sets what stands between backticks as code. For words of ours: a value from elsewhere is never put into them. */
export function say(words: string): DemoText {
  return words
    .split('`')
    .map((text, index) => ({ text, code: index % 2 === 1 }))
    .filter(({ text }) => text !== '')
}

/** Somebody else's words, as they are. */
export function quote(words: string): DemoText {
  return [{ text: words, code: false }]
}

const moments = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'medium', timeZone: 'UTC' })

/** A NumericDate (RFC 7519, 2) for people. */
export function moment(seconds: number): string {
  return `${moments.format(seconds * 1000)} UTC`
}

/** JSON as it is read best; anything else as it came. */
export function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}
