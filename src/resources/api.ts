/** Resources over HTTP: what a credential may reach, and, for administrators, the resources themselves. */
import { z } from 'zod'
import { listQuery, listSchema, pageOf } from '../http/api/list.ts'
import type { Reach } from '../http/api/principal.ts'
import { apiRoute, type ApiRoute } from '../http/api/route.ts'
import { Problem } from '../http/problem.ts'
import type { Db } from '../platform/database.ts'
import { conflict, demandAdministrator, findRegistered, findVisible } from './access.ts'
import { createResource, deleteResource, updateResource } from './change.ts'
import type { Resource } from './resource.ts'
import { listResources } from './store.ts'
import { visibleScopes } from './visible.ts'
import { definitionOf, resourceBody, resourceChanges, resourceChangesOf, resourceOut, showResource } from './wire.ts'

export interface ResourceApiServices {
  db: Db
  /** The management API. */
  builtIn: Resource
  /** After a change: whoever made it may name what is new in the next request, before the change is told to this server. */
  refresh: () => Promise<void>
}

const params = z.strictObject({ id: z.string().describe('The resource’s id, or its name.') })

export function resourceRoutes({ db, builtIn, refresh }: ResourceApiServices): ApiRoute[] {
  return [
    apiRoute({
      method: 'GET',
      path: '/v1/resources',
      summary: 'List what the credential may reach, with the scopes that it has there',
      access: 'any-credential',
      query: listQuery,
      answer: { status: 200, body: listSchema(resourceOut) },
      async handle({ principal, query }) {
        const reach: Reach =
          principal.administrator && principal.scopes.has('admin:resources:read') ? 'everything' : 'own'
        const rows = [...(await listResources(db)), builtIn].flatMap((resource) => {
          const scopes = visibleScopes(principal, reach, resource)
          return scopes ? [{ ...resource, scopes }] : []
        })
        return { status: 200, body: pageOf(rows, query, (row) => showResource(row, row.scopes)) }
      },
    }),

    apiRoute({
      method: 'POST',
      path: '/v1/resources',
      summary: 'Register a protected API, with its scopes',
      access: 'resources:write',
      body: resourceBody,
      answer: { status: 201, body: resourceOut },
      problems: ['forbidden', 'conflict'],
      creates: true,
      async handle({ reach, body, context, tx }) {
        demandAdministrator(reach)
        const created = await createResource(tx, builtIn, definitionOf(body), context)
        if (created.outcome === 'taken') throw conflict(created)
        return { status: 201, body: showResource(created.resource, created.resource.scopes), afterwards: refresh }
      },
    }),

    apiRoute({
      method: 'GET',
      path: '/v1/resources/:id',
      summary: 'Read a resource, by its id or its name',
      access: 'resources:read',
      params,
      answer: { status: 200, body: resourceOut },
      problems: ['not_found'],
      async handle({ principal, reach, params: { id } }) {
        const { resource, scopes } = await findVisible(db, builtIn, id, principal, reach)
        return { status: 200, body: showResource(resource, scopes) }
      },
    }),

    apiRoute({
      method: 'PATCH',
      path: '/v1/resources/:id',
      summary: 'Change a resource; its name stays',
      access: 'resources:write',
      params,
      body: resourceChanges,
      answer: { status: 200, body: resourceOut },
      problems: ['not_found', 'forbidden', 'conflict'],
      async handle({ reach, params: { id }, body, context }) {
        demandAdministrator(reach)
        const changed = await db.$transaction(async (tx) => {
          const resource = await findRegistered(tx, builtIn, id)
          return updateResource(tx, builtIn, resource.id, resourceChangesOf(body), context)
        })
        if (changed.outcome === 'taken') throw conflict(changed)
        if (changed.outcome === 'not_found') throw new Problem('not_found')
        return { status: 200, body: showResource(changed.resource, changed.resource.scopes), afterwards: refresh }
      },
    }),

    apiRoute({
      method: 'DELETE',
      path: '/v1/resources/:id',
      summary: 'Delete a resource with its scopes and its policy',
      access: 'resources:write',
      params,
      answer: { status: 204, body: null },
      problems: ['not_found', 'forbidden'],
      async handle({ reach, params: { id }, context }) {
        demandAdministrator(reach)
        await db.$transaction(async (tx) => {
          const resource = await findRegistered(tx, builtIn, id)
          const { outcome } = await deleteResource(tx, resource.id, context)
          if (outcome === 'not_found') throw new Problem('not_found')
        })
        return { status: 204, body: undefined, afterwards: refresh }
      },
    }),
  ]
}
