/** `keygrant keys …`: API keys. */
import { cell } from './cell.ts'
import { shownOnce, type Column, type Noun, type Row } from './noun.ts'

interface Secret {
  hint: string
  expires_at: string | null
}

const secretsOf = (row: Row): readonly Secret[] => row['secrets'] as readonly Secret[]
const hintOf = (row: Row): string => (secretsOf(row)[0] ? `…${secretsOf(row)[0]?.hint}` : '')

const fields: readonly Column[] = [
  ['name', 'name'],
  ['id', 'id'],
  ['state', 'status'],
  ['organization', 'organization_id'],
  ['acts for', 'subject'],
  ['external id', 'external_id'],
  ['environment', 'environment'],
  ['scopes', 'scopes'],
  ['resource', (row) => row['resource'] ?? 'any'],
  ['tier', (row) => row['tier'] ?? 'its organization’s'],
  ['limits', (row) => row['limits'] ?? 'its tier’s'],
  ['allowed from', (row) => cell(row['allowed_ips']).replace(/^-$/, 'anywhere')],
  ['works until', 'expires_at'],
  ['last used', (row) => row['last_used_at'] ?? 'never'],
  [
    'secrets',
    (row) =>
      secretsOf(row)
        .map(({ hint, expires_at }) => `…${hint} until ${cell(expires_at)}`)
        .join(', '),
  ],
]

const withSecret: readonly Column[] = [
  ['name', 'name'],
  ['id', 'id'],
  ['key', 'secret'],
  ['works until', 'expires_at'],
]

function oldOne(row: Row): string {
  const old = secretsOf(row)[1]
  return old ? `The old one works until ${cell(old.expires_at)} UTC.` : 'The old one works no more.'
}

const key = { name: 'key-id', field: 'id', of: 'keys' } as const

export const keys: Noun = {
  name: 'keys',
  one: 'API key',
  does: 'API keys',
  none: 'There are no such keys.',
  columns: [
    ['ID', 'id'],
    ['NAME', 'name'],
    ['ORGANIZATION', 'organization_id'],
    ['ENDS WITH', hintOf],
    ['STATE', 'status'],
    ['WORKS UNTIL', 'expires_at'],
  ],
  fields,
  verbs: {
    create: {
      route: 'POST /v1/keys',
      does: 'issue an API key',
      body: { scopes: [] },
      flags: { scopes: 'scope' },
      words: {
        user_id: 'the person it acts for; in their own organization unless another is named',
        external_id: 'your own id for whoever uses it',
        expires_in: 'how long it works, in seconds; 90 days unless said',
        tier: "its own tier, in place of its organization's",
      },
      fields: withSecret,
      note: () => shownOnce,
    },
    list: {
      route: 'GET /v1/keys',
      does: 'list API keys, newest first',
      words: {
        organization_id: 'those of one organization',
        service_account_id: 'those of one service account',
        user_id: 'those that act for one person',
        used_since: 'those that were used since this time',
        external_id: 'those of this id of yours',
        environment: 'those of one environment',
        tier: 'those with this tier of their own',
        scope: 'those that have this scope',
        q: 'those whose name, id or hint has this in it',
      },
    },
    show: { route: 'GET /v1/keys/:id', does: 'show an API key, without its secret', arguments: [key] },
    update: {
      route: 'PATCH /v1/keys/:id',
      does: 'change an API key, for all its secrets at once; empty text takes a setting away',
      arguments: [key],
      words: {
        scopes: 'what it may do, in place of what it might before',
        allowed_ips: 'where it may be used from, in place of before',
        metadata: 'what is kept beside it, in place of before',
        external_id: 'your own id for whoever uses it',
        expires_in: 'how long it works from now on, in seconds',
        tier: "its own tier, in place of its organization's",
      },
      switches: [
        { flag: '--disable', does: 'stop it for now', field: 'disabled', value: true },
        { flag: '--enable', does: 'let it work again', field: 'disabled', value: false },
      ],
    },
    rotate: {
      route: 'POST /v1/keys/:id/rotate',
      does: 'give an API key a new secret; the old one works on for a grace',
      arguments: [key],
      words: {
        expires_in: 'how long the new one lives, in seconds; as long as the last one unless said',
        scopes: 'fewer scopes, for both secrets at once',
      },
      fields: withSecret,
      note: (row) => `${shownOnce} ${oldOne(row)}`,
    },
    revoke: {
      route: 'POST /v1/keys/:id/revoke',
      does: 'end an API key with all its secrets, for good',
      arguments: [key],
      said: ({ id = '' }) => `${id} is revoked.`,
    },
  },
}
