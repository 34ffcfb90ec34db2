/** `keygrant resources …`, `scopes …` and `policies …`: protected APIs, what may be allowed there, and what gateways ask. */
import type { Noun, Row } from './noun.ts'

const resource = { name: 'resource', field: 'id', of: 'resources' } as const
const scope = { name: 'scope', field: 'name', of: 'scopes' } as const
const policy = { name: 'resource', field: 'name', of: 'policies' } as const

const count = (field: string) => (row: Row) => (row[field] as readonly unknown[]).length

export const resources: Noun = {
  name: 'resources',
  one: 'resource',
  does: 'protected APIs',
  none: 'There are no resources.',
  columns: [
    ['NAME', 'name'],
    ['IDENTIFIER', 'identifier'],
    ['TITLE', 'title'],
    ['SCOPES', count('scopes')],
    ['CREATED', 'created_at'],
  ],
  fields: [
    ['name', 'name'],
    ['id', 'id'],
    ['identifier', 'identifier'],
    ['title', 'title'],
    ['access token', 'access_token'],
    ['scopes', (row) => (row['scopes'] as readonly Row[]).map(({ name }) => name)],
  ],
  verbs: {
    create: {
      route: 'POST /v1/resources',
      does: 'register a protected API, with its scopes',
      words: {
        name: 'the short name that files and policies use',
        scopes: 'its scopes: [{"name":"reports:read","title":"See your reports"}]',
      },
    },
    list: { route: 'GET /v1/resources', does: 'list the resources that may be reached, newest first' },
    show: { route: 'GET /v1/resources/:id', does: 'show a resource, by its name or id', arguments: [resource] },
    update: { route: 'PATCH /v1/resources/:id', does: 'change a resource; its name stays', arguments: [resource] },
    delete: {
      route: 'DELETE /v1/resources/:id',
      does: 'delete a resource with its scopes and its policy',
      arguments: [resource],
      said: ({ id = '' }) => `${id} is deleted.`,
    },
  },
}

export const scopes: Noun = {
  name: 'scopes',
  one: 'scope',
  does: 'what may be allowed at a resource',
  none: 'It has no scopes.',
  columns: [
    ['NAME', 'name'],
    ['TITLE', 'title'],
    ['GRANTABLE BY', 'grantable_by'],
    ['OPTIONAL', 'optional'],
    ['SENSITIVE', 'sensitive'],
    ['WRITES', 'writes'],
  ],
  verbs: {
    create: {
      route: 'POST /v1/resources/:id/scopes',
      does: 'add a scope to a resource',
      arguments: [resource],
      words: { name: 'unique across all resources: reports:read' },
    },
    list: { route: 'GET /v1/resources/:id/scopes', does: 'list the scopes of a resource', arguments: [resource] },
    update: {
      route: 'PATCH /v1/resources/:id/scopes/:name',
      does: 'change a scope',
      arguments: [resource, scope],
    },
    delete: {
      route: 'DELETE /v1/resources/:id/scopes/:name',
      does: 'delete a scope: keys and grants that name it have it no more',
      arguments: [resource, scope],
      said: ({ name = '' }) => `${name} is deleted.`,
    },
  },
}

export const policies: Noun = {
  name: 'policies',
  one: 'policy',
  does: 'what gateways ask at /v1/check/@…, one for each resource',
  none: 'There are no policies.',
  columns: [
    ['NAME', 'name'],
    ['ENVIRONMENT', 'environment'],
    ['MODE', 'mode'],
    ['ROUTES', count('routes')],
    ['CHANGED', 'updated_at'],
  ],
  verbs: {
    list: { route: 'GET /v1/policies', does: 'list the policies, newest first' },
    show: { route: 'GET /v1/policies/:name', does: 'show the policy of a resource', arguments: [policy] },
    put: {
      route: 'PUT /v1/policies/:name',
      does: 'make the policy of a resource, or replace it',
      arguments: [{ ...policy, of: 'resources' }],
    },
    delete: {
      route: 'DELETE /v1/policies/:name',
      does: 'delete a policy: whatever asks by it is refused',
      arguments: [policy],
      said: ({ name = '' }) => `${name} has no policy any more.`,
    },
  },
}
