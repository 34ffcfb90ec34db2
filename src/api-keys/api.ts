/** API keys over HTTP: `/v1/keys`, and what a key does about itself at `/v1/keys/self`. */
import { z } from 'zod'
import { listPage, listSchema } from '../http/api/list.ts'
import { apiRoute, type ApiRoute } from '../http/api/route.ts'
import { Problem } from '../http/problem.ts'
import type { LimitOverrides } from '../limits/limits.ts'
import { sightOf } from './asker.ts'
import { changeApiKey } from './change.ts'
import { changeOf, filterOf, keyFields, keyFilters, newKeyOf, rotationOf } from './fields.ts'
import { getApiKey } from './get.ts'
import { issueApiKey } from './issue.ts'
import { listApiKeyIds } from './list/store.ts'
import { revokeApiKey } from './revoke.ts'
import { rotateApiKey, rotateOwnApiKey } from './rotate.ts'
import { scopeUseRoutes } from './scope-use/api.ts'
import type { KeyServices } from './services.ts'
import { keyAnswers, showKey, showKeyWithSecret } from './show.ts'
import { findApiKey, listApiKeysById } from './store.ts'
import { tellOwner } from './tell-owner.ts'

const byId = z.strictObject({ id: z.string().describe('The key’s id, and never a secret of it.') })

export type KeyApiServices = KeyServices & {
  /** The schema of limits over a tier's. */
  limitOverrides: z.ZodType<LimitOverrides>
}

/** What comes in and what goes out. */
type Schemas = { fields: ReturnType<typeof keyFields> } & ReturnType<typeof keyAnswers>

/** Those of `self` come first: no key has that id, but a path of the others would match. */
export function apiKeyRoutes(services: KeyApiServices): ApiRoute[] {
  const { limitOverrides, settings } = services
  const schemas = { fields: keyFields(limitOverrides, settings), ...keyAnswers(limitOverrides) }
  return [
    ...selfRoutes(services, schemas),
    ...collection(services, schemas),
    ...single(services, schemas),
    ...scopeUseRoutes(services),
  ]
}

function selfRoutes(services: KeyApiServices, { fields, keyOut, keyWithSecretOut }: Schemas): ApiRoute[] {
  const { db, clock } = services
  return [
    apiRoute({
      method: 'GET',
      path: '/v1/keys/self',
      operation: 'getOwnKey',
      summary: 'Read the API key that calls',
      access: 'any-credential',
      charge: false,
      answer: { status: 200, body: keyOut },
      problems: ['forbidden'],
      async handle({ principal }) {
        const key = principal.kind === 'api_key' ? await findApiKey(db, principal.credentialId, clock.now()) : null
        if (!key) throw new Problem('forbidden', { detail: 'Only an API key reads itself here.' })
        return { status: 200, body: showKey(key, clock.now()) }
      },
    }),

    apiRoute({
      method: 'POST',
      path: '/v1/keys/self/rotate',
      operation: 'rotateOwnKey',
      summary: 'Give the API key that calls a new secret; its owner is told by mail',
      access: 'keys:rotate',
      creates: true,
      body: fields.rotateItself,
      answer: { status: 200, body: keyWithSecretOut },
      problems: ['forbidden', 'conflict'],
      async handle({ principal, reach, body, context, caller, tx }) {
        const rotated = await rotateOwnApiKey(tx, services, { principal, reach }, rotationOf(body), context)
        await tellOwner(tx, services, rotated, caller.address)
        return {
          status: 200,
          body: showKeyWithSecret(rotated, clock.now()),
          secretId: rotated.secretId,
        }
      },
    }),
  ]
}

function collection(services: KeyApiServices, { fields, keyOut, keyWithSecretOut }: Schemas): ApiRoute[] {
  const { db, clock } = services
  return [
    apiRoute({
      method: 'POST',
      path: '/v1/keys',
      summary: 'Issue an API key; its secret is in this answer only',
      access: 'keys:write',
      creates: true,
      body: fields.issue,
      answer: { status: 201, body: keyWithSecretOut },
      problems: ['insufficient_scope', 'forbidden', 'not_found', 'key_limit_reached', 'too_many_requests'],
      async handle({ principal, reach, body, context, tx }) {
        const issued = await issueApiKey(tx, services, { principal, reach }, newKeyOf(body), context)
        return { status: 201, body: showKeyWithSecret(issued, clock.now()), secretId: issued.secretId }
      },
    }),

    apiRoute({
      method: 'GET',
      path: '/v1/keys',
      summary: 'List API keys; members of an organization see their own, its owners and admins all of it',
      access: 'keys:read',
      query: keyFilters,
      answer: { status: 200, body: listSchema(keyOut) },
      async handle({ principal, reach, query }) {
        const now = clock.now()
        const { limit, cursor, ...asked } = query
        const filter = filterOf(asked)
        const page = { limit: limit + 1, after: cursor, now }
        const ids = await listApiKeyIds(db, sightOf({ principal, reach }), filter, page)
        const keys = await listApiKeysById(db, ids, now)
        return { status: 200, body: listPage(keys, limit, (key) => showKey(key, now)) }
      },
    }),
  ]
}

function single(services: KeyApiServices, { fields, keyOut, keyWithSecretOut }: Schemas): ApiRoute[] {
  const { db, clock } = services
  return [
    apiRoute({
      method: 'GET',
      path: '/v1/keys/:id',
      summary: 'Read an API key',
      access: 'keys:read',
      params: byId,
      answer: { status: 200, body: keyOut },
      problems: ['not_found'],
      async handle({ principal, reach, params: { id } }) {
        const key = await getApiKey(db, { principal, reach }, id, clock.now())
        return { status: 200, body: showKey(key, clock.now()) }
      },
    }),

    apiRoute({
      method: 'PATCH',
      path: '/v1/keys/:id',
      summary: 'Change an API key, for all its secrets at once',
      access: 'keys:write',
      params: byId,
      body: fields.change,
      answer: { status: 200, body: keyOut },
      problems: ['insufficient_scope', 'forbidden', 'not_found', 'conflict'],
      async handle({ principal, reach, params: { id }, body, context }) {
        const key = await db.$transaction((tx) =>
          changeApiKey(tx, services, { principal, reach }, id, changeOf(body), context),
        )
        return { status: 200, body: showKey(key, clock.now()) }
      },
    }),

    apiRoute({
      method: 'POST',
      path: '/v1/keys/:id/rotate',
      summary: 'Give an API key a new secret; the old one works on for a grace',
      access: 'keys:write',
      creates: true,
      params: byId,
      body: fields.rotate,
      answer: { status: 200, body: keyWithSecretOut },
      problems: ['insufficient_scope', 'forbidden', 'not_found', 'conflict', 'key_limit_reached'],
      async handle({ principal, reach, params: { id }, body, context, caller, tx }) {
        const rotated = await rotateApiKey(tx, services, { principal, reach }, id, rotationOf(body), context)
        if (rotated.byItself) await tellOwner(tx, services, rotated, caller.address)
        return {
          status: 200,
          body: showKeyWithSecret(rotated, clock.now()),
          secretId: rotated.secretId,
        }
      },
    }),

    ...(
      [
        ['POST', '/v1/keys/:id/revoke'],
        ['DELETE', '/v1/keys/:id'],
      ] as const
    ).map(([method, path]) =>
      apiRoute({
        method,
        path,
        summary: 'Revoke an API key with all its secrets, for good; doing it again changes nothing',
        access: 'keys:write',
        params: byId,
        answer: method === 'POST' ? { status: 200, body: keyOut } : { status: 204, body: null },
        problems: ['not_found'],
        async handle({ principal, reach, params: { id }, context }) {
          const key = await db.$transaction((tx) => revokeApiKey(tx, { principal, reach }, id, context))
          return method === 'POST' ? { status: 200, body: showKey(key, clock.now()) } : { status: 204, body: undefined }
        },
      }),
    ),
  ]
}
