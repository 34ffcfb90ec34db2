/** The documentation: where to begin, what every code means, and what to do by what one sees. */
import type { PageRoute } from '../../http/pages.ts'
import { Problem } from '../../http/problem.ts'
import { errorPage, errorsPage, isErrorCode, startPage, troubleshootingPage } from './page.ts'
import type { Addresses } from './words/words.ts'

export function docsRoutes(at: Addresses): PageRoute[] {
  return [
    {
      method: 'GET',
      path: '/docs',
      access: 'anyone',
      handle: (page) => page.show('docs', startPage(at, page.locale)),
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
  ]
}
