/** The code flow by the book, with a real client library. */
import { decodeJwt } from 'jose'
import * as oidc from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tokensFor } from '../support/flow.ts'
import {
  addClient,
  addPerson,
  addResources,
  reportsIdentifier,
  startTestServer,
  type TestClient,
  type TestPerson,
  type TestServer,
} from '../support/server.ts'

let server: TestServer
let client: TestClient
let person: TestPerson

beforeAll(async () => {
  server = await startTestServer()
  await addResources(server)
  client = await addClient(server)
  person = await addPerson(server)
})
afterAll(() => server[Symbol.asyncDispose]())

test('a person signs in, consents, and the app gets its tokens', async () => {
  const { tokens, app, callback, started } = await tokensFor(server, client, person, { scope: 'openid profile email' })
  expect(callback.searchParams.get('iss')).toBe(server.url)
  expect(callback.searchParams.get('state')).toBe(started.state)
  expect(tokens.claims()).toMatchObject({ sub: person.id, iss: server.url, aud: client.id, nonce: started.nonce })
  const info = await oidc.fetchUserInfo(app.configuration, tokens.access_token, person.id)
  expect(info).toMatchObject({ sub: person.id, email: person.email, email_verified: true, name: 'Ann Example' })
})

test('scopes of a resource give a JWT for that resource alone', async () => {
  const { tokens } = await tokensFor(server, client, person, { scope: 'openid reports:read' })
  expect(tokens.scope).toBe('reports:read')
  expect(decodeJwt(tokens.access_token)).toMatchObject({
    aud: reportsIdentifier,
    sub: person.id,
    client_id: client.id,
    scope: 'reports:read',
  })
})
