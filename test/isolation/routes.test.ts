/** What each kind of caller gets at each route: one table, and no route beside it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Access } from '../../src/http/api/route.ts'
import type { Reply } from '../support/api.ts'
import { addClient, addPerson } from '../support/server.ts'
import {
  administrator,
  callerNames,
  openIsolationStage,
  powerless,
  strangers,
  unknown,
  type CallerName,
  type IsolationStage,
} from './callers.ts'
import { kinds, type Kind, type Named } from './objects.ts'
import { realRoutes, type RealRoute } from './real-routes.ts'
import { crossed, requestOf, rows, type Row } from './route-table.ts'

let stage: IsolationStage
let routes: ReadonlyMap<string, RealRoute>
beforeAll(async () => {
  stage = await openIsolationStage()
  routes = await realRoutes(stage.server)
})
afterAll(() => stage[Symbol.asyncDispose]())

test('the table names every route that there is, once, and none that there isn’t', () => {
  const named = rows.map(({ route }) => route)
  expect(named.toSorted()).toEqual([...routes.keys()].toSorted())
  expect(new Set(named).size).toBe(named.length)
})

const isToken = (name: CallerName) => name.endsWith('itself') || name.endsWith('access token')
const is = (names: readonly CallerName[], name: CallerName) => names.includes(name)

/** For anyone who signs what they send, and there where the configuration names the signer; here it doesn't. */
const signed = 'POST /v1/leaks'

function expectedOf(row: Row, access: Access, name: CallerName): number {
  // Whoever it is, nobody looks at the credential.
  if (row.route === signed) return row.member
  if (is(unknown, name)) return 401
  // Which scopes it takes depends on what is asked for: with every other one but none, a key has them all.
  if (access === 'administrator' && name.startsWith(administrator)) return row.administrator
  if (is(powerless, name) && access !== 'any-credential') return 403
  if (isToken(name) && row.tokens !== null) return row.tokens
  if (name === administrator) return row.administrator
  if (is(strangers, name)) return row.stranger
  if (name === 'a member’s key') return row.member
  return name === 'the client itself' ? row.client : row.admin
}

/** Why, where the caller's credential is the reason. */
function reasonOf({ method, path }: Row, access: Access, name: CallerName): unknown {
  // A check says it in a header.
  if (path === '/v1/check') return expect.anything()
  if (`${method} ${path}` === signed) return expect.objectContaining({ code: 'not_found' })
  const codes: Partial<Record<CallerName, string>> = {
    nobody: 'missing',
    'an unknown key': 'not_found',
    'a revoked key': 'revoked',
  }
  const code = codes[name]
  if (code !== undefined) return expect.objectContaining({ code })
  if (!is(powerless, name) || access === 'any-credential' || access === 'administrator') return expect.anything()
  return expect.objectContaining({ code: 'insufficient_scope', missing_scopes: [access] })
}

const somebody = async () => (await addPerson(stage.server)).id

async function send(row: Row, name: CallerName, access: Access, named: Named): Promise<Reply & { sent: string }> {
  const { path, body } = await requestOf(row, named, somebody)
  const credential = await stage.credential(name, access)
  return { ...(await stage.ask(credential, row.method, path, body)), sent: path + JSON.stringify(body ?? '') }
}

/** All of an answer but for what differs between any two requests: its number, its moment, and the ids that were asked for. */
function told({ status, headers, body }: Reply, named: Named) {
  const same = Object.entries(headers).filter(
    ([header]) => !/^(?:date|content-length|x-request-id|.*ratelimit.*)$/.test(header),
  )
  const text = Object.values(named).reduce((whole, id) => whole.replaceAll(id, '…'), JSON.stringify(body))
  return { status, headers: Object.fromEntries(same), body: text.replace(/"request_id":"[^"]*"/, '') }
}

const kindOf = (row: Row): Kind | null => (row.about === null ? null : kinds[row.about])
const accessOf = (row: Row): Access => routes.get(row.route)?.access ?? 'anyone'

test.for(rows)('$route is answered to each as the table says, and tells a stranger nothing', async (row) => {
  const [kind, access] = [kindOf(row), accessOf(row)]
  const shared = (await kind?.make(stage, 'nobody')) ?? {}
  const { id, admin, member } = stage.ours
  const theirs = kind?.platforms ? [] : [id, admin.id, admin.email, member.id, member.email, ...Object.values(shared)]
  const got: Record<string, unknown> = {}
  const expected: Record<string, unknown> = {}
  for (const name of callerNames) {
    const status = expectedOf(row, access, name)
    // Whoever gets through may change it, or end it.
    const named = kind && status < 300 ? await kind.make(stage, name) : shared
    const reply = await send(row, name, access, named)
    const text = JSON.stringify([reply.body, reply.headers])
    const leaks = is(strangers, name) ? theirs.filter((one) => text.includes(one) && !reply.sent.includes(one)) : []
    expected[name] = { status, leaks: [], body: reasonOf(row, access, name) }
    got[name] = { status: reply.status, leaks, body: reply.body as unknown }
  }
  expect(got).toEqual(expected)
})

const ofCustomers = rows.filter((row) => row.about !== null && !kindOf(row)?.platforms)

test.for(ofCustomers)(
  '$route tells a stranger of what is there exactly what it tells of what never was',
  async (row) => {
    const [kind, access] = [kindOf(row), accessOf(row)]
    const foreign = (await kind?.make(stage, 'nobody')) ?? {}
    const theirClient = await addClient(stage.server, {}, { organization_id: stage.theirs.id })
    for (const name of strangers) {
      const missing = kind?.missing() ?? {}
      const reply = await send(row, name, access, foreign)
      expect([name, told(reply, foreign)]).toEqual([name, told(await send(row, name, access, missing), missing)])

      // Under what is the stranger's own, somebody else's is no more there than what never was.
      const mixed = crossed(foreign, stage.theirs, theirClient.id)
      if (!mixed) continue
      const never = { ...missing, id: mixed['id'] ?? '' }
      const answer = told(await send(row, name, access, mixed), mixed)
      expect([name, answer]).toEqual([name, told(await send(row, name, access, never), never)])
      expect([name, answer.status]).toEqual([name, 404])
    }
  },
)

const hidden = rows.flatMap((row) => [
  ...(row.about !== null && row.member === 404 ? [{ ...row, who: 'a member’s key' as const }] : []),
  ...(row.about !== null && row.client === 404 ? [{ ...row, who: 'the client itself' as const }] : []),
])

test.for(hidden)('$route tells $who, who doesn’t see it, what it tells of what never was', async (row) => {
  const [kind, access] = [kindOf(row), accessOf(row)]
  const [there, missing] = [(await kind?.make(stage, 'nobody')) ?? {}, kind?.missing() ?? {}]
  const reply = told(await send(row, row.who, access, there), there)
  expect(reply).toEqual(told(await send(row, row.who, access, missing), missing))
})
