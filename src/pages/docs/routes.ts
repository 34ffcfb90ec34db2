/** The documentation: guides, the reference of the API, what every code means, what to do by what one sees, and a search. */
import type { Page, PageRoute } from '../../http/pages.ts'
import { Problem } from '../../http/problem.ts'
import { isErrorCode } from './errors.ts'
import type { DocsFacts } from './facts.ts'
import { isGuideSlug, isSourceFile } from './guides/guides.ts'
import type { Library, Reader } from './library.ts'
import { errorPage, errorsPage, troubleshootingPage } from './page.ts'

/** Set by the page itself when somebody picks a language for its examples; no part of the session. */
const languageCookie = 'docs_language'

export function docsRoutes(facts: DocsFacts): PageRoute[] {
  const { at } = facts
  let opening: Promise<{ library: Library; readerOf: (page: Page) => Reader }> | undefined
  const open = () => (opening ??= openFor(facts))
  return [
    {
      method: 'GET',
      path: '/docs',
      access: 'anyone',
      async handle(page) {
        const { library, readerOf } = await open()
        page.show('docs', await library.start(readerOf(page)))
      },
    },
    {
      method: 'GET',
      path: '/docs/search',
      access: 'anyone',
      async handle(page) {
        const { library, readerOf } = await open()
        page.show('docs-search', await library.search(page.query['q'] ?? '', readerOf(page)))
      },
    },
    {
      method: 'GET',
      path: '/docs/troubleshooting',
      access: 'anyone',
      handle: (page) => page.show('docs-troubleshooting', troubleshootingPage(at, page.locale)),
    },
    {
      method: 'GET',
      path: '/docs/errors',
      access: 'anyone',
      handle: (page) => page.show('docs-errors', errorsPage(page.locale)),
    },
    {
      method: 'GET',
      path: '/docs/errors/:code',
      access: 'anyone',
      handle(page) {
        const { code = '' } = page.params
        if (!isErrorCode(code)) throw new Problem('not_found')
        page.show('docs-error', errorPage(code, at, page.locale))
      },
    },
    {
      method: 'GET',
      path: '/docs/api',
      access: 'anyone',
      async handle(page) {
        const { library } = await open()
        page.show('docs-reference', await library.reference())
      },
    },
    {
      method: 'GET',
      path: '/docs/api/:collection',
      access: 'anyone',
      async handle(page) {
        const { library, readerOf } = await open()
        const found = await library.collection(page.params['collection'] ?? '', readerOf(page))
        if (!found) throw new Problem('not_found')
        page.show('docs-collection', found)
      },
    },
    {
      method: 'GET',
      path: '/docs/files/*path',
      access: 'anyone',
      async handle(page) {
        const path = page.params['path'] ?? ''
        if (!isSourceFile(path)) throw new Problem('not_found')
        const { library } = await open()
        page.show('docs-file', library.file(path))
      },
    },
    {
      method: 'GET',
      path: '/docs/:guide',
      access: 'anyone',
      async handle(page) {
        const slug = page.params['guide'] ?? ''
        if (!isGuideSlug(slug)) throw new Problem('not_found')
        const { library, readerOf } = await open()
        page.show('docs-guide', await library.guide(slug, readerOf(page)))
      },
    },
  ]
}

/** What renders Markdown and colours code takes a while to load: it waits for the first reader. */
async function openFor(facts: DocsFacts) {
  const [{ openLibrary }, { isCodeLanguage }] = await Promise.all([import('./library.ts'), import('./guides/code.ts')])
  return {
    library: openLibrary(facts),
    readerOf({ ctx, locale, person }: Page): Reader {
      const chosen = ctx.cookies.get(languageCookie) ?? ''
      return {
        locale,
        language: isCodeLanguage(chosen) ? chosen : 'curl',
        userId: person?.id ?? null,
      }
    },
  }
}
