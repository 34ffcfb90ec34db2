/** `keygrant leaks …`: secrets that were found where anybody may read them. */
import type { Noun } from './noun.ts'

export const leaks: Noun = {
  name: 'leaks',
  one: 'report',
  does: 'secrets that were found where anybody may read them',
  none: 'Nothing was found.',
  columns: [
    ['REPORTED', 'reported_at'],
    ['KEY', 'key_id'],
    ['OUTCOME', 'outcome'],
    ['WHERE', 'url'],
  ],
  verbs: {
    list: {
      route: 'GET /v1/leaks',
      does: 'list what was reported, newest first, and what became of it',
      words: { organization_id: 'of keys of one organization', key_id: 'of one key' },
    },
  },
}
