/** `keygrant tiers …` and `usage …`: what may be spent, and what was. */
import type { Noun } from './noun.ts'

const tier = { name: 'tier', field: 'name', of: 'tiers' } as const

export const tiers: Noun = {
  name: 'tiers',
  one: 'tier',
  does: 'how much the keys and clients of an organization may spend',
  none: 'There are no tiers.',
  columns: [
    ['NAME', 'name'],
    ['HOUR', 'hour'],
    ['BURST', 'burst'],
    ['LIMIT PER', 'limit_per'],
    ['CHANGED', 'updated_at'],
  ],
  verbs: {
    list: { route: 'GET /v1/tiers', does: 'list the tiers, newest first' },
    show: { route: 'GET /v1/tiers/:name', does: 'show a tier', arguments: [tier] },
    put: {
      route: 'PUT /v1/tiers/:name',
      does: 'make a tier, or change it: its keys and clients have the new limits within a second',
      arguments: [tier],
    },
    delete: {
      route: 'DELETE /v1/tiers/:name',
      does: 'delete a tier that nobody uses',
      arguments: [tier],
      said: ({ name = '' }) => `${name} is deleted.`,
    },
  },
}

export const usage: Noun = {
  name: 'usage',
  one: 'row',
  does: 'how often credentials were allowed, limited and denied',
  none: 'Nothing was used.',
  columns: [
    ['FROM', 'time'],
    ['OF', (row) => row['key_id'] ?? row['client_id'] ?? row['route'] ?? row['organization_id']],
    ['ALLOWED', 'allowed'],
    ['LIMITED', 'limited'],
    ['DENIED', 'denied'],
    ['COST', 'cost'],
  ],
  verbs: {
    list: {
      route: 'GET /v1/usage',
      does: 'list the usage of each interval, newest first; thirteen months are kept',
      words: { organization_id: 'that of one organization' },
    },
  },
}
