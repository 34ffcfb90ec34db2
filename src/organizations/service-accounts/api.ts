/** `/v1/organizations/:id/service-accounts`: what acts for an organization and not for a person. */
import { z } from 'zod'
import { listPage, listParameters, listSchema } from '../../http/api/list.ts'
import { apiRoute, type ApiRoute } from '../../http/api/route.ts'
import { displayName, time, timeOut } from '../../http/api/wire.ts'
import { Problem } from '../../http/problem.ts'
import type { Db } from '../../platform/database.ts'
import type { OrganizationServices } from '../services.ts'
import { administeredOrganization, visibleOrganization } from '../visible.ts'
import { changeServiceAccount } from './change.ts'
import { createServiceAccount } from './create.ts'
import { deleteServiceAccount } from './delete.ts'
import { description } from './fields.ts'
import type { ServiceAccount } from './service-account.ts'
import { findServiceAccount, listServiceAccounts } from './store.ts'

const serviceAccountSchema = z
  .strictObject({
    id: z.string(),
    organization_id: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    administrator: z.boolean().describe('Whether its keys may hold administrators’ scopes: set on the host only.'),
    disabled: z.boolean().describe('Whether its keys are stopped.'),
    created_at: timeOut,
    updated_at: timeOut,
  })
  .meta({ id: 'ServiceAccount' })
export type ServiceAccountOut = z.output<typeof serviceAccountSchema>

function shown(account: ServiceAccount): z.input<typeof serviceAccountSchema> {
  return {
    id: account.id,
    organization_id: account.organizationId,
    name: account.name,
    description: account.description,
    administrator: account.administrator,
    disabled: account.disabledAt !== null,
    created_at: time(account.createdAt),
    updated_at: time(account.updatedAt),
  }
}

const organizationId = z.string().describe('The organization’s id.')
const ofOrganization = z.strictObject({ id: organizationId })
const ofAccount = z.strictObject({
  id: organizationId,
  service_account_id: z.string().describe('The service account’s id.'),
})

export function serviceAccountRoutes(services: OrganizationServices): ApiRoute[] {
  return [...collection(services), ...single(services)]
}

function collection({ db }: OrganizationServices): ApiRoute[] {
  return [
    apiRoute({
      method: 'GET',
      path: '/v1/organizations/:id/service-accounts',
      summary: 'List the service accounts of an organization',
      access: 'organizations:read',
      params: ofOrganization,
      query: z.strictObject(listParameters),
      answer: { status: 200, body: listSchema(serviceAccountSchema) },
      problems: ['not_found'],
      async handle({ params: { id }, query: { limit, cursor }, ...calling }) {
        await visibleOrganization(db, calling, id)
        const rows = await listServiceAccounts(db, { organizationId: id, limit, cursor })
        return { status: 200, body: listPage(rows, limit, shown) }
      },
    }),
    apiRoute({
      method: 'POST',
      path: '/v1/organizations/:id/service-accounts',
      summary: 'Create a service account',
      access: 'organizations:write',
      creates: true,
      params: ofOrganization,
      body: z.strictObject({ name: displayName, description: description.default(null) }),
      answer: { status: 201, body: serviceAccountSchema },
      problems: ['forbidden', 'not_found', 'conflict'],
      async handle({ params: { id }, body, context, tx, ...calling }) {
        await administeredOrganization(tx, calling, id)
        const wanted = { ...body, organizationId: id, administrator: false }
        const created = await createServiceAccount(tx, wanted, context)
        if (created.outcome !== 'created') throw nameTaken()
        return { status: 201, body: shown(created.account) }
      },
    }),
  ]
}

function single({ db, revokeKeys }: OrganizationServices): ApiRoute[] {
  return [
    apiRoute({
      method: 'GET',
      path: '/v1/organizations/:id/service-accounts/:service_account_id',
      summary: 'Get a service account',
      access: 'organizations:read',
      params: ofAccount,
      answer: { status: 200, body: serviceAccountSchema },
      problems: ['not_found'],
      async handle({ params: { id, service_account_id }, ...calling }) {
        await visibleOrganization(db, calling, id)
        const account = await findServiceAccount(db, { organizationId: id, id: service_account_id })
        if (!account) throw new Problem('not_found')
        return { status: 200, body: shown(account) }
      },
    }),
    apiRoute({
      method: 'PATCH',
      path: '/v1/organizations/:id/service-accounts/:service_account_id',
      summary: 'Change a service account; the keys of a disabled one stop',
      access: 'organizations:write',
      params: ofAccount,
      body: z.strictObject({
        name: displayName.optional(),
        description: description.optional(),
        disabled: z.boolean().optional().describe('Stops its keys, or lets them go on.'),
      }),
      answer: { status: 200, body: serviceAccountSchema },
      problems: ['forbidden', 'not_found', 'conflict'],
      async handle({ params: { id, service_account_id }, body, context, ...calling }) {
        await administeredOrganization(db, calling, id)
        const which = { organizationId: id, id: service_account_id }
        if (body.disabled === false && calling.reach !== 'everything') await demandOrdinary(db, which)
        const changed = await changeServiceAccount({ db }, which, body, context)
        if (changed.outcome !== 'done') {
          throw changed.outcome === 'name_taken' ? nameTaken() : new Problem('not_found')
        }
        return { status: 200, body: shown(changed.account) }
      },
    }),
    apiRoute({
      method: 'DELETE',
      path: '/v1/organizations/:id/service-accounts/:service_account_id',
      summary:
        'End a service account: its keys are revoked for good. One that has had keys stays in the list, disabled; another one is removed',
      access: 'organizations:write',
      params: ofAccount,
      answer: { status: 204, body: null },
      problems: ['forbidden', 'not_found'],
      async handle({ params: { id, service_account_id }, context, ...calling }) {
        await administeredOrganization(db, calling, id)
        const which = { organizationId: id, id: service_account_id }
        const deleted = await deleteServiceAccount({ db, revokeKeys }, which, context)
        if (deleted === 'not_found') throw new Problem('not_found')
        return { status: 204, body: undefined }
      },
    }),
  ]
}

/**
 * Its keys may hold administrators' scopes, so what stopped them is not undone by whoever administers its organization.
 * Only the command on the host makes one of these, or an ordinary one of it.
 * @throws {Problem} `forbidden`
 */
async function demandOrdinary(db: Db, which: { organizationId: string; id: string }): Promise<void> {
  const account = await findServiceAccount(db, which)
  if (!account?.administrator || account.disabledAt === null) return
  throw new Problem('forbidden', { detail: 'Only an administrator of the platform enables a service account of one.' })
}

function nameTaken(): Problem {
  return new Problem('conflict', {
    detail: 'The organization has a service account of this name.',
    errors: [{ path: '/name', code: 'taken', message: 'is the name of another service account of the organization' }],
  })
}
