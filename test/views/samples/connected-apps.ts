/** What a person has allowed. */
import type { ConnectedApp, PageModels } from '../../../src/http/page-models.ts'
import type { SamplesOf } from './visitor.ts'

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

export const connectedApps = {
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
} satisfies SamplesOf<PageModels, 'connected-apps' | 'connected-app-confirm'>
