/** All that can be found: passages of guides, errors, and operations of the API. */
import { catalogues, type Locale } from '../../../http/messages.ts'
import { guideSlugs } from '../guides/guides.ts'
import { fillText, type PlaceholderValues } from '../guides/placeholders.ts'
import { guide } from '../guides/render.ts'
import { errorWords, troubleshootingWords } from '../page.ts'
import type { Reference } from '../reference/reference.ts'
import type { Addresses } from '../words/words.ts'

export interface Entry {
  id: number
  kind: 'guide' | 'error' | 'operation'
  href: string
  title: string
  /** The page that it is on; empty: it is one. */
  within: string
  text: string
  /** What it is found by besides, and isn't shown. */
  words: string
}

export function entriesFor(
  { at, values, reference }: { at: Addresses; values: PlaceholderValues; reference: Reference },
  locale: Locale,
): Entry[] {
  const found: (Omit<Entry, 'id' | 'words'> & { words?: string })[] = [
    ...guideSlugs.flatMap((slug) => {
      const { title, passages } = guide(slug)
      return passages.map((passage) => ({
        kind: 'guide' as const,
        href: `/docs/${slug}${passage.id === '' ? '' : `#${passage.id}`}`,
        title: passage.title === '' ? title : passage.title,
        within: passage.title === '' ? '' : title,
        text: fillText(passage.text, values),
      }))
    }),
    ...troubleshootingWords(at, locale).map(({ id, title, text }) => ({
      kind: 'guide' as const,
      href: `/docs/troubleshooting#${id}`,
      title,
      within: catalogues[locale]['docs.page.troubleshooting'],
      text,
    })),
    ...errorWords(locale).map(({ code, title, text }) => ({
      kind: 'error' as const,
      href: `/docs/errors/${code}`,
      title: `${code}: ${title}`,
      within: '',
      text,
    })),
    ...reference.collections.flatMap(({ slug, title: within, operations }) =>
      operations.map((operation) => ({
        kind: 'operation' as const,
        href: `/docs/api/${slug}#${operation.id}`,
        title: `${operation.method} ${operation.path}`,
        within,
        text: operation.title,
        words: `${operation.scope ?? ''} ${operation.id}`,
      })),
    ),
  ]
  return found.map((entry, id) => ({ id, words: '', ...entry }))
}
