/** Sessions over HTTP: where somebody is signed in, and its end. */
import { z } from 'zod'
import { listPage, listParameters, listSchema } from '../../http/api/list.ts'
import type { Principal, Reach } from '../../http/api/principal.ts'
import { apiRoute, type ApiRoute } from '../../http/api/route.ts'
import { time, timeOut } from '../../http/api/wire.ts'
import { Problem } from '../../http/problem.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db } from '../../platform/database.ts'
import { endSessions } from './end.ts'
import { findSession, isPersonal, isUser, listSessionPage, type ListedSession, type Sight } from './store.ts'

const sessionOut = z
  .strictObject({
    id: z.string(),
    user_id: z.string(),
    created_at: timeOut,
    authenticated_at: timeOut.nullable().describe('When the person last showed in it who they are.'),
    amr: z.array(z.string()).describe('How they showed it (RFC 8176).'),
    user_agent: z.string().nullable().describe('What the browser called itself at the sign-in.'),
    address: z.string().nullable().describe('The address that the sign-in came from.'),
    last_used_at: timeOut.nullable().describe('When a page was last opened in it, to within an hour.'),
    expires_at: timeOut.describe('Moves on while it is used.'),
    client_ids: z.array(z.string()).describe('The clients that the person is signed in to by it.'),
  })
  .meta({ id: 'Session' })

const params = z.strictObject({ id: z.string().describe('The session’s id.') })

export type SessionOut = z.output<typeof sessionOut>

export function sessionRoutes({ db, clock }: { db: Db; clock: Clock }): ApiRoute[] {
  return [
    apiRoute({
      method: 'GET',
      path: '/v1/sessions',
      summary: 'List the sessions of the person who calls, or everybody’s',
      access: 'sessions:read',
      query: z.strictObject({
        ...listParameters,
        user_id: z.string().optional().describe('Those of this person alone.'),
      }),
      answer: { status: 200, body: listSchema(sessionOut) },
      async handle({ principal, reach, query: { limit, cursor, user_id: userId } }) {
        const sight = await sightOf(db, principal, reach)
        const page = { limit, cursor, userId, now: clock.now() }
        const rows = sight === 'nothing' ? [] : await listSessionPage(db, { ...page, sight })
        return { status: 200, body: listPage(rows, limit, show) }
      },
    }),

    apiRoute({
      method: 'GET',
      path: '/v1/sessions/:id',
      summary: 'Read a session',
      access: 'sessions:read',
      params,
      answer: { status: 200, body: sessionOut },
      problems: ['not_found'],
      async handle({ principal, reach, params: { id } }) {
        return { status: 200, body: show(await getSession(principal, reach, id)) }
      },
    }),

    apiRoute({
      method: 'DELETE',
      path: '/v1/sessions/:id',
      summary: 'End a session: the browser is signed out, and every token that ends with it is dead at once',
      access: 'sessions:write',
      params,
      answer: { status: 204, body: null },
      problems: ['not_found'],
      async handle({ principal, reach, params: { id }, context }) {
        await getSession(principal, reach, id)
        if ((await endSessions(db, { id }, context)) === 0) throw new Problem('not_found')
        return { status: 204, body: undefined }
      },
    }),

    apiRoute({
      method: 'DELETE',
      path: '/v1/sessions',
      summary: 'End every session of a person, or all but one',
      access: 'sessions:write',
      // Named, so that nobody ends by mistake what they meant to look at.
      query: z.strictObject({
        user_id: z.string().describe('Whose sessions end.'),
        except: z.string().optional().describe('The session that goes on.'),
      }),
      answer: { status: 204, body: null },
      problems: ['not_found'],
      async handle({ principal, reach, query: { user_id: userId, except }, context }) {
        const sight = await sightOf(db, principal, reach)
        const isSeen = sight === null ? await isUser(db, userId) : sight !== 'nothing' && sight.userId === userId
        if (!isSeen) throw new Problem('not_found')
        await endSessions(db, { userId, except }, context)
        return { status: 204, body: undefined }
      },
    }),
  ]

  async function getSession(principal: Principal, reach: Reach, id: string): Promise<ListedSession> {
    const sight = await sightOf(db, principal, reach)
    const session = sight === 'nothing' ? null : await findSession(db, id, sight, clock.now())
    if (!session) throw new Problem('not_found')
    return session
  }
}

/**
 * A person's token sees the person's own, and so does the person at a page. So does a key in their personal organization; but one of an organization with
 * others in it sees none: whoever administers that one could turn it into a key of their own, and must not get by it at
 * where somebody is signed in, whatever role they have.
 */
async function sightOf(db: Db, principal: Principal, reach: Reach): Promise<Sight | 'nothing'> {
  if (reach === 'everything') return null
  const { kind, subjectKind, subject, organizationId } = principal
  if (subjectKind !== 'user') return 'nothing'
  if (kind === 'access_token' || kind === 'session') return { userId: subject }
  return organizationId !== null && (await isPersonal(db, organizationId, subject)) ? { userId: subject } : 'nothing'
}

function show(session: ListedSession): z.input<typeof sessionOut> {
  return {
    id: session.id,
    user_id: session.userId,
    created_at: time(session.createdAt),
    authenticated_at: time(session.signedInAt),
    amr: [...session.amr],
    user_agent: session.userAgent,
    address: session.address,
    last_used_at: time(session.lastUsedAt),
    expires_at: time(session.expiresAt),
    client_ids: [...session.clientIds],
  }
}
