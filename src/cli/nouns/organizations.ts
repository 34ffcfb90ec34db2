/** `keygrant organizations …`: the platform's customers. */
import { marks } from './cell.ts'
import type { Noun } from './noun.ts'

const organization = { name: 'organization-id', field: 'id', of: 'organizations' } as const

export const organizations: Noun = {
  name: 'organizations',
  one: 'organization',
  does: "the platform's customers",
  none: 'There are no organizations.',
  columns: [
    ['ID', 'id'],
    ['NAME', 'name'],
    ['EXTERNAL ID', 'external_id'],
    ['TIER', 'tier'],
    ['KIND', marks('personal')],
    ['CREATED', 'created_at'],
  ],
  verbs: {
    create: {
      route: 'POST /v1/organizations',
      does: 'make an organization for a customer',
      words: { tier: 'what its keys may spend' },
    },
    list: {
      route: 'GET /v1/organizations',
      does: 'list organizations, newest first',
      flags: { q: 'name' },
      words: {
        external_id: "the one of this id of the platform's",
        tier: 'those of this tier',
        slug: 'the one that files know by this name',
        user_id: 'those that one person belongs to',
      },
    },
    show: { route: 'GET /v1/organizations/:id', does: 'show an organization', arguments: [organization] },
    update: {
      route: 'PATCH /v1/organizations/:id',
      does: 'change an organization; another tier holds for all of its keys at once',
      arguments: [organization],
      words: { tier: 'what its keys may spend', metadata: 'a JSON object in place of the one that is kept' },
    },
    delete: {
      route: 'DELETE /v1/organizations/:id',
      does: 'delete an organization for good: its keys are revoked and its clients deleted; its people stay',
      arguments: [organization],
      said: ({ id = '' }) => `${id} is deleted, and its keys work no more.`,
    },
  },
}
