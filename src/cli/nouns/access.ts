/** `keygrant grants …`, `sessions …` and `signing-keys …`: what people have allowed, where they are signed in, and what signs. */
import type { Noun, Row } from './noun.ts'

const grant = { name: 'grant-id', field: 'id', of: 'grants' } as const
const session = { name: 'session-id', field: 'id', of: 'sessions' } as const

export const grants: Noun = {
  name: 'grants',
  one: 'grant',
  does: 'what people have allowed apps',
  none: 'There are no grants.',
  columns: [
    ['ID', 'id'],
    ['PERSON', 'user_id'],
    ['CLIENT', 'client_id'],
    ['SCOPES', ({ resource_scopes }) => Object.values(resource_scopes as Record<string, readonly string[]>).flat()],
    ['LAST USED', 'last_used_at'],
  ],
  verbs: {
    list: {
      route: 'GET /v1/grants',
      does: 'list grants, newest first',
      words: { user_id: 'those of this person', client_id: 'those of this client' },
    },
    show: { route: 'GET /v1/grants/:id', does: 'show a grant', arguments: [grant] },
    revoke: {
      route: 'DELETE /v1/grants/:id',
      does: 'take back what was allowed: every token under it is dead at once',
      arguments: [grant],
      said: ({ id = '' }) => `${id} is revoked.`,
    },
  },
}

export const sessions: Noun = {
  name: 'sessions',
  one: 'session',
  does: 'where people are signed in',
  none: 'Nobody is signed in.',
  columns: [
    ['ID', 'id'],
    ['PERSON', 'user_id'],
    ['SIGNED IN', 'authenticated_at'],
    ['BY', 'amr'],
    ['LAST USED', 'last_used_at'],
    ['WORKS UNTIL', 'expires_at'],
  ],
  verbs: {
    list: {
      route: 'GET /v1/sessions',
      does: 'list sessions, newest first',
      words: { user_id: 'those of this person' },
    },
    show: { route: 'GET /v1/sessions/:id', does: 'show a session', arguments: [session] },
    end: {
      route: 'DELETE /v1/sessions/:id',
      does: 'end a session: the browser is signed out, and every token that ends with it is dead at once',
      arguments: [session],
      said: ({ id = '' }) => `${id} is ended.`,
    },
    'end-all': {
      route: 'DELETE /v1/sessions',
      does: 'end every session of a person, or all but one',
      arguments: [{ name: 'person', field: 'user_id', person: true, of: 'users' }],
      words: { except: 'the session that goes on' },
      said: ({ user_id = '' }) => `${user_id} is signed out.`,
    },
  },
}

export const signingKeys: Noun = {
  name: 'signing-keys',
  one: 'signing key',
  does: 'the keys that sign tokens',
  none: 'There are none yet: the first start of the server makes them.',
  columns: [
    ['KID', 'kid'],
    ['ALGORITHM', 'algorithm'],
    ['STAGE', 'stage'],
    ['USED FROM', 'active_from'],
    ['GONE AT', 'gone_at'],
  ],
  hostOnly: 'Signing keys are the business of the host: no API key may touch them.',
  verbs: {
    list: { route: 'GET /v1/signing-keys', does: 'list the signing keys, newest first' },
    rotate: {
      route: 'POST /v1/signing-keys/rotate',
      does: 'publish new signing keys, which are used once everybody has had the time to fetch them',
      rows: ({ published }) => published as readonly Row[],
    },
  },
}
