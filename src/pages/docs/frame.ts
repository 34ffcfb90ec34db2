/** What is around each page of the documentation: where it stands among the others. */
import type { DocsFrame } from '../../http/docs-models.ts'
import { guideGroups, guideSlugs, guides } from './guides/guides.ts'

interface Entry {
  group: string
  href: string
  name: string
}

/** In the order in which somebody would read it all. */
const entries: readonly Entry[] = [
  ...guideGroups.flatMap((group) => [
    ...guideSlugs
      .filter((slug) => guides[slug].group === group)
      .map((slug) => ({ group, href: `/docs/${slug}`, name: slug })),
    ...(group === 'calls' ? [{ group, href: '/docs/troubleshooting', name: 'troubleshooting' }] : []),
  ]),
  { group: 'reference', href: '/docs/api', name: 'api' },
  { group: 'reference', href: '/docs/errors', name: 'errors' },
]

const groups = [...new Set(entries.map(({ group }) => group))].map((name) => ({
  name,
  pages: entries.filter(({ group }) => group === name).map(({ href, name: page }) => ({ href, name: page })),
}))

/** @param here the entry of the navigation that the page belongs to */
export function frame(here: string, given: Partial<DocsFrame> = {}): DocsFrame {
  const at = entries.findIndex(({ href }) => href === here)
  const linkAt = (index: number) => {
    const entry = at === -1 ? undefined : entries[index]
    return entry ? { href: entry.href, name: entry.name } : null
  }
  return {
    here,
    groups,
    collections: [],
    headings: [],
    previous: at > 0 ? linkAt(at - 1) : null,
    next: linkAt(at + 1),
    query: '',
    ...given,
  }
}
