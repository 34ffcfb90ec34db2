/** Walks through the API once, step by step, on a server of its own whose clock goes on a second with each. */
import { randomBytes, randomUUID } from 'node:crypto'
import { systemContext } from '../../src/audit/record.ts'
import type { Clock } from '../../src/platform/clock.ts'
import { newId } from '../../src/platform/ids.ts'
import { managementScopes } from '../../src/http/api/scopes.ts'
import { createEndpoint } from '../../src/webhooks/create.ts'
import { bodyOf } from '../../src/webhooks/deliveries/delivery.ts'
import { tokensFor } from '../support/flow.ts'
import {
  addAdministratorKey,
  addApiKey,
  addMember,
  addResource,
  call,
  type CallOptions,
  type Reply,
} from '../support/api.ts'
import { createAgent } from '../support/agent.ts'
import { addClient, addPerson, startTestServer, type TestServer } from '../support/server.ts'
import { readContract, type Contract, type ContractOperation } from './contract.ts'
import { steps, type Made, type Step } from './steps.ts'

export interface WalkStage extends AsyncDisposable {
  server: TestServer
  contract: Contract
  /** As it is now: the walk has changed a setting, so the description is made anew. */
  readAgain(): Promise<void>
  made: Made
  /** Of an administrator, with every scope and without limits. */
  key: string
  /** May do nothing. */
  powerless: string
  /** Has nothing left to spend. */
  spent: string
  /** Lets a second pass. */
  tick(): void
  ask(operation: ContractOperation, sent: Sent): Promise<Reply>
}

export interface Sent {
  credential?: string | undefined
  params?: Record<string, string>
  query?: Record<string, string>
  body?: unknown
  headers?: CallOptions['headers']
  text?: string
}

export interface Exchange {
  step: Step
  operation: ContractOperation
  sent: Sent
  reply: Reply
}

export const began = Date.parse('2026-01-31T12:00:00Z')

export async function openWalkStage(): Promise<WalkStage> {
  await using opening = new AsyncDisposableStack()
  let nowMs = began
  const clock: Clock = { now: () => new Date(nowMs) }
  const settings = { KEY_CREATIONS_PER_HOUR: '100000', PLATFORM_NAME: 'Example', SUPPORT_EMAIL: 'support@example.com' }
  const server = opening.use(await startTestServer({ clock, settings }))
  const { url } = server
  const read = async () => readContract((await call(url, 'GET', '/v1/openapi.json')).body)
  const contract = await read()
  const administrator = await addPerson(server, { email: 'ada@example.com', name: 'Ada Example', administrator: true })
  const [member, leaver] = [
    await addPerson(server, { email: 'ann@example.com' }),
    await addPerson(server, { email: 'lee@example.com', name: 'Lee Example' }),
  ]
  const { key } = await addAdministratorKey(server)
  const powerless = await addApiKey(server, { scopes: [] })
  const spent = await addApiKey(server, { scopes: [], limits: { hour: 1, burst: { size: 1 } } })
  const made: Made = {
    member,
    leaver,
    administrator,
    ...(await signedIn(server, administrator)),
    spare: await spareOf(server, leaver.id),
    ...(await toldOf(server)),
  }
  const open = opening.move()
  const stage: WalkStage = {
    server,
    contract,
    async readAgain() {
      stage.contract = await read()
    },
    made,
    key,
    powerless: powerless.key,
    spent: spent.key,
    tick: () => (nowMs += 1000),
    ask(operation, { credential, params = {}, query = {}, body, headers = {}, text }) {
      const filled = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
        encodeURIComponent(params[name] ?? '').replaceAll('%2F', '/'),
      )
      const search = new URLSearchParams(query).toString()
      const path = search === '' ? filled : `${filled}?${search}`
      const sent = text === undefined ? { body } : { text }
      return call(url, operation.method.toUpperCase(), path, { key: credential, headers, ...sent })
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
  return stage
}

/** One of each kind, to be deleted. */
async function spareOf(server: TestServer, userId: string): Promise<Made> {
  const key = await addApiKey(server)
  const expiresAt = new Date(server.clock.now().getTime() + 3_600_000)
  await addMember(server, key.organizationId, userId)
  await addResource(server, 'spare', { 'spare:read': 'anyone' })
  const { id: resourceId } = await server.db.resource.findFirstOrThrow({ where: { name: 'spare' } })
  await server.db.policy.create({ data: { name: 'spare', resourceId, routes: [] } })
  await server.db.tier.create({ data: { name: 'spare', hour: 10, burstSize: 10 } })
  const session = { id: newId('ses'), uid: randomUUID(), userId, digest: randomBytes(32), expiresAt }
  await server.db.session.create({ data: session })
  const client = await addClient(server)
  const grant = { id: newId('grt'), userId, clientId: client.id, clientFingerprint: new Uint8Array(32) }
  await server.db.grant.create({ data: grant })
  return { key, session, client, grant }
}

/** A webhook that something was sent to, and nothing will be. */
async function toldOf({ db, clock, secrets }: TestServer): Promise<Made> {
  const at = clock.now()
  const context = systemContext(clock)
  const wanted = {
    organizationId: null,
    name: 'Our log',
    url: 'https://logs.example.com/in',
    types: ['webhook.disabled'],
    ownerId: null,
  }
  const created = await db.$transaction((tx) => createEndpoint(tx, { secrets }, wanted, context))
  if (created.outcome !== 'created') throw new Error(created.outcome)
  const event = { type: 'api_key.revoked', at, data: { id: newId('key'), name: 'Export', hint: 'k3y9' } }
  const delivery = { id: newId('dlv'), endpointId: created.endpoint.id, eventId: newId('evt'), type: event.type }
  const state = { status: 'succeeded', attemptCount: 1, createdAt: at, endedAt: at }
  const attempt = { id: newId('att'), at, number: 1, durationMs: 84, status: 204 }
  await db.webhookDelivery.create({
    data: { ...delivery, ...state, body: bodyOf(event), attempts: { create: attempt } },
  })
  return { delivered: { id: delivery.id, webhookId: created.endpoint.id } }
}

/** Whom a person has allowed what, where they are signed in, and a token for what no key may do. */
async function signedIn(server: TestServer, person: Made['administrator']): Promise<Made> {
  const client = await addClient(server, {}, { tier: 'enterprise' })
  const scope = ['openid', ...managementScopes.map(({ name }) => name)].join(' ')
  const parameters = { scope, resource: `${server.url}/v1` }
  const { tokens } = await tokensFor(server, client, person, parameters, createAgent(server.url))
  const grant = await server.db.grant.findFirstOrThrow({ where: { userId: person.id } })
  const session = await server.db.session.findFirstOrThrow({ where: { userId: person.id } })
  return { token: tokens.access_token, grant, session, app: client }
}

export async function walk(stage: WalkStage): Promise<Exchange[]> {
  const { contract, made } = stage
  const byId = new Map(contract.operations.map((operation) => [operation.id, operation]))
  const exchanges: Exchange[] = []
  for (const step of steps) {
    const operation = byId.get(step.operation)
    if (!operation) continue
    const body = await step.body?.(made, stage)
    const sent: Sent = {
      credential: step.credential?.(made) ?? (isOpen(operation) ? undefined : stage.key),
      params: step.params?.(made) ?? {},
      query: step.query?.(made) ?? {},
      body,
      // Of its own, so that each can be sent again.
      headers: takesIdempotencyKey(operation) ? { 'idempotency-key': randomUUID() } : {},
    }
    stage.tick()
    // What is told of use doesn't depend on when it was written.
    await stage.server.running.inside.usage.flush()
    const reply = await stage.ask(operation, sent)
    if (step.keep) made[step.keep] = reply.body
    exchanges.push({ step, operation, sent, reply })
  }
  return exchanges
}

export const isOpen = ({ node }: ContractOperation): boolean => node.security.length === 0

export const takesIdempotencyKey = ({ node }: ContractOperation): boolean =>
  (node.parameters ?? []).some(({ $ref }: { $ref?: string }) => $ref?.endsWith('/idempotency-key'))
