/** What exists in development only: caught mail, and the demo. */
import type { PageModels } from '../../../src/http/page-models.ts'
import { demoPage } from '../../../src/pages/demo/page.ts'
import { demo, flows, now } from '../../pages/demo/flows.ts'
import type { SamplesOf } from './visitor.ts'

export const development = {
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
    start: demoPage({ demo, flow: null, now, notice: null }),
    foreign: demoPage({ demo, flow: null, now, notice: 'foreign' }),
    forgotten: demoPage({ demo, flow: null, now, notice: 'forgotten' }),
    ...Object.fromEntries(
      Object.entries(flows).map(([name, flow]) => [name, demoPage({ demo, flow, now, notice: null })]),
    ),
  },
} satisfies SamplesOf<PageModels, 'dev-mail' | 'dev-mail-message' | 'demo'>
