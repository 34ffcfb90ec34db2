/** Who may open and send what: every page of the account and the console, out of the table that the server has. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAgent, type Agent } from '../../support/agent.ts'
import { signIn } from '../../support/flow.ts'
import { addPerson, startTestServer, type TestServer } from '../../support/server.ts'

let server: TestServer
let person: Agent
let administrator: Agent

beforeAll(async () => {
  server = await startTestServer()
  person = await signedIn(false)
  administrator = await signedIn(true)
})
afterAll(() => server[Symbol.asyncDispose]())

async function signedIn(isAdministrator: boolean): Promise<Agent> {
  const agent = createAgent(server.url)
  const someone = await addPerson(server)
  if (isAdministrator) await server.db.user.update({ where: { id: someone.id }, data: { administrator: true } })
  const answer = await signIn(agent, await agent.get('/sign-in'), someone)
  expect(answer.url).toContain('/account')
  return agent
}

interface Place {
  method: 'GET' | 'POST'
  path: string
}

/** With an id of nothing in place of each parameter. */
function places(area: RegExp): Place[] {
  const found = server.running.inside.pages.filter(({ path }) => area.test(path))
  expect(found.length).toBeGreaterThan(2)
  return found.map(({ method, path }) => ({ method, path: path.replaceAll(/:[a-z_]+/gi, 'nothing') }))
}

const form = { 'content-type': 'application/x-www-form-urlencoded' }

function ask(agent: Agent, { method, path }: Place, headers: Record<string, string> = {}): Promise<Response> {
  return agent.fetch(
    path,
    method === 'GET' ? { headers } : { method, headers: { ...form, ...headers }, body: 'name=x' },
  )
}

describe('the account and the console', () => {
  const all = /^\/(account|admin)(\/|$)/

  test('send whoever isn’t signed in to sign in, and show and change nothing', async () => {
    const stranger = createAgent(server.url)
    for (const place of places(all)) {
      const answer = await ask(stranger, place)
      const expected = place.method === 'GET' ? [303] : [403]
      expect(expected, `${place.method} ${place.path}`).toContain(answer.status)
      if (place.method === 'GET') expect(answer.headers.get('location')).toContain('/sign-in')
    }
  })

  test('take no form without the token of its own page, and none from another site', async () => {
    for (const place of places(all).filter(({ method }) => method === 'POST')) {
      for (const headers of [{}, { 'sec-fetch-site': 'cross-site' }]) {
        expect((await ask(administrator, place, headers)).status, place.path).toBe(403)
      }
    }
  })

  test('are kept by no cache and framed by nobody', async () => {
    for (const place of places(all).filter(({ method }) => method === 'GET')) {
      const answer = await ask(administrator, place)
      expect(answer.status, place.path).toBeLessThan(500)
      expect(answer.headers.get('cache-control'), place.path).toBe('no-store')
      expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    }
  })
})

describe('the console', () => {
  test('isn’t there for people who don’t administer the platform', async () => {
    for (const place of places(/^\/admin(\/|$)/).filter(({ method }) => method === 'GET')) {
      expect((await ask(person, place)).status, place.path).toBe(404)
    }
  })
})

describe('what isn’t there', () => {
  test('answers 404 in the account, like what is somebody else’s', async () => {
    const single = places(/^\/account\/.*:[a-z_]+/i).filter(({ method }) => method === 'GET')
    for (const place of single) expect((await ask(person, place)).status, place.path).toBe(404)
  })
})
