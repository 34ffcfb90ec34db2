/** Grants over HTTP: who sees what people have allowed, and that taking it back kills the tokens under it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isActive } from '../oidc/endpoints.ts'
import { openStage, type Stage } from '../oidc/stage.ts'
import { addAdministratorKey, addApiKey, addMember, addOrganization, call, type TestKey } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { tokensFor } from '../support/flow.ts'
import { addClient, addPerson, type TestClient, type TestPerson } from '../support/server.ts'

let stage: Stage
let platform: TestKey
beforeAll(async () => {
  stage = await openStage()
  platform = await addAdministratorKey(stage.server)
})
afterAll(() => stage[Symbol.asyncDispose]())

interface Shown {
  id: string
  data: Shown[]
  user_id: string
  client_id: string
  next_cursor: string | null
}

async function ask(key: string, method: string, path: string) {
  const reply = await call(stage.server.url, method, path, { key })
  return { status: reply.status, body: reply.body as Shown }
}

interface Allowed {
  person: TestPerson
  client: TestClient
  organizationId: string
  token: string
  grantId: string
}

/** Somebody has allowed a client of a new organization to see their reports. */
async function allowed(person?: TestPerson): Promise<Allowed> {
  const { server } = stage
  const somebody = person ?? (await addPerson(server))
  const organizationId = await addOrganization(server)
  const client = await addClient(server, {}, { organization_id: organizationId })
  const { tokens } = await tokensFor(server, client, somebody, { scope: 'openid reports:read' })
  const { id } = await server.db.grant.findFirstOrThrow({ where: { clientId: client.id } })
  return { person: somebody, client, organizationId, token: tokens.access_token, grantId: id }
}

/** A token of this person for the management API. */
async function tokenOf(person: TestPerson, scope = 'grants:read grants:write'): Promise<string> {
  const { tokens } = await tokensFor(stage.server, await addClient(stage.server), person, { scope: `openid ${scope}` })
  return tokens.access_token
}

const scopes = ['grants:read', 'grants:write']
const ids = ({ body }: { body: Shown }) => body.data.map(({ id }) => id)

describe('a person’s token', () => {
  test('sees what the person has allowed, and nothing of others', async () => {
    const [mine, others] = [await allowed(), await allowed()]
    const key = await tokenOf(mine.person)
    const listed = await ask(key, 'GET', '/v1/grants')
    expect(listed.body.data.map(({ user_id }) => user_id)).toEqual([mine.person.id, mine.person.id])
    expect(ids(listed)).toContain(mine.grantId)
    expect(await ask(key, 'GET', `/v1/grants/${mine.grantId}`)).toMatchObject({
      status: 200,
      body: {
        client_id: mine.client.id,
        organization_id: mine.organizationId,
        oidc_scopes: ['openid'],
        resource_scopes: { 'https://api.example.com/reports': ['reports:read'] },
        refused_resource_scopes: {},
      },
    })
    expect((await ask(key, 'GET', `/v1/grants/${others.grantId}`)).status).toBe(404)
    expect((await ask(key, 'DELETE', `/v1/grants/${others.grantId}`)).status).toBe(404)
    expect(await isActive(stage.server, others.client, others.token)).toBe(true)
  })

  test('takes it back: every token under it is dead at once, and it is noted whose client it was', async () => {
    const { grantId, client, token, person, organizationId } = await allowed()
    const key = await tokenOf(person)
    expect(await isActive(stage.server, client, token)).toBe(true)
    expect((await ask(key, 'DELETE', `/v1/grants/${grantId}`)).status).toBe(204)
    expect(await isActive(stage.server, client, token)).toBe(false)
    expect((await ask(key, 'DELETE', `/v1/grants/${grantId}`)).status).toBe(404)
    const event = await stage.server.db.auditEvent.findFirstOrThrow({
      where: { targetId: grantId, type: 'grant.revoked' },
    })
    expect(event).toMatchObject({ actorKind: 'user', actorId: person.id, organizationId })
  })
})

describe('an API key', () => {
  test('of an organization’s administrators sees what anybody has allowed its clients, and takes it back', async () => {
    const [own, other] = [await allowed(), await allowed()]
    const { key } = await addApiKey(stage.server, { organizationId: own.organizationId, scopes })
    expect(ids(await ask(key, 'GET', '/v1/grants'))).toEqual([own.grantId])
    expect((await ask(key, 'GET', `/v1/grants/${other.grantId}`)).status).toBe(404)
    expect((await ask(key, 'DELETE', `/v1/grants/${own.grantId}`)).status).toBe(204)
    expect(await isActive(stage.server, own.client, own.token)).toBe(false)
  })

  test('of a plain member sees nothing, of its person neither', async () => {
    const { organizationId, grantId, person } = await allowed()
    await addMember(stage.server, organizationId, person.id)
    const { key } = await addApiKey(stage.server, { organizationId, userId: person.id, scopes })
    await eventually(async () => expect((await ask(key, 'GET', '/v1/grants')).body.data).toEqual([]))
    expect((await ask(key, 'GET', `/v1/grants/${grantId}`)).status).toBe(404)
  })

  test('without the scope is refused', async () => {
    const { key } = await addApiKey(stage.server, { scopes: ['grants:read'] })
    expect((await ask(key, 'DELETE', '/v1/grants/grt_x')).status).toBe(403)
  })
})

test('an administrator sees all of them, by person and by client, in pages', async () => {
  const one = await allowed()
  const two = await allowed(one.person)
  const of = (query: string) => ask(platform.key, 'GET', `/v1/grants?${query}`)
  expect(ids(await of(`user_id=${one.person.id}`))).toEqual([two.grantId, one.grantId])
  expect(ids(await of(`client_id=${one.client.id}`))).toEqual([one.grantId])
  const first = await of(`user_id=${one.person.id}&limit=1`)
  expect(ids(first)).toEqual([two.grantId])
  const second = await of(`user_id=${one.person.id}&limit=1&cursor=${first.body.next_cursor}`)
  expect([ids(second), second.body.next_cursor]).toEqual([[one.grantId], null])
  expect((await ask(platform.key, 'DELETE', `/v1/grants/${one.grantId}`)).status).toBe(204)
})
