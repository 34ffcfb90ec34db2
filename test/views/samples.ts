/** A sample of every page and every mail, in every state that looks different: a page without one doesn't compile. */
import type { ConnectedApp, ConsentScope, MailModels, PageModels, SharedModel } from '../../src/http/page-models.ts'

type Samples<Models> = { [Name in keyof Models]: Record<string, Models[Name]> }

export const platform = { name: 'Northwind', supportEmail: 'help@northwind.example' }

export const visitor = {
  locale: 'en',
  csrf: (action) => `token-for-${action}`,
  user: null,
  requestId: '0199a8f0-5c1e-7b52-9d3a-4e8f2c6b7a10',
  path: '/',
} satisfies SharedModel

export const person = {
  ...visitor,
  user: { email: 'ada.lovelace@example.com', name: 'Ada Lovelace' },
} satisfies SharedModel

const continueTo = { clientName: 'Ledgerline', host: 'app.ledgerline.example' }

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

const connected: ConnectedApp = {
  id: 'grt_01k6m3a8zq',
  name: 'Ledgerline',
  host: 'app.ledgerline.example',
  verified: true,
  since: new Date('2026-03-02T09:30:00Z'),
  lastUsedAt: new Date('2026-11-20T16:12:00Z'),
  resources: [
    {
      name: 'Invoices API',
      identifier: 'https://api.northwind.example/invoices',
      allowed: [
        { title: 'Read your invoices', writes: false },
        { title: 'Create and send invoices', writes: true },
      ],
      refused: ['Change where payouts go'],
    },
  ],
  identityScopes: ['openid', 'email'],
  offline: true,
  clientEnabled: true,
}

const unused: ConnectedApp = {
  ...connected,
  id: 'grt_01k6m3b1xw',
  name: 'تقارير',
  host: '127.0.0.1',
  verified: false,
  lastUsedAt: null,
  identityScopes: ['openid', 'profile', 'email'],
  resources: [],
  offline: false,
  clientEnabled: false,
}

const link: PageModels['link'] = {
  purpose: 'sign-up',
  action: '/link/Rk9PQkFS',
  email: 'ada.lovelace@example.com',
  asksName: true,
  asksPassword: true,
  values: { name: '' },
  errors: [],
  passwordRules: { minimum: 15, maximum: 128 },
}

const signIn: PageModels['sign-in'] = {
  action: '/sign-in',
  returnTo: '/account',
  email: '',
  errors: [],
  signUpHref: '/sign-up',
  forgotHref: '/forgot-password',
  continueTo: null,
  notice: null,
}

const error: PageModels['error'] = {
  status: 500,
  reason: 'status',
  code: null,
  detail: null,
  requestId: visitor.requestId,
  retryHref: null,
  homeHref: '/',
}

const appError: PageModels['error'] = {
  ...error,
  status: 400,
  code: 'invalid_request',
  detail: 'missing required parameter(s) (redirect_uri)',
}

const idToken =
  'eyJhbGciOiJFZERTQSIsImtpZCI6InNrMSJ9.eyJzdWIiOiJ1c3JfMDFrNm0zYTh6cSIsImlzcyI6Imh0dHA6Ly9sb2NhbGhvc3Q6MzAwMCJ9.Vh0m3yq5Xk2cJbT9wQeR8uLzN4sPdF7aGhK1oMiYxCvB6nE'

export const pages = {
  home: {
    visitor: { signUpOpen: true, signedIn: false, demo: false },
    'signed-in': { signUpOpen: true, signedIn: true, demo: false },
    development: { signUpOpen: true, signedIn: false, demo: true },
  },
  'sign-in': {
    plain: signIn,
    'for-an-app': { ...signIn, continueTo },
    'wrong-password': {
      ...signIn,
      email: 'ada.lovelace@example.com',
      continueTo,
      errors: [{ field: null, code: 'wrong_credentials' }],
    },
    throttled: {
      ...signIn,
      email: 'ada.lovelace@example.com',
      errors: [{ field: null, code: 'throttled', minutes: 15 }],
    },
    'both-missing': {
      ...signIn,
      signUpHref: null,
      errors: [
        { field: 'email', code: 'email_required' },
        { field: 'password', code: 'password_required' },
      ],
    },
    'form-expired': { ...signIn, errors: [{ field: null, code: 'form_expired' }] },
    'password-changed': { ...signIn, notice: 'password-changed' },
    'signed-out': { ...signIn, notice: 'signed-out' },
    again: { ...signIn, notice: 'sign-in-again' },
  },
  'sign-up': {
    plain: {
      action: '/sign-up',
      returnTo: '/account',
      email: '',
      errors: [],
      signInHref: '/sign-in',
      continueTo: null,
    },
    faulty: {
      action: '/sign-up',
      returnTo: '/account',
      email: 'ada.lovelace',
      errors: [{ field: 'email', code: 'email_invalid' }],
      signInHref: '/sign-in',
      continueTo,
    },
  },
  'sign-up-closed': {
    invitation: { reason: 'invitation', signInHref: '/sign-in' },
    closed: { reason: 'closed', signInHref: '/sign-in' },
  },
  'forgot-password': {
    plain: { action: '/forgot-password', returnTo: '/account', email: '', errors: [], signInHref: '/sign-in' },
  },
  'check-mail': {
    'sign-up': {
      email: 'ada.lovelace@example.com',
      purpose: 'sign-up',
      expiresInMinutes: 1440,
      againHref: '/sign-up',
      devMailHref: '/dev/mail',
    },
    reset: {
      email: 'ada.lovelace@example.com',
      purpose: 'reset',
      expiresInMinutes: 30,
      againHref: '/forgot-password',
      devMailHref: null,
    },
  },
  link: {
    'sign-up': link,
    faulty: {
      ...link,
      values: { name: '' },
      errors: [
        { field: 'name', code: 'name_required' },
        { field: 'password', code: 'password_too_short', minimum: 15 },
      ],
    },
    'too-long': {
      ...link,
      values: { name: 'Ada Lovelace' },
      errors: [
        { field: 'name', code: 'name_too_long', maximum: 100 },
        { field: 'password', code: 'password_too_long', maximum: 128 },
      ],
    },
    common: { ...link, values: { name: 'Ada Lovelace' }, errors: [{ field: 'password', code: 'password_common' }] },
    personal: { ...link, values: { name: 'Ada Lovelace' }, errors: [{ field: 'password', code: 'password_personal' }] },
    invitation: { ...link, purpose: 'invitation' },
    reset: { ...link, purpose: 'reset', asksName: false },
    'first-administrator': { ...link, purpose: 'first-administrator', asksName: false },
    'prove-email': { ...link, purpose: 'prove-email', asksName: false, asksPassword: false },
  },
  'link-dead': {
    'sign-up': { purpose: 'sign-up', againHref: '/sign-up', signInHref: '/sign-in' },
    invitation: { purpose: 'invitation', againHref: null, signInHref: '/sign-in' },
    reset: { purpose: 'reset', againHref: '/forgot-password', signInHref: '/sign-in' },
    'first-administrator': { purpose: 'first-administrator', againHref: null, signInHref: '/sign-in' },
    'prove-email': { purpose: 'prove-email', againHref: null, signInHref: '/sign-in' },
  },
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
  'connected-apps': {
    some: { apps: [connected, unused], cutHref: '/account/connected-apps', notice: null },
    empty: { apps: [], cutHref: '/account/connected-apps', notice: { cut: 'Ledgerline' } },
  },
  'connected-app-confirm': {
    plain: {
      app: connected,
      action: '/account/connected-apps/grt_01k6m3a8zq/cut',
      cancelHref: '/account/connected-apps',
    },
  },
  error: {
    400: { ...error, status: 400 },
    403: { ...error, status: 403 },
    404: { ...error, status: 404 },
    405: { ...error, status: 405 },
    413: { ...error, status: 413 },
    415: { ...error, status: 415 },
    422: { ...error, status: 422 },
    429: { ...error, status: 429 },
    500: { ...error, status: 500 },
    503: { ...error, status: 503, retryHref: '/interaction/abc' },
    client_unknown: { ...appError, reason: 'client_unknown', code: 'invalid_client', detail: 'client is invalid' },
    client_disabled: { ...appError, reason: 'client_disabled' },
    redirect_uri_mismatch: { ...appError, reason: 'redirect_uri_mismatch', code: 'invalid_redirect_uri' },
    request_invalid: { ...appError, reason: 'request_invalid' },
    interaction_expired: {
      ...appError,
      reason: 'interaction_expired',
      code: null,
      detail: 'interaction session not found',
    },
    form_expired: { ...error, status: 403, reason: 'form_expired', retryHref: '/sign-in' },
    sign_out_failed: { ...appError, reason: 'sign_out_failed', code: 'invalid_request', detail: null },
  },
  'dev-mail': {
    some: {
      messages: [
        {
          id: '2',
          to: 'ada.lovelace@example.com',
          subject: 'Finish your Northwind account',
          at: new Date('2026-11-24T09:30:00Z'),
        },
        {
          id: '1',
          to: 'grace.hopper@example.com',
          subject: 'Choose a new password for Northwind',
          at: new Date('2026-11-24T09:12:00Z'),
        },
      ],
    },
    empty: { messages: [] },
  },
  'dev-mail-message': {
    plain: {
      to: 'ada.lovelace@example.com',
      from: 'Northwind <no-reply@northwind.example>',
      subject: 'Finish your Northwind account',
      at: new Date('2026-11-24T09:30:00Z'),
      text: 'Someone, most likely you, wants to make an account at Northwind with this email address.\n\nFinish my account:\nhttp://localhost:3000/link/Rk9PQkFSQkFaUVVVWA\n\nThe link works once, for 1 day.\n',
      links: ['http://localhost:3000/link/Rk9PQkFSQkFaUVVVWA', 'javascript:alert(1)'],
    },
    'no-links': {
      to: 'a@example.com',
      from: 'b@example.com',
      subject: 'Hello',
      at: new Date('2026-11-24T09:30:00Z'),
      text: 'Hello.',
      links: [],
    },
  },
  demo: {
    start: {
      steps: [
        {
          title: 'Ask for access',
          explanation:
            'The app sends the browser to the authorization endpoint, with a PKCE challenge that only it can answer.',
          request: {
            method: 'GET',
            url: '/oauth2/authorize?response_type=code&client_id=cli_demo&redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fdemo%2Fcallback&scope=openid+email+notes%3Aread&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256&state=Zm9v',
            headers: [{ name: 'Host', value: 'localhost:3000' }],
            body: null,
          },
          response: null,
          state: 'current',
        },
        {
          title: 'Exchange the code',
          explanation: 'The code is good for one exchange within a minute.',
          request: null,
          response: null,
          state: 'todo',
        },
        {
          title: 'Use the access token',
          explanation: 'The token says who you are and what the app may do.',
          request: null,
          response: null,
          state: 'todo',
        },
      ],
      tokens: [],
      actions: [{ label: 'Start the flow', action: '/demo/start', primary: true }],
      error: null,
    },
    tokens: {
      steps: [
        {
          title: 'Ask for access',
          explanation: 'You said yes, and the app got a code.',
          request: null,
          response: null,
          state: 'done',
        },
        {
          title: 'Exchange the code',
          explanation: 'The app proves with its verifier that it is the one that asked.',
          request: {
            method: 'POST',
            url: '/oauth2/token',
            headers: [
              { name: 'Host', value: 'localhost:3000' },
              { name: 'Content-Type', value: 'application/x-www-form-urlencoded' },
            ],
            body: 'grant_type=authorization_code&code=Rk9PQkFSQkFaUVVVWA&code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
          },
          response: {
            status: 200,
            headers: [
              { name: 'Content-Type', value: 'application/json' },
              { name: 'Cache-Control', value: 'no-store' },
            ],
            body: `{\n  "access_token": "…",\n  "token_type": "Bearer",\n  "expires_in": 900,\n  "id_token": "${idToken}"\n}`,
          },
          state: 'current',
        },
      ],
      tokens: [
        {
          kind: 'ID token',
          value: idToken,
          header: '{\n  "alg": "EdDSA",\n  "kid": "sk1"\n}',
          claims: [
            { name: 'sub', value: 'usr_01k6m3a8zq', meaning: 'You, by a number that never changes' },
            { name: 'iss', value: 'http://localhost:3000', meaning: 'Who says so: this server' },
            { name: 'exp', value: '1795512600', meaning: 'Good until 24 November 2026, 10:30 UTC' },
          ],
        },
        { kind: 'Refresh token', value: 'Vh0m3yq5Xk2cJbT9wQeR8uLzN4sPdF7aGhK1oMiYxCvB6nE', header: null, claims: [] },
      ],
      actions: [
        { label: 'Refresh', action: '/demo/refresh', primary: true },
        { label: 'Revoke', action: '/demo/revoke', primary: false },
        { label: 'Start again', action: '/demo/reset', primary: false },
      ],
      error: { title: 'invalid_grant', detail: 'The refresh token was used before, so its whole family is revoked.' },
    },
  },
} satisfies Samples<PageModels>

export const mails = {
  'sign-up': { plain: { link: 'https://id.northwind.example/link/Rk9PQkFS', expiresInMinutes: 1440 } },
  'already-registered': {
    plain: {
      signInHref: 'https://id.northwind.example/sign-in',
      resetHref: 'https://id.northwind.example/forgot-password',
    },
  },
  'reset-password': { plain: { link: 'https://id.northwind.example/link/Rk9PQkFS', expiresInMinutes: 30 } },
  'reset-unknown': {
    open: { email: 'ada.lovelace@example.com', signUpHref: 'https://id.northwind.example/sign-up' },
    closed: { email: 'ada.lovelace@example.com', signUpHref: null },
  },
  'password-changed': {
    plain: { at: new Date('2026-11-24T09:30:00Z'), resetHref: 'https://id.northwind.example/forgot-password' },
  },
  invitation: {
    'by-to': {
      link: 'https://id.northwind.example/link/Rk9PQkFS',
      inviter: 'Grace <Hopper>',
      organization: 'Navy & Sons',
      expiresInMinutes: 10080,
    },
    by: {
      link: 'https://id.northwind.example/link/Rk9PQkFS',
      inviter: 'Grace Hopper',
      organization: null,
      expiresInMinutes: 120,
    },
    to: {
      link: 'https://id.northwind.example/link/Rk9PQkFS',
      inviter: null,
      organization: 'Navy',
      expiresInMinutes: 10080,
    },
    plain: {
      link: 'https://id.northwind.example/link/Rk9PQkFS',
      inviter: null,
      organization: null,
      expiresInMinutes: 10080,
    },
  },
  'prove-email': {
    plain: {
      link: 'https://id.northwind.example/link/Rk9PQkFS',
      email: 'ada.lovelace@example.com',
      expiresInMinutes: 60,
    },
  },
  'new-device': {
    plain: {
      at: new Date('2026-11-24T09:30:00Z'),
      device: 'Firefox on Linux',
      address: '2001:db8::1',
      resetHref: 'https://id.northwind.example/forgot-password',
    },
  },
} satisfies Samples<MailModels>
