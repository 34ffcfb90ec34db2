/** The API as its callers meet it: keys of every kind, put into the database as they rest there, and requests over HTTP. */
import { request as httpRequest } from 'node:http'
import { drawApiKey, hintOf } from '../../src/api-keys/format.ts'
import { managementScopes } from '../../src/http/api/scopes.ts'
import { newId } from '../../src/platform/ids.ts'
import type { Prisma } from '../../src/platform/prisma/client.ts'
import type { TestServer } from './server.ts'

export type Stage = Pick<TestServer, 'db' | 'secrets' | 'clock'>

export async function addOrganization(
  { db, clock }: Stage,
  columns: Partial<Prisma.OrganizationCreateInput> = {},
): Promise<string> {
  const id = newId('org', clock)
  await db.organization.create({ data: { id, name: 'Acme', ...columns } })
  return id
}

export async function addMember(
  { db }: Stage,
  organizationId: string,
  userId: string,
  role: 'owner' | 'admin' | 'member' = 'member',
): Promise<void> {
  await db.membership.create({ data: { organizationId, userId, role } })
}

export async function addServiceAccount(
  { db, clock }: Stage,
  organizationId: string,
  columns: Partial<Prisma.ServiceAccountUncheckedCreateInput> = {},
): Promise<string> {
  const id = newId('svc', clock)
  await db.serviceAccount.create({ data: { id, organizationId, name: id, ...columns } })
  return id
}

export interface TestKey {
  /** The secret itself. */
  key: string
  id: string
  secretId: string
  organizationId: string
  subject: string
}

interface KeyOptions extends Partial<Prisma.ApiKeyUncheckedCreateInput> {
  /** Of the one secret that it gets. */
  secret?: Partial<Prisma.ApiKeySecretUncheckedCreateInput>
  /** A chosen one. */
  key?: string
}

const ninetyDaysMs = 90 * 86_400_000

/** Acts for a new service account in a new organization, unless said otherwise. */
export async function addApiKey(stage: Stage, options: KeyOptions = {}): Promise<TestKey> {
  const { db, secrets, clock } = stage
  const { secret, key = drawApiKey('kg', options.environment ?? 'live'), ...columns } = options
  const organizationId = columns.organizationId ?? (await addOrganization(stage))
  const serviceAccountId =
    typeof columns.userId !== 'string'
      ? (columns.serviceAccountId ?? (await addServiceAccount(stage, organizationId)))
      : null
  const id = newId('key', clock)
  const secretId = newId('sec', clock)
  const now = clock.now()
  const expiresAt = new Date(now.getTime() + ninetyDaysMs)
  await db.apiKey.create({
    data: {
      id,
      name: 'A key',
      expiresAt,
      createdAt: now,
      ...columns,
      organizationId,
      serviceAccountId,
      secrets: {
        create: {
          id: secretId,
          digest: secrets.digest('api_key', key),
          hint: hintOf(key),
          createdAt: now,
          expiresAt: (columns.expiresAt as Date | undefined) ?? expiresAt,
          ...secret,
        },
      },
    },
  })
  return { key, id, secretId, organizationId, subject: columns.userId ?? serviceAccountId ?? '' }
}

/** What the first start makes: every scope of the management API, and any of registered resources to give on. */
export async function addAdministratorKey(stage: Stage, options: KeyOptions = {}): Promise<TestKey> {
  const organizationId = options.organizationId ?? (await addOrganization(stage, { name: 'Platform' }))
  const serviceAccountId = await addServiceAccount(stage, organizationId, { administrator: true })
  return addApiKey(stage, {
    scopes: managementScopes.map(({ name }) => name),
    grantableScopes: ['*'],
    tier: 'enterprise',
    organizationId,
    serviceAccountId,
    ...options,
  })
}

export interface Reply {
  status: number
  headers: Readonly<Record<string, string>>
  /** Parsed, if it is JSON; else the text. */
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any
}

export interface CallOptions {
  /** An API key or access token. */
  key?: string | undefined
  headers?: Record<string, string | string[]>
  /** Sent as JSON. */
  body?: unknown
  /** Sent as it is. */
  text?: string
}

/** One request exactly as given: no redirects, no normalising of the path. */
export async function call(
  origin: string,
  method: string,
  path: string,
  { key, headers = {}, body, text }: CallOptions = {},
): Promise<Reply> {
  const { hostname, port } = new URL(origin)
  const sent = text ?? (body === undefined ? undefined : JSON.stringify(body))
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        host: hostname,
        port,
        method,
        path,
        headers: {
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(sent === undefined ? {} : { 'content-length': Buffer.byteLength(sent) }),
          ...headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = []
        const head = {
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(
            Object.entries(response.headers).map(([name, value]) => [name, [value].flat().join(', ')]),
          ),
        }
        // A stream never ends by itself.
        if (response.headers['content-type'] === 'text/event-stream') {
          response.destroy()
          resolve({ ...head, body: '' })
          return
        }
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const content = Buffer.concat(chunks).toString()
          const json = /[/+]json/.test(response.headers['content-type'] ?? '')
          resolve({
            ...head,
            body: json && content !== '' ? (JSON.parse(content) as unknown) : content,
          })
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(sent)
  })
}

/** Calls one server, with one key unless another is given. */
export function caller(server: Pick<TestServer, 'url'>, key?: string) {
  return (method: string, path: string, options: CallOptions = {}) =>
    call(server.url, method, path, { key, ...options })
}

/** Registers a resource as the operator's file would, with scopes that anyone may have unless said. */
export async function addResource(
  { db, clock }: Stage,
  name: string,
  scopes: Record<string, 'anyone' | 'org_admin' | 'administrator'>,
): Promise<string> {
  const identifier = `https://api.example.com/${name}`
  const id = newId('res', clock)
  await db.resource.create({
    data: {
      id,
      name,
      identifier,
      title: name,
      scopes: {
        create: Object.entries(scopes).map(([scope, grantableBy], position) => ({
          name: scope,
          title: scope,
          grantableBy,
          position,
        })),
      },
    },
  })
  await db.$executeRaw`SELECT pg_notify('keygrant_changes', ${JSON.stringify({ kind: 'resource', id })})`
  return identifier
}
