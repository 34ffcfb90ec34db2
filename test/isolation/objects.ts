/** What belongs to a customer, one of each kind, and ids of what never was. */
import { drawApiKey } from '../../src/api-keys/format.ts'
import { newId } from '../../src/platform/ids.ts'
import { drawSecret, sealSecret } from '../../src/webhooks/secrets.ts'
import { addApiKey, addMember, addOrganization, addResource, addServiceAccount } from '../support/api.ts'
import { addClient, addPerson } from '../support/server.ts'
import { administrator, unlimited, type CallerName, type IsolationStage } from './callers.ts'

/** The parameters of a path, by their names. */
export type Named = Readonly<Record<string, string>>

export interface Kind {
  /** One more of the customer's. */
  make(stage: IsolationStage, by: CallerName): Promise<Named>
  /** What never was. */
  missing(): Named
  /** Belongs to the platform: whoever has the scope sees it, or doesn't, whoever they are. */
  platforms?: true
}

async function addInvitation({ platform, ours, ask }: IsolationStage): Promise<Named> {
  const email = `${crypto.randomUUID()}@example.com`
  const { body } = await ask(platform.key, 'POST', `/v1/organizations/${ours.id}/invitations`, { email })
  return { id: ours.id, invitation_id: (body as { id: string }).id }
}

async function addColleague({ server, ours }: IsolationStage): Promise<string> {
  const { id } = await addPerson(server)
  await addMember(server, ours.id, id)
  return id
}

async function addSession(stage: IsolationStage): Promise<{ id: string; userId: string }> {
  const [id, userId, uid] = [newId('ses'), await addColleague(stage), crypto.randomUUID()]
  const expiresAt = new Date(Date.now() + 3_600_000)
  const data = { id, userId, uid, digest: Buffer.from(uid), expiresAt }
  await stage.server.db.session.create({ data })
  return { id, userId }
}

async function addApi({ server }: IsolationStage): Promise<string> {
  const name = unique('api')
  await addResource(server, name, { [`${name}:read`]: 'anyone' })
  return name
}

async function addGrant({ server, ours }: IsolationStage): Promise<Named> {
  const client = await addClient(server, {}, { organization_id: ours.id })
  const id = newId('grt')
  const { id: userId } = await addPerson(server)
  const clientFingerprint = new Uint8Array(32)
  await server.db.grant.create({ data: { id, userId, clientId: client.id, clientFingerprint } })
  return { id }
}

async function addOurClient({ server, ours }: IsolationStage) {
  return addClient(server, {}, { organization_id: ours.id }, 'self_registered')
}

async function addPolicy({ server }: IsolationStage, resource: string): Promise<Named> {
  const { id } = await server.db.resource.findFirstOrThrow({ where: { name: resource } })
  const data = { name: resource, resourceId: id, routes: [] }
  await server.db.policy.upsert({ where: { name: resource }, create: data, update: {} })
  return { name: resource }
}

async function addWebhook({ server, ours }: IsolationStage): Promise<Named> {
  const { db, clock, secrets } = server
  const name = unique('webhook')
  const data = { id: newId('whk', clock), organizationId: ours.id, name, url: 'https://localhost:9/' }
  await db.webhookEndpoint.create({ data: { ...data, ...sealSecret(secrets, data.id, drawSecret()) } })
  return { id: data.id }
}

async function addDelivery(stage: IsolationStage): Promise<Named> {
  const { id: endpointId = '' } = await addWebhook(stage)
  const data = { id: newId('dlv'), endpointId, eventId: newId('evt'), type: 'webhook.test', body: '{}' }
  await stage.server.db.webhookDelivery.create({ data: { ...data, status: 'succeeded', createdAt: new Date() } })
  return { id: data.id }
}

const unique = (what: string) => `${what}-${crypto.randomUUID().slice(0, 8)}`

export const kinds = {
  organization: {
    make: async ({ ours }) => Promise.resolve({ id: ours.id }),
    missing: () => ({ id: newId('org') }),
  },
  /** To be deleted: by whoever may, another one than the callers'. */
  'whole organization': {
    make: async ({ server, ours }, by) => ({
      id: by === administrator ? await addOrganization(server, unlimited) : ours.id,
    }),
    missing: () => ({ id: newId('org') }),
  },
  key: {
    make: async ({ server, ours }) => ({ id: (await addApiKey(server, { organizationId: ours.id })).id }),
    missing: () => ({ id: newId('key') }),
  },
  person: {
    make: async (stage) => ({ id: await addColleague(stage) }),
    missing: () => ({ id: newId('usr') }),
  },
  member: {
    make: async (stage) => ({ id: stage.ours.id, user_id: await addColleague(stage) }),
    missing: () => ({ id: newId('org'), user_id: newId('usr') }),
  },
  'service account': {
    make: async ({ server, ours }) => ({ id: ours.id, service_account_id: await addServiceAccount(server, ours.id) }),
    missing: () => ({ id: newId('org'), service_account_id: newId('svc') }),
  },
  invitation: {
    make: addInvitation,
    missing: () => ({ id: newId('org'), invitation_id: newId('lnk') }),
  },
  client: {
    make: async (stage) => ({ id: (await addOurClient(stage)).id }),
    missing: () => ({ id: newId('cli') }),
  },
  'client secret': {
    async make(stage) {
      const { id, client } = await addOurClient(stage)
      return { id, secret_id: client.secrets[0]?.id ?? '' }
    },
    missing: () => ({ id: newId('cli'), secret_id: newId('sec') }),
  },
  grant: {
    make: addGrant,
    missing: () => ({ id: newId('grt') }),
  },
  webhook: {
    make: addWebhook,
    missing: () => ({ id: newId('whk') }),
  },
  delivery: {
    make: addDelivery,
    missing: () => ({ id: newId('dlv') }),
  },
  /** A colleague's. */
  session: {
    make: async (stage) => ({ id: (await addSession(stage)).id }),
    missing: () => ({ id: newId('ses') }),
  },
  'signed-in person': {
    make: async (stage) => ({ user_id: (await addSession(stage)).userId }),
    missing: () => ({ user_id: newId('usr') }),
  },
  /** A protected API of which the customer's people hold a scope. */
  resource: {
    make: async () => Promise.resolve({ id: 'reports' }),
    missing: () => ({ id: unique('nothing') }),
    platforms: true,
  },
  /** One to be changed or deleted. */
  'other resource': {
    make: async (stage) => ({ id: await addApi(stage) }),
    missing: () => ({ id: unique('nothing') }),
    platforms: true,
  },
  scope: {
    async make(stage) {
      const id = await addApi(stage)
      return { id, name: `${id}:read` }
    },
    missing: () => ({ id: unique('nothing'), name: 'nothing:read' }),
    platforms: true,
  },
  policy: {
    make: (stage) => addPolicy(stage, 'reports'),
    missing: () => ({ name: unique('nothing') }),
    platforms: true,
  },
  'other policy': {
    make: async (stage) => addPolicy(stage, await addApi(stage)),
    missing: () => ({ name: unique('nothing') }),
    platforms: true,
  },
  tier: {
    async make({ server }) {
      const name = unique('tier')
      await server.db.tier.create({ data: { name, hour: 10, burstSize: 10 } })
      return { name }
    },
    missing: () => ({ name: unique('nothing') }),
    platforms: true,
  },
  /** A live key itself, shown to verify. */
  credential: {
    make: async ({ server, ours }) => ({ credential: (await addApiKey(server, { organizationId: ours.id })).key }),
    missing: () => ({ credential: drawApiKey('kg', 'live') }),
  },
} as const satisfies Record<string, Kind>

export type KindName = keyof typeof kinds
