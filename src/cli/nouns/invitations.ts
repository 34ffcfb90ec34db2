/** `keygrant invitations …`: how people come into an organization. */
import type { Noun } from './noun.ts'

const organization = { name: 'organization-id', field: 'id', of: 'organizations' } as const

export const invitations: Noun = {
  name: 'invitations',
  one: 'invitation',
  does: 'invitations into an organization that were not accepted yet',
  none: 'It has no open invitations.',
  columns: [
    ['ID', 'id'],
    ['E-MAIL', 'email'],
    ['ROLE', 'role'],
    ['SENT', 'created_at'],
    ['WORKS UNTIL', 'expires_at'],
  ],
  verbs: {
    create: {
      route: 'POST /v1/organizations/:id/invitations',
      does: 'mail somebody a link with which they join',
      arguments: [organization, { name: 'email', field: 'email' }],
      said: (_, { email, expires_at }) => `${String(email)} is invited, until ${String(expires_at)}.`,
    },
    list: {
      route: 'GET /v1/organizations/:id/invitations',
      does: 'list the invitations that still work, newest first',
      arguments: [organization],
    },
    revoke: {
      route: 'DELETE /v1/organizations/:id/invitations/:invitation_id',
      does: 'take an invitation back',
      arguments: [organization, { name: 'invitation-id', field: 'invitation_id', of: 'invitations' }],
      said: ({ invitation_id = '' }) => `${invitation_id} works no more.`,
    },
  },
}
