/** `keygrant scope-usage …`: which scopes of an API key are needed, and which it could do without. */
import type { Noun, Row } from './noun.ts'

export const scopeUsage: Noun = {
  name: 'scope-usage',
  one: 'scope',
  does: 'which scopes of an API key are needed',
  none: 'The key has no scopes.',
  columns: [
    ['SCOPE', 'scope'],
    ['LAST NEEDED', 'last_needed_on'],
    ['UNUSED FOR 30 DAYS', 'unused'],
  ],
  verbs: {
    show: {
      route: 'GET /v1/keys/:id/scope-usage',
      does: 'show when each scope was needed last; a rotation can leave out what is unused',
      arguments: [{ name: 'key-id', field: 'id', of: 'keys' }],
      rows: ({ data }) => data as Row[],
    },
  },
}
