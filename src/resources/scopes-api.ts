/** The scopes of a resource over HTTP. */
import { z } from 'zod'
import { apiRoute, type ApiRoute } from '../http/api/route.ts'
import { listQuery, listSchema, pageOf } from '../http/api/list.ts'
import { Problem } from '../http/problem.ts'
import type { ResourceApiServices } from './api.ts'
import { conflict, demandAdministrator, findRegistered, findVisible } from './access.ts'
import { createScope, deleteScope, updateScope } from './change.ts'
import type { Resource, Scope } from './resource.ts'
import { newScope, scopeBody, scopeChanges, scopeChangesOf, scopeOut, showScope } from './wire.ts'

const idOrName = z.string().describe('The resource’s id, or its name.')
const ofResource = z.strictObject({ id: idOrName })
const ofScope = z.strictObject({ id: idOrName, name: z.string().describe('The scope’s name.') })

export function scopeRoutes({ db, builtIn, refresh }: ResourceApiServices): ApiRoute[] {
  return [
    apiRoute({
      method: 'GET',
      path: '/v1/resources/:id/scopes',
      summary: 'List the scopes of a resource that the caller sees',
      access: 'scopes:read',
      params: ofResource,
      query: listQuery,
      answer: { status: 200, body: listSchema(scopeOut) },
      problems: ['not_found'],
      async handle({ principal, reach, params: { id }, query }) {
        const { resource, scopes } = await findVisible(db, builtIn, id, principal, reach)
        // They are made with their resource and have an order of their own.
        const rows = scopes.map((scope) => ({ ...scope, createdAt: resource.createdAt, id: orderKey(scope) }))
        return { status: 200, body: pageOf(rows, query, showScope) }
      },
    }),

    apiRoute({
      method: 'POST',
      path: '/v1/resources/:id/scopes',
      summary: 'Add a scope to a resource',
      access: 'scopes:write',
      params: ofResource,
      body: scopeBody,
      answer: { status: 201, body: scopeOut },
      problems: ['not_found', 'forbidden', 'conflict'],
      creates: true,
      async handle({ reach, params: { id }, body, context, tx }) {
        demandAdministrator(reach)
        const { id: resourceId } = await findRegistered(tx, builtIn, id)
        const created = await createScope(tx, builtIn, resourceId, newScope(body), context)
        if (created.outcome === 'taken') throw conflict(created)
        if (created.outcome === 'not_found') throw new Problem('not_found')
        return { status: 201, body: showScope(scopeIn(created.resource, body.name)), afterwards: refresh }
      },
    }),

    apiRoute({
      method: 'PATCH',
      path: '/v1/resources/:id/scopes/:name',
      summary: 'Change a scope',
      access: 'scopes:write',
      params: ofScope,
      body: scopeChanges,
      answer: { status: 200, body: scopeOut },
      problems: ['not_found', 'forbidden'],
      async handle({ reach, params: { id, name }, body, context }) {
        demandAdministrator(reach)
        const changed = await db.$transaction(async (tx) => {
          const { id: resourceId } = await findRegistered(tx, builtIn, id)
          return updateScope(tx, resourceId, name, scopeChangesOf(body), context)
        })
        if (changed.outcome === 'not_found') throw new Problem('not_found')
        return { status: 200, body: showScope(scopeIn(changed.resource, name)), afterwards: refresh }
      },
    }),

    apiRoute({
      method: 'DELETE',
      path: '/v1/resources/:id/scopes/:name',
      summary: 'Delete a scope: keys and grants that name it have it no more',
      access: 'scopes:write',
      params: ofScope,
      answer: { status: 204, body: null },
      problems: ['not_found', 'forbidden'],
      async handle({ reach, params: { id, name }, context }) {
        demandAdministrator(reach)
        await db.$transaction(async (tx) => {
          const { id: resourceId } = await findRegistered(tx, builtIn, id)
          const { outcome } = await deleteScope(tx, resourceId, name, context)
          if (outcome === 'not_found') throw new Problem('not_found')
        })
        return { status: 204, body: undefined, afterwards: refresh }
      },
    }),
  ]
}

/** Lists run from the greatest down, and people see scopes by their position. */
const orderKey = ({ position, name }: Scope): string => `${String(1e9 - position).padStart(10, '0')} ${name}`

function scopeIn({ name, scopes }: Resource, wanted: string): Scope {
  const scope = scopes.find((one) => one.name === wanted)
  if (!scope) throw new Error(`${name} has no scope ${wanted}`)
  return scope
}
