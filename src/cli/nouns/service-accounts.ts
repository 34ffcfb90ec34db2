/** `keygrant service-accounts …`: what acts for an organization and not for a person. */
import { marks } from './cell.ts'
import type { Noun } from './noun.ts'

const organization = { name: 'organization-id', field: 'id', of: 'organizations' } as const
const account = { name: 'service-account-id', field: 'service_account_id', of: 'service-accounts' } as const
const route = '/v1/organizations/:id/service-accounts/:service_account_id'

const administratorHelp = `
An administrator's service account may hold the scopes of the platform's administrators, for a gateway that depends on no
person. It is made on the host only. Put it into an organization of your own: whoever administers the organization can
stop it.`

export const serviceAccounts: Noun = {
  name: 'service-accounts',
  one: 'service account',
  does: 'what acts for an organization and not for a person',
  none: 'It has no service accounts.',
  columns: [
    ['ID', 'id'],
    ['NAME', 'name'],
    ['STATE', marks('administrator', 'disabled')],
    ['CREATED', 'created_at'],
  ],
  verbs: {
    create: {
      route: 'POST /v1/organizations/:id/service-accounts',
      does: 'make a service account',
      arguments: [organization],
      words: { name: 'unique in its organization' },
      help: administratorHelp,
      instead: {
        flag: '--administrator',
        does: "its keys may hold administrators' scopes",
        why: "No key makes a service account that may hold administrators' scopes.",
        load: async () => (await import('../host/administrator-account.ts')).addAdministratorAccount,
      },
    },
    list: {
      route: 'GET /v1/organizations/:id/service-accounts',
      does: 'list the service accounts of an organization, newest first',
      arguments: [organization],
    },
    show: { route: `GET ${route}`, does: 'show a service account', arguments: [organization, account] },
    update: {
      route: `PATCH ${route}`,
      does: 'change a service account; the keys of a disabled one stop',
      arguments: [organization, account],
      words: { name: 'unique in its organization' },
    },
    disable: {
      route: `PATCH ${route}`,
      does: 'stop a service account and its keys; nothing is revoked',
      arguments: [organization, account],
      body: { disabled: true },
      said: ({ service_account_id = '' }) => `${service_account_id} is disabled.`,
    },
    enable: {
      route: `PATCH ${route}`,
      does: 'let a disabled service account and its keys work again',
      arguments: [organization, account],
      body: { disabled: false },
      said: ({ service_account_id = '' }) => `${service_account_id} works again.`,
    },
    delete: {
      route: `DELETE ${route}`,
      does: 'revoke all keys of a service account for good; one that has had keys stays in the list, disabled',
      arguments: [organization, account],
      said: ({ service_account_id = '' }) => `${service_account_id} is ended, and its keys are revoked.`,
    },
  },
}
