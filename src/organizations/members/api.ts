/** `/v1/organizations/:id/members`: who belongs to an organization, and as what. */
import { z } from 'zod'
import { inputProblem } from '../../http/api/input.ts'
import { listPage, listParameters, listSchema } from '../../http/api/list.ts'
import { apiRoute, type ApiRoute } from '../../http/api/route.ts'
import { memberRole, time, timeOut } from '../../http/api/wire.ts'
import { Problem } from '../../http/problem.ts'
import type { OrganizationServices } from '../services.ts'
import { managerOf, visibleOrganization } from '../visible.ts'
import { addMember } from './add.ts'
import { changeRole } from './change-role.ts'
import { removeMember } from './remove.ts'
import { listMembers, type Member } from './store.ts'

const memberSchema = z
  .strictObject({
    organization_id: z.string(),
    user_id: z.string(),
    email: z.string(),
    name: z.string().nullable(),
    role: memberRole,
    disabled: z.boolean().describe('Whether the person is stopped, everywhere.'),
    created_at: timeOut.describe('Since when.'),
  })
  .meta({ id: 'Member' })
export type MemberOut = z.output<typeof memberSchema>

function shown(member: Member): z.input<typeof memberSchema> {
  return {
    organization_id: member.organizationId,
    user_id: member.userId,
    email: member.email,
    name: member.name,
    role: member.role,
    disabled: member.disabledAt !== null,
    created_at: time(member.createdAt),
  }
}

const organizationId = z.string().describe('The organization’s id.')
const ofOrganization = z.strictObject({ id: organizationId })
const ofMember = z.strictObject({ id: organizationId, user_id: z.string().describe('The person’s id.') })

export function memberRoutes({ db, revokeKeys, invitations }: OrganizationServices): ApiRoute[] {
  return [
    apiRoute({
      method: 'GET',
      path: '/v1/organizations/:id/members',
      summary: 'List the members of an organization',
      access: 'organizations:read',
      params: ofOrganization,
      query: z.strictObject(listParameters),
      answer: { status: 200, body: listSchema(memberSchema) },
      problems: ['not_found'],
      async handle({ params: { id }, query: { limit, cursor }, ...calling }) {
        await visibleOrganization(db, calling, id)
        const members = await listMembers(db, { organizationId: id, limit, cursor })
        const rows = members.map((member) => ({ ...member, id: member.userId }))
        return { status: 200, body: listPage(rows, limit, shown) }
      },
    }),
    apiRoute({
      method: 'POST',
      path: '/v1/organizations/:id/members',
      summary: 'Make a person a member at once; administrators of the platform only, all others invite',
      access: 'organizations:write',
      creates: true,
      params: ofOrganization,
      body: z.strictObject({
        user_id: z.string().describe('Who is there already.'),
        role: memberRole.default('member'),
      }),
      answer: { status: 201, body: memberSchema },
      problems: ['forbidden', 'not_found', 'conflict'],
      async handle({ params: { id }, body: { user_id, role }, context, tx, ...calling }) {
        await visibleOrganization(tx, calling, id)
        if (calling.reach !== 'everything') {
          const detail =
            'Nobody becomes a member without their consent: invite them, at /v1/organizations/:id/invitations.'
          throw new Problem('forbidden', { detail })
        }
        const added = await addMember(tx, { organizationId: id, userId: user_id, role }, context)
        if (added.outcome !== 'added') throw refusal(added.outcome)
        return { status: 201, body: shown(added.member) }
      },
    }),
    apiRoute({
      method: 'PATCH',
      path: '/v1/organizations/:id/members/:user_id',
      summary: "Change a member's role: owners manage everybody, and anybody may step down",
      access: 'organizations:write',
      params: ofMember,
      body: z.strictObject({ role: memberRole }),
      answer: { status: 200, body: memberSchema },
      problems: ['forbidden', 'not_found', 'conflict'],
      async handle({ params: { id, user_id }, body: { role }, context, ...calling }) {
        await visibleOrganization(db, calling, id)
        const wanted = { organizationId: id, userId: user_id, role }
        const changed = await changeRole({ db }, wanted, managerOf(calling, id), context)
        if (changed.outcome !== 'done') throw refusal(changed.outcome)
        return { status: 200, body: shown(changed.member) }
      },
    }),
    apiRoute({
      method: 'DELETE',
      path: '/v1/organizations/:id/members/:user_id',
      summary:
        'Remove a member, or leave: owners remove everybody, admins plain members; their keys of the organization are revoked for good',
      access: 'organizations:write',
      params: ofMember,
      answer: { status: 204, body: null },
      problems: ['forbidden', 'not_found', 'conflict'],
      async handle({ params: { id, user_id }, context, ...calling }) {
        await visibleOrganization(db, calling, id)
        const services = { db, revokeKeys, revokeInvitations: invitations.revokeTo }
        const which = { organizationId: id, userId: user_id }
        const removed = await removeMember(services, which, managerOf(calling, id), context)
        if (removed !== 'removed') throw refusal(removed)
        return { status: 204, body: undefined }
      },
    }),
  ]
}

function refusal(outcome: 'not_found' | 'personal' | 'forbidden' | 'last_owner' | 'unknown_user' | 'already'): Problem {
  switch (outcome) {
    case 'not_found':
      return new Problem('not_found')
    case 'personal':
      return new Problem('conflict', { detail: "A person's own organization has no other members." })
    case 'forbidden':
      return new Problem('forbidden', {
        detail: 'Admins manage plain members; admins and owners are managed by owners of the organization.',
      })
    case 'last_owner':
      return new Problem('conflict', { detail: 'An organization keeps an owner: make somebody else one first.' })
    case 'unknown_user':
      return inputProblem({ path: '/user_id', code: 'unknown', message: 'is nobody who could join' })
    case 'already':
      return new Problem('conflict', { detail: 'The person is a member already. Change the role with PATCH.' })
  }
}
