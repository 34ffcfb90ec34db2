/** Grants over HTTP: what people have allowed apps. */
import { z } from 'zod'
import { listPage, listParameters, listSchema } from '../http/api/list.ts'
import { administers, type Principal, type Reach } from '../http/api/principal.ts'
import { apiRoute, type ApiRoute } from '../http/api/route.ts'
import { time, timeOut } from '../http/api/wire.ts'
import { Problem } from '../http/problem.ts'
import type { Db } from '../platform/database.ts'
import { cutOff } from './cut-off.ts'
import { findSeenGrant, listGrantPage, type SeenGrant, type Sight } from './store.ts'

const byResource = z.record(z.string(), z.array(z.string()))

const grantOut = z
  .strictObject({
    id: z.string(),
    user_id: z.string().describe('Who has allowed it.'),
    client_id: z.string().describe('Whom.'),
    organization_id: z.string().nullable().describe('Of the client.'),
    oidc_scopes: z.array(z.string()),
    refused_oidc_scopes: z.array(z.string()),
    claims: z.array(z.string()).describe('Single claims about the person.'),
    refused_claims: z.array(z.string()),
    resource_scopes: byResource.describe('Scopes, by the identifier of their resource.'),
    refused_resource_scopes: byResource,
    created_at: timeOut,
    last_used_at: timeOut.nullable(),
  })
  .meta({ id: 'Grant' })

const params = z.strictObject({ id: z.string().describe('The grant’s id.') })
const query = z.strictObject({
  ...listParameters,
  user_id: z.string().optional().describe('What this person has allowed.'),
  client_id: z.string().optional().describe('What this client was allowed.'),
})

export type GrantOut = z.output<typeof grantOut>

export function grantRoutes({ db }: { db: Db }): ApiRoute[] {
  return [
    apiRoute({
      method: 'GET',
      path: '/v1/grants',
      summary: "List what the caller's people, or the people of its organizations' apps, have allowed",
      access: 'grants:read',
      query,
      answer: { status: 200, body: listSchema(grantOut) },
      async handle({ principal, reach, query: { limit, cursor, user_id: userId, client_id: clientId } }) {
        const rows = await listGrantPage(db, { limit, cursor, userId, clientId, sight: sightOf(principal, reach) })
        return { status: 200, body: listPage(rows, limit, show) }
      },
    }),

    apiRoute({
      method: 'GET',
      path: '/v1/grants/:id',
      summary: 'Read a grant',
      access: 'grants:read',
      params,
      answer: { status: 200, body: grantOut },
      problems: ['not_found'],
      async handle({ principal, reach, params: { id } }) {
        const grant = await findSeenGrant(db, id, sightOf(principal, reach))
        if (!grant) throw new Problem('not_found')
        return { status: 200, body: show(grant) }
      },
    }),

    apiRoute({
      method: 'DELETE',
      path: '/v1/grants/:id',
      summary: 'Take back what was allowed: every token under it is dead at once',
      access: 'grants:write',
      params,
      answer: { status: 204, body: null },
      problems: ['not_found'],
      async handle({ principal, reach, params: { id }, context }) {
        const grant = await findSeenGrant(db, id, sightOf(principal, reach))
        if (!grant) throw new Problem('not_found')
        const { userId, organizationId } = grant
        if (!(await cutOff(db, { grantId: id, userId, organizationId }, context))) throw new Problem('not_found')
        return { status: 204, body: undefined }
      },
    }),
  ]
}

/**
 * A person's token, and the person at a page, sees what that person has allowed; whoever administers an organization, what anybody has allowed its
 * clients; a client, what it was allowed itself. An API key sees nothing by its person: whoever administers its
 * organization could turn it into a key of their own, and must not get by it at what the person has elsewhere.
 */
function sightOf(principal: Principal, reach: Reach): Sight | null {
  if (reach === 'everything') return null
  const { kind, subjectKind, subject, organizations } = principal
  return {
    userId: (kind === 'access_token' || kind === 'session') && subjectKind === 'user' ? subject : null,
    clientId: subjectKind === 'client' ? subject : null,
    organizationIds: [...organizations.keys()].filter((id) => administers(principal, reach, id)),
  }
}

function show(grant: SeenGrant): z.input<typeof grantOut> {
  return {
    id: grant.id,
    user_id: grant.userId,
    client_id: grant.clientId,
    organization_id: grant.organizationId,
    oidc_scopes: [...grant.oidcScopes],
    refused_oidc_scopes: [...grant.refusedOidcScopes],
    claims: [...grant.claims],
    refused_claims: [...grant.refusedClaims],
    resource_scopes: copied(grant.resourceScopes),
    refused_resource_scopes: copied(grant.refusedResourceScopes),
    created_at: time(grant.createdAt),
    last_used_at: time(grant.lastUsedAt),
  }
}

const copied = (scopes: Readonly<Record<string, readonly string[]>>): Record<string, string[]> =>
  Object.fromEntries(Object.entries(scopes).map(([resource, names]) => [resource, [...names]]))
