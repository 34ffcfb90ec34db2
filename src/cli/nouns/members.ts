/** `keygrant members …`: who belongs to an organization, and as what. */
import { marks } from './cell.ts'
import type { Noun, Row } from './noun.ts'

const organization = { name: 'organization-id', field: 'id', of: 'organizations' } as const
const person = { name: 'person', field: 'user_id', person: true, of: 'members' } as const

const withArticle: Readonly<Record<string, string>> = { owner: 'an owner', admin: 'an admin', member: 'a member' }
const partOf = ({ role }: Row): string => withArticle[String(role)] ?? String(role)

export const members: Noun = {
  name: 'members',
  one: 'member',
  does: 'the people of an organization',
  none: 'It has no members.',
  columns: [
    ['ID', 'user_id'],
    ['E-MAIL', 'email'],
    ['NAME', 'name'],
    ['ROLE', 'role'],
    ['STATE', marks('disabled')],
    ['SINCE', 'created_at'],
  ],
  verbs: {
    add: {
      route: 'POST /v1/organizations/:id/members',
      does: 'make somebody who has an account a member at once; to invite somebody: keygrant invitations create',
      arguments: [organization, { ...person, of: 'users' }],
      said: ({ id = '' }, row) => `${String(row['email'])} is ${partOf(row)} of ${id}.`,
    },
    list: {
      route: 'GET /v1/organizations/:id/members',
      does: 'list the members of an organization, newest first',
      arguments: [organization],
    },
    role: {
      route: 'PATCH /v1/organizations/:id/members/:user_id',
      does: 'give a member another role',
      arguments: [organization, person, { name: 'role', field: 'role' }],
      said: ({ id = '' }, row) => `${String(row['email'])} is ${partOf(row)} of ${id}.`,
    },
    remove: {
      route: 'DELETE /v1/organizations/:id/members/:user_id',
      does: 'take somebody out of an organization: their keys of it are revoked for good',
      arguments: [organization, person],
      said: ({ id = '', user_id = '' }) => `${user_id} is no member of ${id} any more.`,
    },
  },
}
