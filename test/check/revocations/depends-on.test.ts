/** What verify says an answer depends on, and what the feed then tells: the two must speak of the same things. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { revoke } from '../../oidc/endpoints.ts'
import { openStage, type Stage } from '../../oidc/stage.ts'
import { addAdministratorKey, addApiKey, call, type TestKey } from '../../support/api.ts'
import { openEventStream } from '../../support/event-stream.ts'
import { eventually } from '../../support/eventually.ts'
import { tokensFor } from '../../support/flow.ts'
import { addClient, addPerson, exportsIdentifier, reportsIdentifier, type TestPerson } from '../../support/server.ts'

let stage: Stage
let admin: TestKey
beforeAll(async () => {
  stage = await openStage()
  admin = await addAdministratorKey(stage.server)
})
afterAll(() => stage[Symbol.asyncDispose]())

const ask = (method: string, path: string, body?: unknown) =>
  call(stage.server.url, method, path, { key: admin.key, ...(body === undefined ? {} : { body }) })

async function dependenciesOf(credential: string, resource: string): Promise<string[]> {
  const { body } = await ask('POST', '/v1/keys/verify', { credential, resource, depends_on: true })
  expect(body).toMatchObject({ valid: true, depends_on: expect.any(Array) })
  return body.depends_on
}

type Client = Awaited<ReturnType<typeof addClient>>

/** Each with what ends it. */
const credentials = {
  async 'an API key, when it is revoked'() {
    const { key, id } = await addApiKey(stage.server, { scopes: ['reports:read'] })
    return { credential: key, resource: reportsIdentifier, end: () => ask('DELETE', `/v1/keys/${id}`) }
  },
  async 'an API key, when its organization’s tier changes'() {
    const { key, organizationId } = await addApiKey(stage.server, { scopes: ['reports:read'] })
    const end = () => ask('PATCH', `/v1/organizations/${organizationId}`, { tier: 'pro' })
    return { credential: key, resource: reportsIdentifier, end }
  },
  async 'an API key, when its tier gets other limits'() {
    const { key } = await addApiKey(stage.server, { scopes: ['reports:read'], tier: 'enterprise' })
    const end = () => ask('PUT', '/v1/tiers/enterprise', { hour: 5, burst: { size: 5 } })
    return { credential: key, resource: reportsIdentifier, end }
  },
  async 'a JWT, when its client revokes it'() {
    const { client, token } = await tokenFor('openid reports:read')
    return { credential: token, resource: reportsIdentifier, end: () => revoke(stage.server, client, token) }
  },
  async 'an opaque token, when its client revokes it'() {
    const { client, token } = await tokenFor('openid exports:run')
    return { credential: token, resource: exportsIdentifier, end: () => revoke(stage.server, client, token) }
  },
  async 'an opaque token, when its person cuts the app off'() {
    const { person, token } = await tokenFor('openid exports:run')
    const end = async () => {
      const { body } = await ask('GET', `/v1/grants?user_id=${person.id}`)
      await ask('DELETE', `/v1/grants/${body.data[0].id}`)
    }
    return { credential: token, resource: exportsIdentifier, end }
  },
} as const

async function tokenFor(scope: string): Promise<{ person: TestPerson; client: Client; token: string }> {
  const [person, client] = [await addPerson(stage.server), await addClient(stage.server)]
  const { tokens } = await tokensFor(stage.server, client, person, { scope })
  return { person, client, token: tokens.access_token }
}

test.for(Object.entries(credentials))('%s: the feed tells one of what its answer depends on', async ([, make]) => {
  const { credential, resource, end } = await make()
  const dependencies = await dependenciesOf(credential, resource)
  const stream = await openEventStream(`${stage.server.url}/v1/revocations`, { key: admin.key })
  onTestFinished(() => stream.close())
  await eventually(() => expect(stream.events.map(({ event }) => event)).toContain('ready'))
  const before = stream.events.length
  await end()
  await eventually(() => {
    const told = stream.events.slice(before).map(({ data }) => data.digest as string)
    expect(told.filter((digest) => dependencies.includes(digest))).not.toEqual([])
  })
})

test('nobody gets it who didn’t ask', async () => {
  const { key } = await addApiKey(stage.server, { scopes: ['reports:read'] })
  const { body } = await ask('POST', '/v1/keys/verify', { credential: key, resource: reportsIdentifier })
  expect(body.valid).toBe(true)
  expect(body).not.toHaveProperty('depends_on')
})
