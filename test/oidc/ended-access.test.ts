/** Disabling a person or a client, and cutting off a grant, kills every token under it at once. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemContext } from '../../src/audit/record.ts'
import { endAccess } from '../../src/oidc/sessions/end-access.ts'
import { disableUser, enableUser } from '../../src/users/disable.ts'
import { addOrganization } from '../support/api.ts'
import { tokensFor } from '../support/flow.ts'
import { addClient, addPerson, exportsIdentifier, reportsIdentifier, type TestClient } from '../support/server.ts'
import { introspect, isActive, refresh, tokenRequest, userinfo } from './endpoints.ts'
import { openStage, type Stage } from './stage.ts'
import { disableClient, enableClient } from '../clients/disable.ts'

const machine = { grant_types: ['client_credentials'], redirect_uris: undefined } as const

let stage: Stage
/** Reads the tokens of both resources. */
let service: TestClient
beforeAll(async () => {
  stage = await openStage()
  service = await addClient(stage.server, machine, { introspects: [reportsIdentifier, exportsIdentifier] })
})
afterAll(() => stage[Symbol.asyncDispose]())

async function everyToken() {
  const { server } = stage
  const person = await addPerson(server)
  const client = await addClient(server)
  const jwt = await tokensFor(server, client, person, {
    scope: 'openid reports:read offline_access',
    prompt: 'consent',
  })
  const opaque = await tokensFor(server, client, person, { scope: 'openid exports:run' }, jwt.agent)
  const identity = await tokensFor(server, client, person, { scope: 'openid' }, jwt.agent)
  return {
    person,
    client,
    agent: jwt.agent,
    app: jwt.app,
    jwt: jwt.tokens,
    opaque: opaque.tokens,
    identity: identity.tokens,
  }
}

type Everything = Awaited<ReturnType<typeof everyToken>>

/** What each token is still good for, asked of everybody who would take it. */
async function livesOn({ client, jwt, opaque, identity }: Everything): Promise<Record<string, boolean>> {
  const { server } = stage
  const seenByService = async (token: string) => {
    const { status, body } = await introspect(server, service, token)
    if (status !== 200) throw new Error(`introspection answered ${status}`)
    return body['active'] === true
  }
  return {
    jwt: await seenByService(jwt.access_token),
    opaque: await seenByService(opaque.access_token),
    userinfo: (await userinfo(server, identity.access_token)).status === 200,
    offlineRefresh: (await refresh(server, client, jwt.refresh_token)).status === 200,
    refresh: (await refresh(server, client, opaque.refresh_token)).status === 200,
  }
}

const everythingLives = { jwt: true, opaque: true, userinfo: true, offlineRefresh: true, refresh: true }
const nothingLives = { jwt: false, opaque: false, userinfo: false, offlineRefresh: false, refresh: false }

test('while nothing is ended everything lives', async () => {
  expect(await livesOn(await everyToken())).toEqual(everythingLives)
})

test('a disabled person’s tokens and sessions are dead at once', async () => {
  const everything = await everyToken()
  const { server } = stage
  await server.db.user.update({ where: { id: everything.person.id }, data: { disabledAt: new Date() } })
  expect(await livesOn(everything)).toEqual(nothingLives)
  const page = await everything.agent.get('/account/connected-apps')
  expect(new URL(page.location ?? '').pathname).toBe('/sign-in')
  const account = await isActive(server, everything.client, everything.identity.access_token)
  expect(account).toBe(false)
})

test('disabling a person ends what they had for good: enabled again, they begin anew', async () => {
  const everything = await everyToken()
  const { server } = stage
  const context = systemContext(server.clock)
  await disableUser({ db: server.db, endAccess }, { email: everything.person.email }, context)
  expect(await livesOn(everything)).toEqual(nothingLives)
  await enableUser(server, { email: everything.person.email }, context)
  expect(await livesOn(everything)).toEqual(nothingLives)
  const page = await everything.agent.get('/account/connected-apps')
  expect(new URL(page.location ?? '').pathname).toBe('/sign-in')
  const { tokens } = await tokensFor(server, everything.client, everything.person, { scope: 'openid' })
  expect(tokens.scope).toBe('openid')
})

test('a disabled client’s tokens are dead at once, for everybody who asks', async () => {
  const everything = await everyToken()
  const { server } = stage
  await disableClient(server, everything.client.id, systemContext(server.clock))
  await expect.poll(() => livesOn(everything)).toEqual(nothingLives)
})

test('a disabled client’s own tokens are dead at once', async () => {
  const { server } = stage
  const client = await addClient(server, machine)
  const tokens = await Promise.all(
    ['reports:read', 'exports:run'].map(async (scope) => {
      const { body } = await tokenRequest(server, client, { grant_type: 'client_credentials', scope })
      return body['access_token'] as string
    }),
  )
  const seen = async () => Promise.all(tokens.map(async (token) => (await introspect(server, service, token)).body))
  expect(await seen()).toMatchObject([{ active: true }, { active: true }])
  await disableClient(server, client.id, systemContext(server.clock))
  await expect.poll(seen).toEqual([{ active: false }, { active: false }])
})

test('an enabled client’s tokens, which were not revoked, work again', async () => {
  const everything = await everyToken()
  const { server } = stage
  await disableClient(server, everything.client.id, systemContext(server.clock))
  await expect.poll(() => livesOn(everything)).toEqual(nothingLives)
  await enableClient(server, everything.client.id, systemContext(server.clock))
  await expect.poll(() => livesOn(everything)).toEqual(everythingLives)
})

test('cutting off what was allowed kills every token under it, offline access too, and asks anew', async () => {
  const everything = await everyToken()
  const { server } = stage
  const { id } = await server.db.grant.findFirstOrThrow({ where: { userId: everything.person.id } })
  await everything.agent.get(`/account/connected-apps/${id}`)
  const done = await everything.agent.submit(`/account/connected-apps/${id}`)
  expect(done.status).toBeLessThan(400)
  expect(await livesOn(everything)).toEqual(nothingLives)
  const prompt = await tokensFor(server, everything.client, everything.person, { scope: 'openid' }, everything.agent)
  expect(prompt.tokens.scope).toBe('openid')
  expect(await server.db.auditEvent.count({ where: { type: 'grant.revoked', targetId: id } })).toBe(1)
  expect(
    await server.db.outboxEvent.count({ where: { type: 'grant.revoked', data: { path: ['id'], equals: id } } }),
  ).toBe(1)
})

test('cutting off one app leaves the others, and nobody cuts off what is another’s', async () => {
  const [mine, theirs] = [await everyToken(), await everyToken()]
  const { server } = stage
  const { id } = await server.db.grant.findFirstOrThrow({ where: { userId: theirs.person.id } })
  const page = await mine.agent.get(`/account/connected-apps/${id}`)
  const missing = await mine.agent.get('/account/connected-apps/grt_nothing')
  expect([page.status, missing.status]).toEqual([404, 404])
  expect(await livesOn(theirs)).toEqual(everythingLives)
})

test('what somebody allowed before the mailbox was proven ends with a proof, and the organization of each app is told', async () => {
  const { server } = stage
  const person = await addPerson(server)
  const organizationId = await addOrganization(server)
  const theirs = await addClient(server, {}, { organization_id: organizationId })
  const nobodys = await addClient(server)
  const { agent } = await tokensFor(server, theirs, person, { scope: 'openid' })
  await tokensFor(server, nobodys, person, { scope: 'openid' }, agent)
  await server.db.$transaction((tx) =>
    endAccess(tx, person.id, { reason: 'credentials_changed', families: true }, systemContext(server.clock)),
  )
  const told = await server.db.outboxEvent.findMany({
    where: { type: 'grant.revoked', data: { path: ['user_id'], equals: person.id } },
  })
  const byClient = Object.fromEntries(
    told.map(({ data, organizationId: whose }) => [(data as { client_id: string }).client_id, whose]),
  )
  expect(byClient).toEqual({ [theirs.id]: organizationId, [nobodys.id]: null })
})
