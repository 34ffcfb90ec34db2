/** `keygrant key-limits …`: what an API key may still spend. */
import type { Noun, Row } from './noun.ts'

export const keyLimits: Noun = {
  name: 'key-limits',
  one: 'limit',
  does: 'what an API key may still spend',
  none: 'The key is not limited.',
  columns: [
    ['LIMIT', 'policy'],
    ['OF', 'limit'],
    ['REMAINING', 'remaining'],
    ['SECONDS TO ONE MORE', 'reset_in'],
  ],
  verbs: {
    show: {
      route: 'GET /v1/keys/:id/limits',
      does: 'show what is left of its limits; looking charges it nothing',
      arguments: [{ name: 'key-id', field: 'id', of: 'keys' }],
      rows: ({ limits }) => limits as Row[],
    },
  },
}
