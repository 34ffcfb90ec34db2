/** The documentation, in both languages; a few of its pages stand for all, which test/pages/docs/ looks at. */
import type { DocsModels } from '../../../src/http/docs-models.ts'
import type { Locale } from '../../../src/http/messages.ts'
import { openLibrary } from '../../../src/pages/docs/library.ts'
import { errorCodes } from '../../../src/pages/docs/errors.ts'
import { guideSlugs } from '../../../src/pages/docs/guides/guides.ts'
import { errorPage, errorsPage, troubleshootingPage } from '../../../src/pages/docs/page.ts'
import type { SamplesOf } from './visitor.ts'

const at = {
  publicUrl: 'https://auth.northwind.example',
  apiUrl: 'https://api.northwind.example',
  supportEmail: 'help@northwind.example',
  upgradeUrl: null,
}

const scope = { optional: false, sensitive: false, writes: false, grantableBy: 'anyone', position: 0 } as const

const library = openLibrary({
  at,
  platform: { name: 'Northwind' },
  keyPrefix: 'nw',
  resources: () => [
    {
      id: 'res_1',
      name: 'reports',
      identifier: 'https://api.northwind.example/reports',
      title: 'Reports',
      accessTokenFormat: 'jwt',
      accessTokenLifetimeSeconds: 900,
      createdAt: new Date(0),
      updatedAt: new Date(0),
      scopes: [
        { ...scope, name: 'reports:read', title: 'See your reports', description: 'And their <drafts>.' },
        {
          ...scope,
          name: 'reports:write',
          title: 'Change your reports',
          description: null,
          optional: true,
          writes: true,
          sensitive: true,
          grantableBy: 'administrator',
        },
        { ...scope, name: 'reports:audit', title: 'See who read them', description: null, grantableBy: 'org_admin' },
      ],
    },
  ],
  tiers: () =>
    Promise.resolve([
      { name: 'free', hour: 1000, burst: 100, refillPerSecond: null },
      { name: 'enterprise', hour: null, burst: 5000, refillPerSecond: 500 },
    ]),
  newestKey: () => Promise.resolve({ environment: 'live', hint: 'x7Qp' }),
  describe: () =>
    Promise.resolve({
      info: { title: 'Northwind', version: '1.2.3', description: '' },
      tags: [{ name: 'API keys', description: 'Keys, and `secrets` under them.' }],
      paths: {
        '/v1/keys/{id}': {
          post: {
            operationId: 'createKey',
            tags: ['API keys'],
            summary: 'Issue an API key',
            description: 'Needs the scope `keys:write`.',
            'x-required-scope': 'keys:write',
            parameters: [
              { name: 'id', in: 'path', required: true, schema: { type: 'string' }, example: 'key_1' },
              { name: 'dry', in: 'query', schema: { type: 'boolean', default: false } },
              { name: 'idempotency-key', in: 'header', schema: { type: 'string', format: 'uuid' } },
            ],
            requestBody: {
              required: true,
              content: {
                'application/json': {
                  schema: {
                    type: 'object',
                    required: ['name'],
                    properties: {
                      name: { type: 'string', maxLength: 120, description: 'As <people> see it.' },
                      scopes: { type: 'array', maxItems: 100, items: { type: 'string' } },
                      burst: {
                        anyOf: [
                          { type: 'object', properties: { size: { type: 'integer', minimum: 1, maximum: 9 } } },
                          { type: 'null' },
                        ],
                      },
                    },
                  },
                  example: { name: "Ann's" },
                },
              },
            },
            responses: {
              '201': {
                description: 'Made.',
                content: {
                  'application/json': {
                    schema: { type: 'object', properties: { id: { type: 'string' } } },
                    example: { id: 'key_1' },
                  },
                },
              },
              '401': { description: '`missing`: No credential was sent.' },
            },
          },
        },
      },
      components: {},
    }),
})

const reader = { locale: 'en', language: 'curl', userId: null } as const
const collection = await library.collection('api-keys', { ...reader, language: 'go' })
if (!collection) throw new Error('The sample has no such collection.')

export const docs = {
  docs: {
    visitor: await library.start(reader),
    'signed-in': await library.start({ ...reader, language: 'python', userId: 'usr_1' }),
  },
  'docs-guide': {
    plain: await library.guide('quick-start', reader),
    scopes: await library.guide('scopes', reader),
    tiers: await library.guide('rate-limits', { ...reader, language: 'typescript' }),
  },
  'docs-file': { file: library.file('examples/nginx/keygrant.conf') },
  'docs-search': {
    errors: await library.search('insufficient_scope', reader),
    found: await library.search('issue an API key', reader),
    nothing: await library.search('zzzzzzzz', reader),
    unasked: await library.search('', reader),
  },
  'docs-reference': { all: await library.reference() },
  'docs-collection': { one: collection },
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
} satisfies SamplesOf<DocsModels, keyof DocsModels>

/** Those whose words differ from one to the next: a wide line or a bare table may be in any. */
export const everyError = Object.fromEntries(
  errorCodes.map((code) => [code, (locale: Locale) => errorPage(code, at, locale)]),
)

export const everyGuide = Object.fromEntries(
  guideSlugs.map((slug) => [slug, (locale: Locale) => library.guide(slug, { ...reader, locale })]),
)
