/** OAuth clients over HTTP: those of the caller's organizations, or all of them. */
import { z } from 'zod'
import { inputProblem } from '../http/api/input.ts'
import { idsParameter, listPage, listParameters, listSchema } from '../http/api/list.ts'
import { slug } from '../http/api/wire.ts'
import { apiRoute, type ApiRoute } from '../http/api/route.ts'
import { Problem, type InputFault } from '../http/problem.ts'
import {
  demandAdministrator,
  demandChangeable,
  demandManageable,
  demandPassable,
  demandVisible,
  organizationOfNew,
} from './access.ts'
import { administratorFields } from './administrator-attributes.ts'
import type { Tx } from '../platform/database.ts'
import { metadataOf, usesSecret, type Client } from './client.ts'
import { removeClient } from './delete.ts'
import { deleteClientSecrets } from './delete-secret.ts'
import { switchClient } from './disable.ts'
import { checkRegistration, type Fault, type Registration } from './metadata-rules.ts'
import { unknownReferences } from './references.ts'
import { registerClient } from './register.ts'
import { clientSecretRoutes } from './secrets-api.ts'
import { knownBy, type ClientServices } from './services.ts'
import { findClient, isSlugTaken, listClientPage, lockClient } from './store.ts'
import { updateClient } from './update.ts'
import { attributesOf, clientBody, clientChanges, clientOut, newClientOut, showClient } from './wire.ts'

const params = z.strictObject({ id: z.string().describe('The client’s id.') })

export function clientRoutes(services: ClientServices): ApiRoute[] {
  const { db, clock } = services
  const known = knownBy(services)
  return [
    apiRoute({
      method: 'GET',
      path: '/v1/clients',
      summary: 'List clients, newest first',
      access: 'clients:read',
      query: z.strictObject({
        ...listParameters,
        organization_id: z.string().optional().describe('Those of this organization.'),
        slug: slug.optional().describe('The one that files know by it.'),
        q: z.string().min(1).max(255).optional().describe('What its name begins with, or its id.'),
        ids: idsParameter,
      }),
      answer: { status: 200, body: listSchema(clientOut) },
      async handle({ principal, reach, query }) {
        const { limit, cursor, organization_id: organizationId, ...filters } = query
        const organizationIds = reach === 'everything' ? null : [...principal.organizations.keys()]
        const rows = await listClientPage(db, { limit, cursor, organizationIds, organizationId, ...filters })
        return { status: 200, body: listPage(rows, limit, showClient) }
      },
    }),

    apiRoute({
      method: 'POST',
      path: '/v1/clients',
      summary: 'Register a client (RFC 7591 metadata); its secret is in this answer only',
      access: 'clients:write',
      body: clientBody,
      answer: { status: 201, body: newClientOut },
      problems: ['not_found', 'forbidden', 'insufficient_scope', 'conflict'],
      creates: true,
      async handle({ body, context, tx, ...asking }) {
        const { metadata, attributes } = split(body)
        demandAdministrator(asking, { ...attributes, organization_id: undefined })
        const organizationId = await organizationOfNew(tx, services, asking, body.organization_id)
        const registration = checked(metadata, { ...attributes, organization_id: organizationId })
        demandKnown(await unknownReferences(tx, known, registration))
        demandPassable(services, asking, registration)
        await demandFreeSlug(tx, registration.slug, null)
        // Whoever an administrator doesn't vouch for isn't assured, nor given what only administrators' clients get.
        const origin = asking.reach === 'everything' ? 'administrator' : 'self_registered'
        const { client, secret } = await registerClient(tx, services, registration, origin, context)
        const [resting] = client.secrets
        return {
          status: 201,
          body: { ...showClient(client), secret },
          ...(resting ? { secretId: resting.id } : {}),
        }
      },
    }),

    apiRoute({
      method: 'GET',
      path: '/v1/clients/:id',
      summary: 'Read a client',
      access: 'clients:read',
      params,
      answer: { status: 200, body: clientOut },
      problems: ['not_found'],
      async handle({ params: { id }, ...asking }) {
        return { status: 200, body: showClient(demandVisible(asking, await findClient(db, id))) }
      },
    }),

    apiRoute({
      method: 'PATCH',
      path: '/v1/clients/:id',
      summary: 'Change a client, disable it or enable it; null takes away what was registered',
      access: 'clients:write',
      params,
      body: clientChanges,
      answer: { status: 200, body: clientOut },
      problems: ['not_found', 'forbidden', 'insufficient_scope', 'conflict'],
      async handle({ params: { id }, body: { disabled, ...changes }, context, ...asking }) {
        const client = await db.$transaction(async (tx) => {
          const current = demandManageable(asking, await lockClient(tx, id))
          demandAdministrator(asking, changes)
          if (Object.keys(changes).length > 0) {
            demandChangeable(asking, current)
            const registration = changed(current, changes)
            demandKnown(await unknownReferences(tx, known, registration, current))
            if (credentialFields.some((field) => changes[field] !== undefined)) {
              demandPassable(services, asking, registration)
            }
            await demandFreeSlug(tx, registration.slug, current.id)
            await updateClient(tx, current, registration, context)
            if (usesSecret(current) && !usesSecret({ ...current, ...registration })) {
              await deleteClientSecrets(
                tx,
                current,
                current.secrets.map((secret) => secret.id),
                context,
              )
            }
          }
          if (disabled === false && current.disabledAt) demandPassable(services, asking, current)
          if (disabled !== undefined) await switchClient(tx, current, disabled ? clock.now() : null, context)
          return findClient(tx, id)
        })
        if (!client) throw new Error(`the client ${id} is gone while it is locked`)
        return { status: 200, body: showClient(client) }
      },
    }),

    apiRoute({
      method: 'DELETE',
      path: '/v1/clients/:id',
      summary: 'Delete a client, and with it all that people have allowed it',
      access: 'clients:write',
      params,
      answer: { status: 204, body: null },
      problems: ['not_found', 'forbidden'],
      async handle({ params: { id }, context, ...asking }) {
        await db.$transaction(async (tx) => {
          const client = demandManageable(asking, await lockClient(tx, id))
          await removeClient(tx, client, context)
        })
        return { status: 204, body: undefined }
      },
    }),

    ...clientSecretRoutes(services),
  ]
}

/** What a client may get by itself, and who can get it. */
const credentialFields = [
  'scope',
  'grant_types',
  'token_endpoint_auth_method',
  'jwks',
  'jwks_uri',
  'grantable_scopes',
  'organization_id',
] as const

type Input = Readonly<Record<string, unknown>>

/** RFC 7591's part, and what only an administrator sets. */
function split(body: Input): { metadata: Input; attributes: Input } {
  const entries = Object.entries(body)
  const isAttribute = ([name]: [string, unknown]) => name in administratorFields
  return {
    metadata: Object.fromEntries(entries.filter((entry) => !isAttribute(entry))),
    attributes: Object.fromEntries(entries.filter(isAttribute)),
  }
}

/** What the client would be, checked as a whole. */
function changed(client: Client, changes: Input): Registration {
  const { metadata, attributes } = split(changes)
  const { client_id: _, client_id_issued_at: _at, ...registered } = metadataOf(client)
  // What follows from the grants is worked out anew, unless it is said.
  const derived = 'grant_types' in metadata ? { response_types: null } : {}
  const merged = Object.entries({ ...registered, ...derived, ...metadata }).filter(([, value]) => value !== null)
  return checked(Object.fromEntries(merged), { ...attributesOf(client), ...attributes })
}

function checked(metadata: Input, attributes: Input): Registration {
  const result = checkRegistration(metadata, attributes)
  if (!result.ok) throw inputProblem(...result.faults.map((fault) => inputFault(fault, 'invalid')))
  return result.registration
}

function demandKnown(faults: readonly Fault[]): void {
  if (faults.length > 0) throw inputProblem(...faults.map((fault) => inputFault(fault, 'unknown')))
}

async function demandFreeSlug(tx: Tx, wanted: string | null, clientId: string | null): Promise<void> {
  if (wanted === null || !(await isSlugTaken(tx, wanted, clientId))) return
  throw new Problem('conflict', {
    detail: 'Another client has this slug.',
    errors: [{ path: '/slug', code: 'taken', message: 'is the slug of another client' }],
  })
}

/** `redirect_uris.0` is `/redirect_uris/0` in a body. */
function inputFault({ path, message }: Fault, code: string): InputFault {
  return { path: path === '' ? '' : `/${path.replaceAll('.', '/')}`, code, message }
}
