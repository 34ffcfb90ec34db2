/** `Idempotency-Key`: an answer is given again to whom it was given, and to nobody who came by the same words. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addAdministratorKey, addServiceAccount, type Reply } from '../support/api.ts'
import { addClient, addPerson } from '../support/server.ts'
import { eventually } from '../support/eventually.ts'
import { everyScope, openIsolationStage, outcome, tokenOfPerson, type IsolationStage } from './callers.ts'
import { kinds, type Kind } from './objects.ts'
import { realRoutes, type RealRoute } from './real-routes.ts'
import { requestOf, rows } from './route-table.ts'

let stage: IsolationStage
let routes: ReadonlyMap<string, RealRoute>
beforeAll(async () => {
  stage = await openIsolationStage()
  routes = await realRoutes(stage.server)
})
afterAll(() => stage[Symbol.asyncDispose]())

const isReplayed = ({ headers }: Reply) => headers['idempotency-replayed'] === 'true'
const secretOf = ({ body }: Reply) => (body as { secret?: string | null }).secret
const once = () => ({ 'idempotency-key': crypto.randomUUID() })

/**
 * What creates, as the table has it; the test of the whole table sees to it that none is missing. The same document
 * applied again changes nothing, whoever applies it.
 */
const creators = rows.filter(
  ({ route, method, administrator }) =>
    method === 'POST' && administrator < 300 && !/\/(?:verify|verify-batch|revoke|apply)$/.test(route),
)

test('these are all the routes that take one', () => {
  // What needs a fresh sign-in, no key does at all.
  const creating = [...routes].flatMap(([route, { creates, needs }]) => (creates && !needs ? [route] : []))
  expect(creators.map(({ route }) => route).toSorted()).toEqual(creating.toSorted())
})

describe.for(creators)('$route', (row) => {
  /** The same request, by whom one says. */
  async function prepared() {
    const kind: Kind | null = row.about === null ? null : kinds[row.about]
    const named = (await kind?.make(stage, 'nobody')) ?? {}
    const { path, body } = await requestOf(row, named, async () => (await addPerson(stage.server)).id)
    const headers = once()
    return (credential: { key: string }) => stage.ask(credential, 'POST', path, body, headers)
  }

  test('gives its answer again to the same credential, and to no other of the same owner', async () => {
    const key = await addAdministratorKey(stage.server)
    const { organizationId, subject: serviceAccountId } = key
    const twin = await addAdministratorKey(stage.server, { organizationId, serviceAccountId })
    const send = await prepared()
    const first = await send(key)
    const again = await send(key)
    expect([first.status, isReplayed(first)]).toEqual([row.administrator, false])
    expect([again.status, isReplayed(again), again.body]).toEqual([row.administrator, true, first.body])
    expect(isReplayed(await send(twin))).toBe(false)
  })

  test('gives it to no credential that was revoked, nor to one that has lost the scope', async () => {
    const access = routes.get(row.route)?.access ?? 'anyone'
    const [revoked, narrowed] = [await addAdministratorKey(stage.server), await addAdministratorKey(stage.server)]
    const [sendRevoked, sendNarrowed] = [await prepared(), await prepared()]
    await sendRevoked(revoked)
    await sendNarrowed(narrowed)
    expect((await stage.ask(stage.platform, 'DELETE', `/v1/keys/${revoked.id}`)).status).toBe(204)
    const scopes = everyScope.filter((name) => name !== access && name !== `admin:${access}`)
    expect((await stage.ask(stage.platform, 'PATCH', `/v1/keys/${narrowed.id}`, { scopes })).status).toBe(200)
    await eventually(async () => {
      expect(outcome(await sendRevoked(revoked))).toEqual([401, 'revoked'])
      expect(outcome(await sendNarrowed(narrowed))).toEqual([403, 'insufficient_scope'])
    })
  })
})

describe('whoever has lost a role is not given again what it was given by it:', () => {
  const acts = {
    'a key of a service account': async () => ({
      path: '/v1/keys',
      body: {
        name: 'A key',
        scopes: [],
        organization_id: stage.ours.id,
        service_account_id: await addServiceAccount(stage.server, stage.ours.id),
      },
    }),
    'a client': () =>
      Promise.resolve({
        path: '/v1/clients',
        body: {
          client_name: 'An app',
          redirect_uris: ['https://app.example.com/callback'],
          organization_id: stage.ours.id,
        },
      }),
    'a client’s secret': async () => ({
      path: `/v1/clients/${(await addClient(stage.server, {}, { organization_id: stage.ours.id })).id}/secrets`,
      body: {},
    }),
    'a rotated key': async () => ({
      path: `/v1/keys/${(await stage.keyOf(null, [])).id}/rotate`,
      body: {},
    }),
  }

  test.for(Object.keys(acts) as (keyof typeof acts)[])('%s', async (name) => {
    const path = `/v1/organizations/${stage.ours.id}/members`
    for (const [method, change] of [
      ['PATCH', { role: 'member' }],
      ['DELETE', undefined],
    ] as const) {
      const person = await stage.colleague('admin')
      const token = await tokenOfPerson(stage.server, person, ['keys:write', 'clients:write'])
      const request = await acts[name]()
      const headers = once()
      const send = () => stage.ask(token, 'POST', request.path, request.body, headers)
      const first = await send()
      expect([isReplayed(first), typeof secretOf(first)]).toEqual([false, 'string'])
      const again = await send()
      expect([isReplayed(again), secretOf(again)]).toEqual([true, secretOf(first)])
      expect((await stage.ask(stage.platform, method, `${path}/${person.id}`, change)).status).toBeLessThan(300)
      await eventually(async () => {
        expect(outcome(await send())).toEqual([422, 'idempotency_key_reused'])
      })
    }
  })
})
