/** `keygrant users …`: people, as far as the API goes. What stops or raises somebody is in ../host/users.ts. */
import { marks } from './cell.ts'
import type { Noun } from './noun.ts'

const person = { name: 'person', field: 'id', person: true, of: 'users' } as const

export const users: Noun = {
  name: 'users',
  one: 'person',
  does: 'people',
  none: 'There is nobody yet.',
  columns: [
    ['ID', 'id'],
    ['E-MAIL', 'email'],
    ['NAME', 'name'],
    ['STATE', marks('administrator', 'disabled')],
    ['SINCE', 'created_at'],
  ],
  verbs: {
    list: {
      route: 'GET /v1/users',
      does: 'list people, newest first',
      words: { email: 'the one of this address', q: 'those whose address or name begins so' },
    },
    add: {
      route: 'POST /v1/users',
      does: 'add a person, who is mailed a link with which they choose a password',
      arguments: [{ name: 'email', field: 'email' }],
      words: { name: 'what they are called', locale: 'the language of the mail' },
      said: (_, { email, id }) => `Added ${String(email)} (${String(id)}), who has got a mail.`,
    },
    show: { route: 'GET /v1/users/:id', does: 'show a person', arguments: [person] },
    update: {
      route: 'PATCH /v1/users/:id',
      does: 'change what a person is called',
      arguments: [person],
      words: { name: 'what they are called' },
    },
  },
}
