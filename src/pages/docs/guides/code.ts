/** Code as the documentation shows it: one block, or the same thing in several languages, of which the reader sees one. */
import { escapeHtml } from '../../../http/view-values.ts'
import { highlight } from './highlight.ts'

/** Those that a reader chooses among, once for all pages. `fence` is how Markdown names them. */
export const codeLanguages = [
  { name: 'curl', title: 'curl', fence: 'sh' },
  { name: 'typescript', title: 'TypeScript', fence: 'ts' },
  { name: 'python', title: 'Python', fence: 'python' },
  { name: 'go', title: 'Go', fence: 'go' },
] as const
export type CodeLanguage = (typeof codeLanguages)[number]['name']

export function isCodeLanguage(text: string): text is CodeLanguage {
  return codeLanguages.some(({ name }) => name === text)
}

/** What a block is called to those who hear the page; the names of languages are the same everywhere. */
const titles: Readonly<Record<string, string>> = {
  sh: 'Shell',
  ts: 'TypeScript',
  js: 'JavaScript',
  python: 'Python',
  go: 'Go',
  json: 'JSON',
  http: 'HTTP',
  yaml: 'YAML',
  nginx: 'nginx',
}

/** A line that is broken makes another program: long ones are scrolled, and by keyboard, too. */
export function codeBlock(code: string, language: string, title = titles[language] ?? 'Text'): string {
  const label = escapeHtml(title)
  return `<div class="code-block"><pre class="code code-program" role="group" aria-label="${label}" tabindex="0"><code>${highlight(code, language)}</code></pre></div>`
}

/**
 * Radio buttons and panels: they need no script. `id` is the only one of its kind on the page, whose layout says what is
 * chosen in `#code-language`.
 */
export function codeTabs(id: string, codes: readonly { language: CodeLanguage; code: string }[]): string {
  const shown = codeLanguages.flatMap((language) => {
    const own = codes.find((one) => one.language === language.name)
    return own ? [{ ...language, code: own.code }] : []
  })
  const tabs = shown.map(
    ({ name, title }) =>
      `<label class="code-tab"><input class="code-tab-input" type="radio" name="${id}" value="${name}" data-tab>${title}</label>`,
  )
  const panels = shown.map(
    ({ name, title, fence, code }) =>
      `<div class="code-tab-panel" data-language="${name}">${codeBlock(code, fence, title)}</div>`,
  )
  return `<div class="code-tabs"><div class="code-tab-bar" role="radiogroup" aria-labelledby="code-language">${tabs.join('')}</div>${panels.join('')}</div>`
}

/** Picks the reader's language in each group; the first where a group lacks it. */
export function chooseLanguage(html: string, chosen: CodeLanguage): string {
  return html.replaceAll(/<div class="code-tab-bar".*?<\/div>/g, (bar) => {
    const value = bar.includes(`value="${chosen}"`) ? `value="${chosen}"` : (/value="\w+"/.exec(bar)?.[0] ?? '')
    return bar.replace(`${value} data-tab`, `${value} data-tab checked`)
  })
}
