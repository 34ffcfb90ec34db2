/** Consent, the way back to an app, signing out. */
import type { ConsentScope, PageModels } from '../../../src/http/page-models.ts'
import type { SamplesOf } from './visitor.ts'

function scope(name: string, title: string, rest: Partial<ConsentScope> = {}): ConsentScope {
  return {
    name,
    title,
    description: null,
    optional: false,
    writes: false,
    sensitive: false,
    checked: true,
    alreadyGranted: false,
    ...rest,
  }
}

const consent: PageModels['consent'] = {
  client: {
    name: 'Ledgerline',
    verified: true,
    logoUri: null,
    uri: 'https://ledgerline.example',
    policyUri: 'https://ledgerline.example/privacy',
    tosUri: 'https://ledgerline.example/terms',
    contacts: ['support@ledgerline.example'],
  },
  destination: { host: 'app.ledgerline.example', kind: 'web' },
  user: { email: 'ada.lovelace@example.com', name: 'Ada Lovelace' },
  switchAction: '/interaction/abc/switch',
  identityScopes: [
    { name: 'openid', optional: false, checked: true, alreadyGranted: true },
    { name: 'email', optional: true, checked: true, alreadyGranted: false },
  ],
  resources: [
    {
      name: 'Invoices API',
      identifier: 'https://api.northwind.example/invoices',
      scopes: [
        scope('invoices:read', 'Read your invoices', {
          description: 'Amounts, dates and customers of every invoice in your organization.',
        }),
        scope('invoices:write', 'Create and send invoices', {
          description: 'New invoices go out in your name.',
          writes: true,
          optional: true,
        }),
        scope('payouts:write', 'Change where payouts go', {
          writes: true,
          sensitive: true,
          optional: true,
          checked: false,
        }),
      ],
    },
    {
      name: 'Reports API',
      identifier: 'https://api.northwind.example/reports',
      scopes: [scope('reports:read', 'Read monthly reports', { alreadyGranted: true })],
    },
  ],
  offline: true,
  until: new Date('2027-02-22T10:00:00Z'),
  action: '/interaction/abc/consent',
  cancelAction: '/interaction/abc/cancel',
  manageHref: '/account/connected-apps',
  errors: [],
}

export const consents = {
  consent: {
    verified: consent,
    unverified: {
      ...consent,
      client: {
        ...consent.client,
        name: 'acme-cli',
        verified: false,
        uri: null,
        policyUri: null,
        tosUri: null,
        contacts: [],
      },
      destination: { host: '127.0.0.1', kind: 'loopback' },
      identityScopes: [],
      resources: consent.resources.slice(0, 1),
      offline: true,
      until: null,
    },
    app: {
      ...consent,
      client: { ...consent.client, policyUri: 'javascript:alert(1)', contacts: [] },
      destination: { host: 'example.ledgerline', kind: 'app' },
      user: { email: 'ada.lovelace@example.com', name: null },
      identityScopes: [
        { name: 'openid', optional: false, checked: true, alreadyGranted: false },
        { name: 'profile', optional: true, checked: true, alreadyGranted: false },
        { name: 'email', optional: true, checked: false, alreadyGranted: false },
      ],
      resources: [],
      offline: false,
    },
    hostile: {
      ...consent,
      client: {
        ...consent.client,
        name: '<script>alert("Ω")</script> & Sons of an exceedingly long company name, which nobody would ever have registered in earnest',
        verified: false,
        logoUri: null,
      },
      destination: {
        host: 'a-host-name-that-is-very-long.and-has-many.subdomains.of-some-length.example',
        kind: 'web',
      },
      user: { email: 'an.exceedingly.long.address.for.a.mailbox@subdomain.of-an-organization.example', name: null },
      offline: false,
      until: null,
      errors: [{ field: null, code: 'form_expired' }],
    },
    logo: {
      ...consent,
      client: {
        ...consent.client,
        logoUri:
          'data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCA0OCA0OCI+PHJlY3Qgd2lkdGg9IjQ4IiBoZWlnaHQ9IjQ4IiBmaWxsPSIjMGY3NjZlIi8+PHBhdGggZD0iTTE0IDEydjI0aDIwIiBmaWxsPSJub25lIiBzdHJva2U9IiNmZmYiIHN0cm9rZS13aWR0aD0iNSIvPjwvc3ZnPg==',
      },
    },
  },
  continue: {
    web: {
      href: 'https://app.ledgerline.example/callback?code=abc&state=xyz',
      clientName: 'Ledgerline',
      host: 'app.ledgerline.example',
    },
    app: {
      href: 'example.ledgerline:/callback?code=abc&state=xyz',
      clientName: 'Ledgerline',
      host: 'example.ledgerline',
    },
  },
  'form-post': {
    plain: {
      action: 'https://app.ledgerline.example/callback',
      fields: [
        { name: 'code', value: 'abc' },
        { name: 'state', value: '"><script>' },
      ],
      clientName: 'Ledgerline',
    },
  },
  'sign-out': {
    'by-an-app': {
      clientName: 'Ledgerline',
      action: '/oauth2/logout/confirm',
      fields: [{ name: 'xsrf', value: 'abc' }],
      cancelHref: '/',
    },
    plain: { clientName: null, action: '/sign-out', fields: [], cancelHref: '/account' },
  },
  'signed-out': { plain: { signInHref: '/sign-in' } },
} satisfies SamplesOf<PageModels, 'consent' | 'continue' | 'form-post' | 'sign-out' | 'signed-out'>
