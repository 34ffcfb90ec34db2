/** `/v1/organizations/:id/invitations`: how people come into an organization. Accepting one is for the mailbox that it went to. */
import { z } from 'zod'
import { inputProblem } from '../../http/api/input.ts'
import { listPage, listParameters, listSchema } from '../../http/api/list.ts'
import { apiRoute, type ApiRoute } from '../../http/api/route.ts'
import { language, memberRole, time, timeOut } from '../../http/api/wire.ts'
import { Problem } from '../../http/problem.ts'
import type { PendingInvitation } from '../../users/invitations.ts'
import type { OrganizationServices } from '../services.ts'
import { mayManage } from '../members/may-manage.ts'
import { administeredOrganization, managerOf } from '../visible.ts'

const invitationSchema = z
  .strictObject({
    id: z.string(),
    email: z.string(),
    role: memberRole.describe('What they become.'),
    created_at: timeOut,
    expires_at: timeOut,
  })
  .meta({ id: 'Invitation' })
export type InvitationOut = z.output<typeof invitationSchema>

function shown({ id, email, role, createdAt, expiresAt }: PendingInvitation): z.input<typeof invitationSchema> {
  return { id, email, role, created_at: time(createdAt), expires_at: time(expiresAt) }
}

const organizationId = z.string().describe('The organization’s id.')
const ofOrganization = z.strictObject({ id: organizationId })

export function invitationRoutes({ db, invitations }: OrganizationServices): ApiRoute[] {
  return [
    apiRoute({
      method: 'GET',
      path: '/v1/organizations/:id/invitations',
      summary: 'List the invitations into an organization that still work',
      access: 'organizations:read',
      params: ofOrganization,
      query: z.strictObject(listParameters),
      answer: { status: 200, body: listSchema(invitationSchema) },
      problems: ['forbidden', 'not_found'],
      async handle({ params: { id }, query: { limit, cursor }, ...calling }) {
        await administeredOrganization(db, calling, id)
        const rows = await invitations.list(db, { organizationId: id, limit, cursor })
        return { status: 200, body: listPage(rows, limit, shown) }
      },
    }),
    apiRoute({
      method: 'POST',
      path: '/v1/organizations/:id/invitations',
      summary: 'Mail somebody a link with which they join: owners invite as anything, admins as plain members',
      access: 'organizations:write',
      creates: true,
      params: ofOrganization,
      body: z.strictObject({
        email: z.string().max(254),
        role: memberRole.default('member'),
        locale: language.prefault('en').describe('The language of the mail.'),
      }),
      answer: { status: 201, body: invitationSchema },
      problems: ['forbidden', 'not_found', 'conflict', 'too_many_requests'],
      async handle({ params: { id }, body: { email, role, locale }, context, tx, ...calling }) {
        const { name, personalUserId } = await administeredOrganization(tx, calling, id)
        const { manager, userId } = managerOf(calling, id)
        if (personalUserId !== null) {
          throw new Problem('conflict', { detail: "A person's own organization has no other members." })
        }
        if (!mayManage(manager, { from: null, to: role, self: false })) throw ownersOnly()
        const wanted = { email, organization: { id, name, role }, inviterId: userId, locale }
        const invited = await invitations.issue(tx, wanted, context)
        if (invited.outcome === 'email_invalid') {
          throw inputProblem({ path: '/email', code: 'invalid', message: 'is not an e-mail address' })
        }
        if (invited.outcome === 'throttled') {
          const { retryAfterSeconds } = invited
          const detail = 'So many mails went to this address, or from this organization, lately.'
          throw new Problem('too_many_requests', { detail, retryAfterSeconds })
        }
        return { status: 201, body: shown(invited.invitation), afterwards: invited.send }
      },
    }),
    apiRoute({
      method: 'DELETE',
      path: '/v1/organizations/:id/invitations/:invitation_id',
      summary: 'Revoke an invitation',
      access: 'organizations:write',
      params: z.strictObject({ id: organizationId, invitation_id: z.string().describe('The invitation’s id.') }),
      answer: { status: 204, body: null },
      problems: ['forbidden', 'not_found'],
      async handle({ params: { id, invitation_id }, context, ...calling }) {
        await administeredOrganization(db, calling, id)
        const which = { organizationId: id, id: invitation_id }
        await db.$transaction(async (tx) => {
          const invitation = await invitations.find(tx, which)
          if (!invitation) throw new Problem('not_found')
          const { manager } = managerOf(calling, id)
          if (!mayManage(manager, { from: invitation.role, to: null, self: false })) throw ownersOnly()
          if (!(await invitations.revoke(tx, which, context))) throw new Problem('not_found')
        })
        return { status: 204, body: undefined }
      },
    }),
  ]
}

const ownersOnly = () =>
  new Problem('forbidden', { detail: 'Only owners of the organization invite owners and admins, and take that back.' })
