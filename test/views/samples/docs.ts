/** The documentation, in both languages; a few of the errors stand for all, which test/pages/docs/ looks at. */
import type { PageModels } from '../../../src/http/page-models.ts'
import { errorPage, errorsPage, startPage, troubleshootingPage } from '../../../src/pages/docs/page.ts'
import type { SamplesOf } from './visitor.ts'

const at = {
  publicUrl: 'https://auth.northwind.example',
  apiUrl: 'https://api.northwind.example',
  supportEmail: 'help@northwind.example',
  upgradeUrl: null,
}

export const docs = {
  docs: { en: startPage(at, 'en'), de: startPage(at, 'de') },
  'docs-troubleshooting': {
    en: troubleshootingPage(at, 'en'),
    de: troubleshootingPage(at, 'de'),
    upgrade: troubleshootingPage({ ...at, upgradeUrl: 'https://northwind.example/pricing' }, 'en'),
  },
  'docs-errors': { en: errorsPage('en'), de: errorsPage('de') },
  'docs-error': {
    'with-a-request': errorPage('bad_request', at, 'en'),
    'two-statuses': errorPage('not_found', at, 'en'),
    'no-request': errorPage('host_only', at, 'en'),
    'no-answer': errorPage('form_expired', at, 'en'),
    'no-causes': errorPage('valid', at, 'en'),
    de: errorPage('rate_limited', at, 'de'),
  },
} satisfies SamplesOf<PageModels, 'docs' | 'docs-troubleshooting' | 'docs-errors' | 'docs-error'>
