/** The secrets of a client over HTTP: several at once, each with its own end. */
import { z } from 'zod'
import { listQuery, listSchema, pageOf } from '../http/api/list.ts'
import { apiRoute, type ApiRoute } from '../http/api/route.ts'
import { time } from '../http/api/wire.ts'
import { Problem } from '../http/problem.ts'
import { demandManageable, demandPassable, demandVisible } from './access.ts'
import { addClientSecret, liveSecrets, MOST_SECRETS } from './add-secret.ts'
import { deleteClientSecrets } from './delete-secret.ts'
import { rotateClientSecret } from './rotate-secret.ts'
import type { ClientServices } from './services.ts'
import { findClient, lockClient } from './store.ts'
import { newSecretOut, rotatedSecretOut, rotationBody, secretBody, secretOut, showSecret } from './wire.ts'

const clientId = z.string().describe('The client’s id.')
const ofClient = z.strictObject({ id: clientId })
const ofSecret = z.strictObject({ id: clientId, secret_id: z.string().describe('The secret’s id.') })

export function clientSecretRoutes(services: ClientServices): ApiRoute[] {
  const { db, clock } = services
  return [
    apiRoute({
      method: 'GET',
      path: '/v1/clients/:id/secrets',
      summary: 'List the live secrets of a client, by their hints',
      access: 'clients:read',
      params: ofClient,
      query: listQuery,
      answer: { status: 200, body: listSchema(secretOut) },
      problems: ['not_found'],
      async handle({ params: { id }, query, ...asking }) {
        const client = demandVisible(asking, await findClient(db, id))
        return { status: 200, body: pageOf(liveSecrets(client, clock), query, showSecret) }
      },
    }),

    apiRoute({
      method: 'POST',
      path: '/v1/clients/:id/secrets',
      summary: 'Give a client one more secret; it is in this answer only',
      access: 'clients:write',
      params: ofClient,
      body: secretBody,
      answer: { status: 201, body: newSecretOut },
      problems: ['not_found', 'forbidden', 'insufficient_scope', 'conflict'],
      creates: true,
      async handle({ params: { id }, body: { expires_in: expiresIn }, context, tx, ...asking }) {
        const client = demandManageable(asking, await lockClient(tx, id))
        demandPassable(services, asking, client)
        const added = await addClientSecret(tx, services, client, expiresIn ?? null, context)
        if (added.outcome === 'no_secret') throw provesItselfWithout(id)
        if (added.outcome === 'too_many') {
          throw new Problem('conflict', {
            detail: `A client has at most ${MOST_SECRETS} live secrets: delete one that is not needed any more.`,
          })
        }
        const { secret, resting } = added
        return { status: 201, body: { ...showSecret(resting), secret }, secretId: resting.id }
      },
    }),

    apiRoute({
      method: 'POST',
      path: '/v1/clients/:id/rotate-secret',
      summary: 'Give a client a new secret; the last one works on for a grace, and all others end',
      access: 'clients:write',
      params: ofClient,
      body: rotationBody,
      answer: { status: 200, body: rotatedSecretOut },
      problems: ['not_found', 'forbidden', 'insufficient_scope', 'conflict'],
      creates: true,
      async handle({ params: { id }, body: { grace_period: graceSeconds }, context, tx, ...asking }) {
        const client = demandManageable(asking, await lockClient(tx, id))
        demandPassable(services, asking, client)
        const rotated = await rotateClientSecret(tx, services, client, graceSeconds, context)
        if (rotated.outcome === 'no_secret') throw provesItselfWithout(id)
        const { secret, resting, oldSecretEndsAt } = rotated
        const body = { ...showSecret(resting), secret, old_secret_expires_at: time(oldSecretEndsAt) }
        return { status: 200, body, secretId: resting.id }
      },
    }),

    apiRoute({
      method: 'DELETE',
      path: '/v1/clients/:id/secrets/:secret_id',
      summary: 'End a secret at once',
      access: 'clients:write',
      params: ofSecret,
      answer: { status: 204, body: null },
      problems: ['not_found', 'forbidden'],
      async handle({ params: { id, secret_id: secretId }, context, ...asking }) {
        await db.$transaction(async (tx) => {
          const client = demandManageable(asking, await lockClient(tx, id))
          if ((await deleteClientSecrets(tx, client, [secretId], context)) === 0) throw new Problem('not_found')
        })
        return { status: 204, body: undefined }
      },
    }),
  ]
}

const provesItselfWithout = (id: string) => new Problem('conflict', { detail: `${id} proves itself without a secret.` })
