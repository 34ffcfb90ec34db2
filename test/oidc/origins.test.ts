/** Which pages may read what the endpoints answer a client (CORS): those of the client's own origin. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addClient } from '../support/server.ts'
import { post } from './endpoints.ts'
import { browserMetadata, nativeMetadata, openStage, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

const app = { client_name: 'ACME Mobile', token_endpoint_auth_method: 'none' }
const cases = [
  ['a page of the client', browserMetadata, 'https://spa.example.com', true],
  ['a page of somebody else', browserMetadata, 'https://evil.example', false],
  ['a page of the same site, but of another origin', browserMetadata, 'https://www.example.com', false],
  ['another port of this machine', nativeMetadata, 'http://127.0.0.1:8080', false],
  ['a page that hides its origin', { ...app, redirect_uris: ['com.example.app:/callback'] }, 'null', false],
] as const

test.for(cases)('%s', async ([, metadata, origin, allowed]) => {
  const client = await addClient(stage.server, metadata)
  for (const path of ['/oauth2/token', '/oauth2/revoke', '/oauth2/introspect']) {
    const parameters = path === '/oauth2/token' ? { grant_type: 'refresh_token', refresh_token: 'x' } : { token: 'x' }
    const { headers, status } = await post(stage.server, path, { client_id: client.id, ...parameters }, { origin })
    expect(headers.get('access-control-allow-origin')).toBe(allowed ? origin : null)
    expect(headers.get('access-control-allow-credentials')).toBeNull()
    if (!allowed) expect(status).toBe(400)
  }
})
