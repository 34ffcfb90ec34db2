/** `/v1/users`: people, as far as the caller administers them. Who administers the platform is said on the host. */
import { z } from 'zod'
import { freshSignInProblems } from '../http/api/fresh-sign-in.ts'
import { inputProblem } from '../http/api/input.ts'
import { idsParameter, listPage, listParameters, listSchema } from '../http/api/list.ts'
import { administers, type Principal, type Reach } from '../http/api/principal.ts'
import { apiRoute, type ApiRoute } from '../http/api/route.ts'
import { language, time, timeOut } from '../http/api/wire.ts'
import { Problem } from '../http/problem.ts'
import { disableUser, enableUser } from './disable.ts'
import { renameUser } from './rename.ts'
import { mailResetLink } from './reset-password.ts'
import type { UserServices } from './services.ts'
import { findVisibleUser, listVisibleUsers, type Sight, type UserRecord } from './store.ts'
import { MAX_NAME, parseEmail, parseName } from './user.ts'
import { welcomeUser } from './welcome.ts'

const userSchema = z
  .strictObject({
    id: z.string(),
    email: z.string(),
    email_verified: z.boolean().describe('Whether they have shown that the mailbox is theirs.'),
    name: z.string().nullable(),
    disabled: z.boolean().describe('Whether they are stopped, with everything that acts for them.'),
    // It says whom an attacker had best deceive.
    administrator: z.boolean().optional().describe('Told to administrators of the platform only.'),
    created_at: timeOut,
    updated_at: timeOut,
  })
  .meta({ id: 'User' })
export type UserOut = z.output<typeof userSchema>

function shown(user: UserRecord, reach: Reach): z.input<typeof userSchema> {
  return {
    id: user.id,
    email: user.email,
    email_verified: user.emailVerifiedAt !== null,
    name: user.name,
    disabled: user.disabledAt !== null,
    ...(reach === 'everything' && { administrator: user.administrator }),
    created_at: time(user.createdAt),
    updated_at: time(user.updatedAt),
  }
}

/** Whoever reaches less than everything sees the people of the organizations that they administer. */
function sightOf({ principal, reach }: { principal: Principal; reach: Reach }): Sight {
  if (reach === 'everything') return 'everybody'
  const organizationIds = [...principal.organizations.keys()].filter((id) => administers(principal, reach, id))
  return { organizationIds }
}

const params = z.strictObject({ id: z.string().describe('The person’s id.') })

const name = z
  .string()
  .max(MAX_NAME, { error: `must have at most ${MAX_NAME} characters` })
  .transform((text) => parseName(text) || null)
  .nullable()

export function userRoutes(
  services: Pick<UserServices, 'db' | 'secrets' | 'clock' | 'organizations' | 'sendMail' | 'publicUrl' | 'endAccess'>,
): ApiRoute[] {
  const { db } = services
  return [
    apiRoute({
      method: 'GET',
      path: '/v1/users',
      summary: 'List the people of the organizations that you administer, or everybody',
      access: 'users:read',
      query: z.strictObject({
        ...listParameters,
        email: z.string().max(254).optional().describe('Whose address this is.'),
        q: z.string().min(1).max(254).optional().describe('What the name or the address begins with.'),
        ids: idsParameter,
      }),
      answer: { status: 200, body: listSchema(userSchema) },
      async handle({ query: { limit, cursor, email, q, ids }, ...calling }) {
        const rows = await listVisibleUsers(db, sightOf(calling), { email, prefix: q, ids, limit, cursor })
        return { status: 200, body: listPage(rows, limit, (user) => shown(user, calling.reach)) }
      },
    }),
    apiRoute({
      method: 'POST',
      path: '/v1/users',
      summary:
        'Add a person, and mail them a link with which they choose a password; for administrators of the platform',
      access: 'users:write',
      creates: true,
      body: z.strictObject({
        email: z.string().max(254),
        name: name.default(null),
        locale: language.prefault('en').describe('The language of the mail.'),
      }),
      answer: { status: 201, body: userSchema },
      problems: ['forbidden', 'conflict', 'too_many_requests'],
      async handle({ reach, body: { email: address, ...person }, context, tx }) {
        if (reach !== 'everything') {
          throw new Problem('forbidden', {
            detail: 'People are added by the platform. To let somebody into an organization, invite them.',
          })
        }
        const email = parseEmail(address)
        if (email === null) {
          throw inputProblem({ path: '/email', code: 'invalid', message: 'is not an e-mail address' })
        }
        const added = await welcomeUser(tx, services, { ...person, email }, context)
        if (added.outcome === 'email_taken') {
          const errors = [{ path: '/email', code: 'taken', message: 'has an account already' }]
          throw new Problem('conflict', { detail: 'There is an account of this address.', errors })
        }
        if (added.outcome === 'throttled') {
          const { retryAfterSeconds } = added
          throw new Problem('too_many_requests', {
            detail: 'So many mails went to this address lately.',
            retryAfterSeconds,
          })
        }
        const user = await findVisibleUser(tx, added.user.id, 'everybody')
        if (!user) throw new Error('a person who was just added is gone')
        return { status: 201, body: shown(user, reach), afterwards: added.send }
      },
    }),
    apiRoute({
      method: 'GET',
      path: '/v1/users/:id',
      summary: 'Get a person',
      access: 'users:read',
      params,
      answer: { status: 200, body: userSchema },
      problems: ['not_found'],
      async handle({ params: { id }, ...calling }) {
        const user = await findVisibleUser(db, id, sightOf(calling))
        if (!user) throw new Problem('not_found')
        return { status: 200, body: shown(user, calling.reach) }
      },
    }),
    apiRoute({
      method: 'PATCH',
      path: '/v1/users/:id',
      summary: "Change a person's name: your own, or anybody's as an administrator of the platform",
      access: 'users:write',
      params,
      body: z.strictObject({ name: name.optional() }),
      answer: { status: 200, body: userSchema },
      problems: ['forbidden', 'not_found'],
      async handle({ params: { id }, body, context, principal, reach }) {
        // Whose name it is sees themselves, also with a key of an organization in which they are a plain member.
        const isOwn = principal.subjectKind === 'user' && principal.subject === id
        const sight = isOwn ? 'everybody' : sightOf({ principal, reach })
        if (!(await findVisibleUser(db, id, sight))) throw new Problem('not_found')
        if (!isOwn && reach !== 'everything') {
          throw new Problem('forbidden', { detail: 'A person belongs to no organization: they change their own name.' })
        }
        if (body.name !== undefined) await renameUser({ db }, id, body.name, context)
        const user = await findVisibleUser(db, id, sight)
        if (!user) throw new Problem('not_found')
        return { status: 200, body: shown(user, reach) }
      },
    }),
    ...stopping(services),
    ...hostOnly.map(({ verb, does, command }) =>
      apiRoute({
        method: 'POST',
        path: `/v1/users/:id/${verb}`,
        summary: `${does}: on the host only, by keygrant users ${command}`,
        access: 'users:write',
        params,
        answer: { status: 204, body: null },
        problems: ['host_only'],
        handle: () =>
          Promise.reject(
            new Problem('host_only', {
              detail: `No credential can do this. On the host: keygrant users ${command} <email>`,
            }),
          ),
      }),
    ),
  ]
}

/** What would let a stolen key lock somebody out. */
function stopping(
  services: Pick<UserServices, 'db' | 'secrets' | 'clock' | 'sendMail' | 'publicUrl' | 'endAccess'>,
): ApiRoute[] {
  const { db } = services
  const known = async (id: string): Promise<UserRecord> => {
    const user = await findVisibleUser(db, id, 'everybody')
    if (!user) throw new Problem('not_found')
    return user
  }
  return [
    apiRoute({
      method: 'POST',
      path: '/v1/users/:id/disable',
      summary:
        'Stop a person: their sessions end, and what acts for them stops; for administrators who have just signed in',
      access: 'users:write',
      needs: 'fresh-sign-in',
      params,
      answer: { status: 200, body: userSchema },
      problems: [...freshSignInProblems, 'not_found', 'conflict'],
      async handle({ params: { id }, context }) {
        await known(id)
        const { outcome } = await disableUser(services, { id }, context)
        if (outcome === 'last_administrator') {
          throw new Problem('conflict', { detail: 'Nobody else administers the platform: make somebody first.' })
        }
        return { status: 200, body: shown(await known(id), 'everything') }
      },
    }),
    apiRoute({
      method: 'POST',
      path: '/v1/users/:id/enable',
      summary: 'Let a disabled person come back; for administrators who have just signed in',
      access: 'users:write',
      needs: 'fresh-sign-in',
      params,
      answer: { status: 200, body: userSchema },
      problems: [...freshSignInProblems, 'not_found'],
      async handle({ params: { id }, context }) {
        await known(id)
        await enableUser(services, { id }, context)
        return { status: 200, body: shown(await known(id), 'everything') }
      },
    }),
    apiRoute({
      method: 'POST',
      path: '/v1/users/:id/reset-password',
      summary: 'Mail a person a link with which they choose a new password; for administrators who have just signed in',
      access: 'users:write',
      needs: 'fresh-sign-in',
      params,
      answer: { status: 204, body: null },
      problems: [...freshSignInProblems, 'not_found', 'conflict', 'too_many_requests'],
      async handle({ params: { id }, context }) {
        const mailed = await mailResetLink(services, await known(id), context)
        if (mailed.outcome === 'disabled') {
          throw new Problem('conflict', { detail: 'This person is disabled: enable them first.' })
        }
        if (mailed.outcome === 'throttled') {
          const { retryAfterSeconds } = mailed
          throw new Problem('too_many_requests', {
            detail: 'So many mails went to this address lately.',
            retryAfterSeconds,
          })
        }
        return { status: 204, body: undefined }
      },
    }),
  ]
}

/** What would let a stolen session become an administrator, or take the others away. */
const hostOnly = [
  { verb: 'make-administrator', does: 'Make a person an administrator of the platform', command: 'make-admin' },
  { verb: 'revoke-administrator', does: 'Take the administration of the platform from a person', command: 'demote' },
] as const
