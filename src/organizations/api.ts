/** `/v1/organizations`: the platform's customers, their people and what acts for them. */
import { z } from 'zod'
import { inputProblem } from '../http/api/input.ts'
import { idsParameter, listPage, listParameters, listSchema } from '../http/api/list.ts'
import { apiRoute, type ApiRoute } from '../http/api/route.ts'
import { displayName, externalId, metadata, slug, time, timeOut } from '../http/api/wire.ts'
import { Problem } from '../http/problem.ts'
import { changeOrganization, type ChangedOrganization } from './change.ts'
import { createOrganization, type CreatedOrganization } from './create.ts'
import { deleteOrganization, type DeletedOrganization } from './delete.ts'
import { invitationRoutes } from './invitations/api.ts'
import { memberRoutes } from './members/api.ts'
import type { Organization } from './organization.ts'
import { serviceAccountRoutes } from './service-accounts/api.ts'
import type { OrganizationServices } from './services.ts'
import { listOrganizations } from './store.ts'
import { administeredOrganization, visibleOrganization } from './visible.ts'

export function organizationRoutes(services: OrganizationServices): ApiRoute[] {
  return [
    ...collection(services),
    ...single(services),
    ...memberRoutes(services),
    ...invitationRoutes(services),
    ...serviceAccountRoutes(services),
  ]
}

const organizationSchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    external_id: z.string().nullable().describe('The platform’s own id for this customer; no other one has it.'),
    slug: z.string().nullable().describe('The name by which files (`keygrant apply`) know it.'),
    tier: z.string().describe('What its keys and clients may spend, unless they have a tier of their own.'),
    personal: z.boolean().describe('Whether it is one person’s own.'),
    metadata: z.record(z.string(), z.unknown()),
    created_at: timeOut,
    updated_at: timeOut,
  })
  .meta({ id: 'Organization' })
export type OrganizationOut = z.output<typeof organizationSchema>

function shown(organization: Organization): z.input<typeof organizationSchema> {
  return {
    id: organization.id,
    name: organization.name,
    external_id: organization.externalId,
    slug: organization.slug,
    tier: organization.tier,
    personal: organization.personalUserId !== null,
    metadata: organization.metadata,
    created_at: time(organization.createdAt),
    updated_at: time(organization.updatedAt),
  }
}

const params = z.strictObject({ id: z.string().describe('The organization’s id.') })

function collection({ db }: OrganizationServices): ApiRoute[] {
  return [
    apiRoute({
      method: 'GET',
      path: '/v1/organizations',
      summary: 'List the organizations that you belong to, or all of them',
      access: 'organizations:read',
      query: z.strictObject({
        ...listParameters,
        external_id: externalId.optional().describe('The one that has it.'),
        slug: slug.optional().describe('The one that files know by it.'),
        q: z.string().min(1).max(120).optional().describe('What the name begins with.'),
        tier: slug.optional().describe('Those that have it.'),
        user_id: z.string().max(255).optional().describe('Those that this person belongs to.'),
        ids: idsParameter,
      }),
      answer: { status: 200, body: listSchema(organizationSchema) },
      async handle({ query, principal, reach }) {
        const { limit, cursor, external_id, slug: known, q, tier, user_id, ids } = query
        const among = reach === 'everything' ? null : [...principal.organizations.keys()]
        const filters = { among, externalId: external_id, slug: known, namePrefix: q, tier, userId: user_id, ids }
        const rows = await listOrganizations(db, { ...filters, limit, cursor })
        return { status: 200, body: listPage(rows, limit, shown) }
      },
    }),
    apiRoute({
      method: 'POST',
      path: '/v1/organizations',
      summary: "Create a customer's organization; administrators of the platform only",
      access: 'organizations:write',
      creates: true,
      body: z.strictObject({
        name: displayName,
        external_id: externalId.nullable().optional(),
        slug: slug.nullable().optional(),
        tier: slug.optional(),
        metadata: metadata.optional(),
      }),
      answer: { status: 201, body: organizationSchema },
      problems: ['forbidden', 'conflict'],
      async handle({ body, reach, context, tx }) {
        if (reach !== 'everything') throw platformOnly('Customers are created by the platform')
        const { external_id, ...customer } = body
        const created = await createOrganization(tx, { ...customer, externalId: external_id }, context)
        if (created.outcome !== 'created') throw refusal(created.outcome)
        return { status: 201, body: shown(created.organization) }
      },
    }),
  ]
}

function single({ db, revokeKeys, deleteClients }: OrganizationServices): ApiRoute[] {
  return [
    apiRoute({
      method: 'GET',
      path: '/v1/organizations/:id',
      summary: 'Get an organization',
      access: 'organizations:read',
      params,
      answer: { status: 200, body: organizationSchema },
      problems: ['not_found'],
      async handle({ params: { id }, ...calling }) {
        return { status: 200, body: shown(await visibleOrganization(db, calling, id)) }
      },
    }),
    apiRoute({
      method: 'PATCH',
      path: '/v1/organizations/:id',
      summary: 'Change an organization; external_id, slug and tier are for administrators of the platform',
      access: 'organizations:write',
      params,
      body: z.strictObject({
        name: displayName.optional(),
        external_id: externalId.nullable().optional(),
        slug: slug.nullable().optional(),
        tier: slug.optional(),
        metadata: metadata.optional(),
      }),
      answer: { status: 200, body: organizationSchema },
      problems: ['forbidden', 'not_found', 'conflict'],
      async handle({ params: { id }, body, context, ...calling }) {
        await administeredOrganization(db, calling, id)
        const { name, external_id, slug: known, tier, metadata: kept } = body
        const reserved = Object.entries({ external_id, slug: known, tier }).find(([, value]) => value !== undefined)
        if (reserved && calling.reach !== 'everything') throw platformOnly(`${reserved[0]} is set by the platform`)
        const change = {
          ...(name !== undefined && { name }),
          ...(external_id !== undefined && { externalId: external_id }),
          ...(known !== undefined && { slug: known }),
          ...(tier !== undefined && { tier }),
          ...(kept !== undefined && { metadata: kept }),
        }
        const changed = await changeOrganization({ db }, id, change, context)
        if (changed.outcome !== 'done') throw refusal(changed.outcome)
        return { status: 200, body: shown(changed.organization) }
      },
    }),
    apiRoute({
      method: 'DELETE',
      path: '/v1/organizations/:id',
      summary:
        'Delete an organization for good: its keys are revoked and its clients deleted; administrators of the platform only',
      access: 'organizations:write',
      params,
      answer: { status: 204, body: null },
      problems: ['forbidden', 'not_found', 'conflict'],
      async handle({ params: { id }, context, ...calling }) {
        await visibleOrganization(db, calling, id)
        if (calling.reach !== 'everything') throw platformOnly('Organizations are deleted by the platform')
        const deleted = await deleteOrganization({ db, revokeKeys, deleteClients }, id, context)
        if (deleted !== 'deleted') throw refusal(deleted)
        return { status: 204, body: undefined }
      },
    }),
  ]
}

function platformOnly(what: string): Problem {
  return new Problem('forbidden', { detail: `${what}: this needs an administrator with admin:organizations:write.` })
}

type Refused = Exclude<
  (CreatedOrganization | ChangedOrganization)['outcome'] | DeletedOrganization,
  'created' | 'done' | 'deleted'
>

function refusal(outcome: Refused): Problem {
  switch (outcome) {
    case 'not_found':
      return new Problem('not_found')
    case 'external_id_taken':
      return new Problem('conflict', {
        detail: 'Another organization has this external_id.',
        errors: [{ path: '/external_id', code: 'taken', message: 'is the external_id of another organization' }],
      })
    case 'slug_taken':
      return new Problem('conflict', {
        detail: 'Another organization has this slug.',
        errors: [{ path: '/slug', code: 'taken', message: 'is the slug of another organization' }],
      })
    case 'slug_of_personal':
      return new Problem('conflict', { detail: "Files know no person's own organization: it has no slug." })
    case 'unknown_tier':
      return inputProblem({ path: '/tier', code: 'unknown', message: 'is not a tier: see /v1/tiers' })
    case 'personal':
      return new Problem('conflict', { detail: "A person's own organization goes with the person only." })
  }
}
