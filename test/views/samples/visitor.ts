/** The platform and the people that samples speak of, and the shape of a table of samples. */
import type { SharedModel } from '../../../src/http/page-models.ts'

/** For each name its samples: every state that looks different, by a name of its own. */
export type SamplesOf<Models, Name extends keyof Models> = { [K in Name]: Record<string, Models[K]> }

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

export const continueTo = { clientName: 'Ledgerline', host: 'app.ledgerline.example' }
