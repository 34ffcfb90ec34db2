/** `keygrant clients …`: OAuth clients. */
import { cell, marks } from './cell.ts'
import { shownOnce, type Noun } from './noun.ts'

const client = { name: 'client-id', field: 'id', of: 'clients' } as const

/** What a developer may not set for themselves: it isn't taken from the metadata that they sent. */
const administratorsFields = [
  'verified',
  'pkce_exempt',
  'introspects',
  'tier',
  'limit_per',
  'grantable_scopes',
  'organization_id',
  'slug',
]

const createHelp = `
Without any of the metadata flags, the metadata is read as JSON (RFC 7591) from stdin:
  echo '{"client_name":"Dashboard","redirect_uris":["https://app.example.com/callback"]}' | keygrant clients create --json

The secret is shown in this answer only.`

const words = {
  tier: "its own tier, in place of its organization's",
  limit_per: 'count its calls together, or each of its people apart',
  organization_id: 'whose it is',
}

export const clients: Noun = {
  name: 'clients',
  one: 'client',
  does: 'OAuth clients',
  none: 'There are no clients.',
  columns: [
    ['CLIENT ID', 'client_id'],
    ['NAME', 'client_name'],
    ['PROVES ITSELF BY', 'token_endpoint_auth_method'],
    ['STATE', marks('disabled', 'verified')],
    ['CREATED', 'created_at'],
  ],
  verbs: {
    create: {
      route: 'POST /v1/clients',
      does: 'register a client',
      words,
      switches: [
        {
          flag: '--public',
          does: 'it runs where it can keep no secret: the same as --auth-method none',
          field: 'token_endpoint_auth_method',
          value: 'none',
        },
      ],
      stdinWithout: administratorsFields,
      fields: [
        ['name', 'client_name'],
        ['client_id', 'client_id'],
        ['client_secret', 'secret'],
      ],
      note: ({ secret }) => (secret === null ? '' : shownOnce),
      help: createHelp,
    },
    list: {
      route: 'GET /v1/clients',
      does: 'list the clients, newest first',
      words: {
        organization_id: 'those of one organization',
        slug: 'the one that files know by this name',
        q: 'those whose name begins so, or the one with this id',
      },
    },
    show: { route: 'GET /v1/clients/:id', does: 'show a client', arguments: [client] },
    update: {
      route: 'PATCH /v1/clients/:id',
      does: 'change a client; --no-… takes away what was registered',
      arguments: [client],
      words,
    },
    'rotate-secret': {
      route: 'POST /v1/clients/:id/rotate-secret',
      does: 'give a client a new secret; the last one works on for a grace',
      arguments: [client],
      fields: [
        ['id', 'id'],
        ['client_secret', 'secret'],
      ],
      note: ({ old_secret_expires_at }) =>
        `${shownOnce} The old one ${old_secret_expires_at === null ? 'works no more' : `works until ${cell(old_secret_expires_at)} UTC`}.`,
    },
    disable: {
      route: 'PATCH /v1/clients/:id',
      does: 'stop a client and its tokens everywhere; nothing is deleted',
      arguments: [client],
      body: { disabled: true },
      said: ({ id = '' }) => `${id} is disabled.`,
    },
    enable: {
      route: 'PATCH /v1/clients/:id',
      does: 'let a disabled client work again',
      arguments: [client],
      body: { disabled: false },
      said: ({ id = '' }) => `${id} works again.`,
    },
    delete: {
      route: 'DELETE /v1/clients/:id',
      does: 'delete a client for good, and with it all that people have allowed it',
      arguments: [client],
      said: ({ id = '' }) => `${id} is deleted.`,
    },
  },
}

export const clientSecrets: Noun = {
  name: 'client-secrets',
  one: 'secret',
  does: 'the secrets of a client: several at once, each with its own end',
  none: 'It has no secrets.',
  columns: [
    ['ID', 'id'],
    ['ENDS WITH', ({ hint }) => `…${String(hint)}`],
    ['CREATED', 'created_at'],
    ['WORKS UNTIL', 'expires_at'],
  ],
  verbs: {
    create: {
      route: 'POST /v1/clients/:id/secrets',
      does: 'give a client one more secret; those that it has work on',
      arguments: [client],
      words: { expires_in: 'how long it works, in seconds; until it is deleted unless said' },
      fields: [
        ['id', 'id'],
        ['client_secret', 'secret'],
        ['works until', 'expires_at'],
      ],
      note: () => shownOnce,
    },
    list: { route: 'GET /v1/clients/:id/secrets', does: 'list the live secrets of a client', arguments: [client] },
    delete: {
      route: 'DELETE /v1/clients/:id/secrets/:secret_id',
      does: 'end a secret at once',
      arguments: [client, { name: 'secret-id', field: 'secret_id', of: 'client-secrets' }],
      said: ({ secret_id = '' }) => `${secret_id} works no more.`,
    },
  },
}
